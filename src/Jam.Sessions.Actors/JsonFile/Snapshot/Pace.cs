namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Takes turns with the callers: while changes are committed, a snapshot rests after each piece for several times as long as that took.</summary>
/// <remarks>It goes through all sessions, and so takes the caches from the callers too. Where nothing changes, it loses no time.</remarks>
/// <param name="committed">A number that changes with what is committed.</param>
/// <param name="time">Measures how long a piece takes.</param>
internal class Pace(Func<long> committed, TimeProvider time)
{
    private const int Rests = 3;

    private readonly ManualResetEventSlim _hurry = new();
    private long _committed = committed();
    private long _since = time.GetTimestamp();

    /// <summary>No more rests: somebody waits for the end.</summary>
    public void Hurry() => _hurry.Set();

    /// <summary>A piece is done. Blocks for as long as the rest takes.</summary>
    public void Turn()
    {
        if (committed() is var now && now != _committed)
        {
            _committed = now;
            Rest(Rests * time.GetElapsedTime(_since));
        }

        _since = time.GetTimestamp();
    }

    protected virtual void Rest(TimeSpan duration) => _hurry.Wait(duration);
}
