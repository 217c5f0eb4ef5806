namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

internal enum FindingKind
{
    /// <summary>Something acknowledged is gone.</summary>
    Lost,

    /// <summary>Something that had ended is there.</summary>
    Revived,

    /// <summary>An answer was out of date; a later one was not.</summary>
    Stale,

    /// <summary>No serial order explains the answers.</summary>
    NotLinearizable,
}

/// <summary>An answer that no correct engine gives.</summary>
internal sealed record Finding(FindingKind Kind, string Text);

/// <summary>All of them.</summary>
internal sealed class Findings
{
    private const int MostTold = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<FindingKind, int> _counts = [];

    public bool IsClean
    {
        get
        {
            lock (_lock)
            {
                return _counts.Count == 0;
            }
        }
    }

    public int this[FindingKind kind]
    {
        get
        {
            lock (_lock)
            {
                return _counts.GetValueOrDefault(kind);
            }
        }
    }

    public void Add(Finding finding)
    {
        lock (_lock)
        {
            _counts[finding.Kind] = _counts.GetValueOrDefault(finding.Kind) + 1;
            if (_counts[finding.Kind] <= MostTold)
            {
                Console.WriteLine($"!! {finding.Kind}: {finding.Text}");
            }
        }
    }
}
