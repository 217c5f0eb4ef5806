namespace Jam.Sessions.Actors.Torture;

/// <summary>A session in the ledger: its last acknowledged state, and what is under way.</summary>
internal sealed class LedgerSession(long number, string key)
{
    public long Number => number;

    public string Key => key;

    /// <summary>As the file has it.</summary>
    public string Id { get; set; } = "";

    /// <summary>The id that its client has; null where none ever heard one that works.</summary>
    public string? Presented { get; set; }

    /// <summary>With a grace, the id before the last rework, which still works.</summary>
    public string? Before { get; set; }

    /// <summary>Whether its client knows the id before the last rework alone.</summary>
    public bool IsAnswerLost => Before is not null && Presented == Before;

    public int Version { get; set; }

    /// <summary>Whether its create was acknowledged, or found by a check.</summary>
    public bool IsCreated => Id.Length > 0;

    public bool IsGone { get; set; }

    public long? ClearedAt { get; set; }

    public LedgerOperation? InFlight { get; set; }

    /// <summary>Clears that may have taken it.</summary>
    public HashSet<LedgerOperation> Threats { get; } = [];
}

/// <summary>An operation that has begun; the lines of the report are the clock.</summary>
internal sealed class LedgerOperation(string verb, long number, string key, int version, long begin)
{
    public string Verb => verb;

    public long Number => number;

    public string Key => key;

    public int Version => version;

    public long Begin => begin;

    public long? End { get; set; }

    /// <summary>Known although it was never acknowledged.</summary>
    public bool HasHappened { get; set; }

    /// <summary>Of a clear: the sessions that were acknowledged before it began.</summary>
    public List<LedgerSession> Covered { get; } = [];
}
