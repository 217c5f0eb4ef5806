using System.Diagnostics;
using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Figures;

/// <summary>What one event costs its callers, from its begin until all keys are served again.</summary>
/// <remarks>Written under the lock of <see cref="Traffic"/>, read after it was closed.</remarks>
internal sealed class Window(string kind, Func<string, bool>? isAffected)
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10.5);

    private readonly Dictionary<string, TimeSpan> _firstChanges = new(StringComparer.Ordinal);
    private long _awayFrom = long.MaxValue;
    private long _awayUntil = long.MaxValue;

    public string Kind => kind;

    /// <summary>Whether it is known whose keys the event strikes.</summary>
    public bool KnowsAffected => isAffected is not null;

    /// <summary>The longest time that a key waited for an answer.</summary>
    public Dictionary<(bool IsRead, bool IsAffected), TimeSpan> Gaps { get; } = [];

    public Dictionary<Answer, int> Failures { get; } = [];

    /// <summary>Why calls were refused: names of exceptions.</summary>
    public Dictionary<string, int> Refusals { get; } = new(StringComparer.Ordinal);

    public int OverDeadline { get; private set; }

    public TimeSpan Worst { get; private set; }

    public long Calls { get; private set; }

    /// <summary>How long calls took that began while the database was away, with how long it had been away.</summary>
    public List<(TimeSpan After, TimeSpan Took, bool IsAnswered)> Away { get; } = [];

    /// <summary>For each key, how long after the database was back a change of it was accepted.</summary>
    public IReadOnlyCollection<TimeSpan> FirstChanges => _firstChanges.Values;

    /// <summary>The database is no longer there.</summary>
    public void BeginAway() => Volatile.Write(ref _awayFrom, Stopwatch.GetTimestamp());

    /// <summary>The database is there again.</summary>
    public void EndAway() => Volatile.Write(ref _awayUntil, Stopwatch.GetTimestamp());

    public void Answered(string key, bool isRead, TimeSpan waited, long end)
    {
        var line = (isRead, isAffected?.Invoke(key) ?? true);
        Gaps[line] = Gaps.GetValueOrDefault(line) > waited ? Gaps[line] : waited;
        if (!isRead && end >= Volatile.Read(ref _awayUntil) && key.StartsWith("own-", StringComparison.Ordinal))
        {
            _firstChanges.TryAdd(key, Stopwatch.GetElapsedTime(Volatile.Read(ref _awayUntil), end));
        }
    }

    public void Ended(bool isRead, long begin, long end, Reply reply)
    {
        var took = Stopwatch.GetElapsedTime(begin, end);
        Calls++;
        Worst = took > Worst ? took : Worst;
        OverDeadline += took > Deadline ? 1 : 0;
        var isAnswered = reply.Answer is Answer.Ok or Answer.Missing or Answer.Conflict;
        if (!isAnswered)
        {
            Failures[reply.Answer] = Failures.GetValueOrDefault(reply.Answer) + 1;
        }

        if (reply.Answer == Answer.Refused)
        {
            Refusals[reply.Value!] = Refusals.GetValueOrDefault(reply.Value!) + 1;
        }

        if (begin >= Volatile.Read(ref _awayFrom) && begin < Volatile.Read(ref _awayUntil))
        {
            Away.Add((Stopwatch.GetElapsedTime(Volatile.Read(ref _awayFrom), begin), took, isAnswered));
        }
    }

    public TimeSpan Gap(bool isRead, bool isAffected) => Gaps.GetValueOrDefault((isRead, isAffected));

    public int Failed(Answer answer) => Failures.GetValueOrDefault(answer);

    public override string ToString()
    {
        var others = KnowsAffected ? string.Create(CultureInfo.InvariantCulture, $" (others {Gap(true, false).TotalSeconds:0.00} and {Gap(false, false).TotalSeconds:0.00} s)") : "";
        var why = Refusals.Count == 0 ? "" : $" ({string.Join(", ", Refusals.Select(refusal => $"{refusal.Value} {refusal.Key}"))})";
        return string.Create(CultureInfo.InvariantCulture,
            $"reads {Gap(true, true).TotalSeconds:0.00} s, changes {Gap(false, true).TotalSeconds:0.00} s without an answer{others}; of {Calls} calls {Failed(Answer.Refused)} refused{why}, "
            + $"{Failed(Answer.Unknown)} unknown, {Failed(Answer.Cut)} cut, {Failed(Answer.Unexpected)} unexpected, {OverDeadline} over 10 s");
    }
}
