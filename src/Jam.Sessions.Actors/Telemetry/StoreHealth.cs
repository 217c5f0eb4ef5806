namespace Jam.Sessions.Actors.Telemetry;

/// <summary>How an engine is: where it is in its life, and what its writer last met. Written by those whom it concerns, read by anybody; a look at it changes nothing.</summary>
/// <param name="time">Tells how long changes wait.</param>
/// <param name="patience">How long a change may wait for the disk.</param>
internal sealed class StoreHealth(TimeProvider time, TimeSpan patience)
{
    /// <summary>While the disk refuses, it is tried this often whether it takes changes again.</summary>
    public static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    // One that fails is no sign yet: a flush meets a full disk that the next snapshot no longer does.
    private const int ManyFailedSnapshots = 2;

    private const long Nothing = long.MaxValue;

    private volatile EnginePhase _phase;
    private volatile bool _isRefused;
    private volatile int _failedInARow;
    private long _failedCommits;
    private long _failedSnapshots;
    private long _unwrittenSince = Nothing;

    /// <summary>Where the engine is in its life.</summary>
    public EnginePhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Whether the disk refused the last change.</summary>
    public bool IsRefused => _isRefused;

    /// <summary>A change may wait so long beyond what the flush interval lets it wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public long FailedCommits => Volatile.Read(ref _failedCommits);

    public long FailedSnapshots => Volatile.Read(ref _failedSnapshots);

    public void Refused()
    {
        _isRefused = true;
        Volatile.Write(ref _failedCommits, _failedCommits + 1);
    }

    public void Taken() => _isRefused = false;

    /// <summary>Acknowledged changes are kept until the disk takes them: since then, as a timestamp; null where there are none.</summary>
    public void Keeps(long? since) => Volatile.Write(ref _unwrittenSince, since ?? Nothing);

    public void SnapshotFailed()
    {
        _failedInARow++;
        Volatile.Write(ref _failedSnapshots, _failedSnapshots + 1);
    }

    public void SnapshotSucceeded() => _failedInARow = 0;

    /// <summary>How long the oldest change has waited that is not on the disk.</summary>
    /// <param name="queued">How long the oldest one has that the writer has not come to.</param>
    public TimeSpan LongestWait(TimeSpan queued)
    {
        var since = Volatile.Read(ref _unwrittenSince);
        var kept = since == Nothing ? TimeSpan.Zero : time.GetElapsedTime(since);
        return kept > queued ? kept : queued;
    }

    /// <summary>The verdict, and a sentence that says why.</summary>
    /// <param name="longestWait">How long the oldest change has waited.</param>
    public (SessionsHealth Health, string Reason) Assess(TimeSpan longestWait) => _phase switch
    {
        EnginePhase.Starting => (SessionsHealth.Unhealthy, "The engine is not up yet."),
        EnginePhase.Draining => (SessionsHealth.Unhealthy, "The engine drains, and takes no more commands."),
        EnginePhase.Stopped => (SessionsHealth.Unhealthy, "The engine has stopped."),
        _ when longestWait > patience => (SessionsHealth.Unhealthy, "Changes wait for the disk."),
        _ when _isRefused => (SessionsHealth.Degraded, "The disk refused changes; reads go on, and the disk is tried again."),
        _ when _failedInARow >= ManyFailedSnapshots => (SessionsHealth.Degraded, "The JSON file cannot be rewritten; the journal holds every change."),
        _ => (SessionsHealth.Healthy, "The engine takes reads and changes."),
    };
}

/// <summary>Where an engine is in its life.</summary>
internal enum EnginePhase
{
    Starting,
    Running,
    Draining,
    Stopped,
}
