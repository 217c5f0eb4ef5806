namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Whether a concurrent history could have been a serial one.</summary>
/// <remarks>
/// A history is linearizable when its operations can be put in one order that respects time (what ended before another began comes first) and in
/// which each answer is the one that <see cref="SerialSessions"/> gives. The search is Wing and Gong's: try each operation that may come
/// next, step back where none fits; with Lowe's memory of what was tried: the same operations done and the same sessions left need no second try.
/// </remarks>
internal sealed class Linearizability
{
    private const int MaxOperations = 128;
    private const int MaxTries = 3_000_000;

    private readonly IReadOnlyList<Operation> _history;
    private readonly IReadOnlyList<string> _unclaimedIds;
    private readonly HashSet<(UInt128 Done, string Sessions)> _tried = [];
    private UInt128 _furthest;

    private Linearizability(IReadOnlyList<Operation> history)
    {
        if (history.Count > MaxOperations)
        {
            throw new ArgumentException($"A history of {history.Count} operations about sessions that belong together is too long to check.", nameof(history));
        }

        _history = history;
        _unclaimedIds = HistoryParts.UnclaimedIds(history);
    }

    /// <summary>Checks a history of sessions of which a key may have so many; null where it is linearizable, else why it is not, with the operations concerned.</summary>
    public static string? Violation(IReadOnlyList<Operation> history, CheckFigures? figures = null, int limit = int.MaxValue)
    {
        foreach (var part in HistoryParts.Of(history.Where(operation => operation.IsAnswered || operation.Verb is not (Verb.Get or Verb.List)).OrderBy(operation => operation.Begin).ToList()))
        {
            var check = new Linearizability(part);
            var isLinearizable = check.Search(0, SerialSessions.None(limit));
            figures?.Add(part.Count, check._tried.Count);
            if (!isLinearizable)
            {
                return check.Report();
            }
        }

        return null;
    }

    private bool Search(UInt128 done, SerialSessions sessions)
    {
        var horizon = Horizon(ref done, sessions);
        if (horizon == Operation.Never)
        {
            return true;
        }

        if (!_tried.Add((done, sessions.Text)))
        {
            return false;
        }

        _furthest = UInt128.PopCount(done) > UInt128.PopCount(_furthest) ? done : _furthest;
        if (_tried.Count > MaxTries)
        {
            throw new InvalidOperationException($"Undecided after {MaxTries} tries.{Environment.NewLine}{Report()}");
        }

        for (var i = 0; i < _history.Count && _history[i].Begin < horizon; i++)
        {
            if (IsDone(done, i))
            {
                continue;
            }

            foreach (var after in sessions.After(_history[i], _unclaimedIds))
            {
                if (after != sessions && Search(done | (UInt128.One << i), after))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>When the first answer came that is still to be explained; what begins later comes later.</summary>
    /// <remarks>An operation that changes nothing and fits where it may come next needs no other place: it is done on the way.</remarks>
    private long Horizon(ref UInt128 done, SerialSessions sessions)
    {
        while (true)
        {
            var horizon = Operation.Never;
            for (var i = 0; i < _history.Count; i++)
            {
                horizon = IsDone(done, i) ? horizon : Math.Min(horizon, _history[i].End);
            }

            var before = done;
            for (var i = 0; i < _history.Count && _history[i].Begin < horizon; i++)
            {
                if (!IsDone(done, i) && _history[i].IsAnswered && sessions.After(_history[i], _unclaimedIds).Any(after => after == sessions))
                {
                    done |= UInt128.One << i;
                }
            }

            if (done == before)
            {
                return horizon;
            }
        }
    }

    private static bool IsDone(UInt128 done, int operation) => (done & (UInt128.One << operation)) != 0;

    private string Report() => string.Join(Environment.NewLine, _history
        .Select((operation, i) => $"{(IsDone(_furthest, i) ? "  " : "! ")}{operation}")
        .Prepend("No serial order gives these answers (! marks what the longest attempt could not explain):"));
}

/// <summary>How much was checked.</summary>
internal sealed class CheckFigures
{
    public long Parts { get; private set; }

    public long Operations { get; private set; }

    public int LongestHistory { get; private set; }

    public int MostTries { get; private set; }

    public void Add(int operations, int tries)
    {
        Parts++;
        Operations += operations;
        LongestHistory = Math.Max(LongestHistory, operations);
        MostTries = Math.Max(MostTries, tries);
    }
}
