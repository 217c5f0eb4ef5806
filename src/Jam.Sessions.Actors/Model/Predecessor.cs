namespace Jam.Sessions.Actors.Model;

/// <summary>The id that a session had before its last rework: for a while it still works, and after that its use is a replay.</summary>
/// <param name="digest">Of the id.</param>
/// <param name="until">Up to when it works, in Unix seconds.</param>
/// <param name="successor">The session's id, sealed, where nothing else would tell it; else null.</param>
internal sealed class Predecessor(string digest, double until, byte[]? successor)
{
    private readonly long _until = UnixTime.ToTicks(until);
    private byte[]? _successor = successor;
    private int _isReported;

    public string Digest => digest;

    public double Until => until;

    /// <summary>The session's id, sealed, as long as the predecessor works.</summary>
    public byte[]? Successor => _successor;

    /// <param name="now">UTC ticks.</param>
    public bool WorksAt(long now)
    {
        var works = now < _until;
        if (!works)
        {
            _successor = null;
        }

        return works;
    }

    /// <summary>Whether a replay is to be reported: whoever is told so reports it, and nobody else.</summary>
    public bool TryReport() => Interlocked.Exchange(ref _isReported, 1) == 0;

    /// <summary>It could not be reported after all.</summary>
    public void Unreport() => Volatile.Write(ref _isReported, 0);
}
