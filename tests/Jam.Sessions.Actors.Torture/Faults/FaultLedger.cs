namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>What the store may hold, from what was acknowledged and what was refused while its disk failed.</summary>
/// <remarks>
/// A refused change may have reached the disk all the same. The next change that succeeds discards it for good; only if the process ends
/// before that may it be found. So each session has one acknowledged state, and tries that are possible besides until something succeeds
/// that was begun after they were refused.
/// </remarks>
public sealed class FaultLedger(SecretMode mode)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Entry> _sessions = [];
    private readonly Dictionary<long, Try> _inFlight = [];
    private readonly List<string> _findings = [];
    private List<Try> _refused = [];
    private long _line;

    /// <summary>What callers have heard.</summary>
    public IssuedIds Ids { get; } = new(mode);

    public long Acknowledgements { get; private set; }

    public long Refusals { get; private set; }

    public bool IsOpen { get; private set; }

    /// <summary>Why the last start was refused; null where it was not.</summary>
    public string? RefusedStart { get; private set; }

    /// <summary>A number that no session had.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>How many lines were read: the ledger's clock.</summary>
    public long Now
    {
        get
        {
            lock (_lock)
            {
                return _line;
            }
        }
    }

    /// <summary>Operations that began before and have no answer.</summary>
    public int Unanswered(long before)
    {
        lock (_lock)
        {
            return _inFlight.Values.Count(attempt => attempt.Begin <= before);
        }
    }

    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight.Count;
            }
        }
    }

    /// <summary>From now on an acknowledgement of what begins later is a finding: no sync succeeds. Null ends it.</summary>
    public long? NothingCanBeDurableFrom { get; set; }

    public void BeginRun() => (IsOpen, RefusedStart) = (false, null);

    public void Read(Report report)
    {
        lock (_lock)
        {
            _line++;
            switch (report.Kind)
            {
                case '=':
                    IsOpen |= report.Verb == Report.Open;
                    RefusedStart = report.Verb.StartsWith("refused", StringComparison.Ordinal) ? report.Verb : RefusedStart;
                    break;
                case '>':
                    Begin(report);
                    break;
                case '<':
                    Acknowledge(_inFlight[report.Operation], report);
                    break;
                case '!':
                    Refusals++;
                    Refuse(report.Operation);
                    break;
                default:
                    _findings.Add($"operation {report.Operation} failed: {report.Text}");
                    Refuse(report.Operation);
                    break;
            }
        }
    }

    /// <summary>Compares what the store holds after a kill with what it may hold; afterwards that is what it has.</summary>
    public IReadOnlyList<string> Check(IReadOnlyCollection<StoredSession> stored)
    {
        lock (_lock)
        {
            foreach (var attempt in _inFlight.Values)
            {
                _sessions[attempt.Number].Possible.Add(attempt);
            }

            _inFlight.Clear();
            _refused.Clear();
            var findings = _findings.ToList();
            _findings.Clear();
            var byNumber = stored.ToLookup(session => session.Number);
            foreach (var unknown in stored.Where(session => !_sessions.ContainsKey(session.Number)))
            {
                findings.Add($"session {unknown.Number} was never created");
            }

            foreach (var (number, entry) in _sessions)
            {
                findings.AddRange(byNumber[number].ToList() switch
                {
                    [] => entry.MayBeGone ? [] : [$"session {number} is gone; acknowledged was version {entry.Version}"],
                    [var one] => entry.Contradictions(one),
                    _ => [$"session {number} is there several times"],
                });
                entry.Settle(byNumber[number].FirstOrDefault());
            }

            return findings;
        }
    }

    private void Begin(Report report)
    {
        var attempt = new Try(report.Verb, report.Number, report.Version, _line);
        _inFlight.Add(report.Operation, attempt);
        NextNumber = Math.Max(NextNumber, report.Number + 1);
        _sessions.TryAdd(report.Number, new Entry());
    }

    private void Refuse(long operation)
    {
        _inFlight.Remove(operation, out var attempt);
        attempt!.End = _line;
        _refused.Add(attempt);
        _sessions[attempt.Number].Possible.Add(attempt);
    }

    private void Acknowledge(Try attempt, Report report)
    {
        Acknowledgements++;
        _inFlight.Remove(report.Operation);
        if (NothingCanBeDurableFrom is { } from && attempt.Begin > from)
        {
            _findings.Add($"{attempt.Verb} of session {attempt.Number} was acknowledged while every sync failed");
        }

        foreach (var discarded in _refused.Where(refused => refused.End < attempt.Begin))
        {
            _sessions[discarded.Number].Possible.Remove(discarded);
        }

        _refused = _refused.Where(refused => refused.End >= attempt.Begin).ToList();
        _sessions[attempt.Number].Acknowledge(attempt, attempt.Verb is "create" or "rework" ? Ids.Hear(report.Text) : "");
    }

    private sealed record Try(string Verb, long Number, int Version, long Begin)
    {
        public long End { get; set; }
    }

    /// <summary>One session: as acknowledged, and what else it may be.</summary>
    private sealed class Entry
    {
        private string? _id;

        public int Version { get; private set; }

        public List<Try> Possible { get; } = [];

        public bool MayBeGone => _id is null || Possible.Any(attempt => attempt.Verb == "delete");

        /// <param name="attempt">What was acknowledged.</param>
        /// <param name="id">The new id as the file has it, where there is one.</param>
        public void Acknowledge(Try attempt, string id)
        {
            (_id, Version) = attempt.Verb switch
            {
                "create" or "rework" => (id, attempt.Version),
                "update" => (_id, attempt.Version),
                _ => (null, 0),
            };
        }

        public IEnumerable<string> Contradictions(StoredSession one)
        {
            if (one.Text != Payload.Text(one.Number, one.Key, one.Version))
            {
                yield return $"session {one.Number} holds data that nobody wrote";
            }

            if (one.Version != Version && !Possible.Any(attempt => attempt.Version == one.Version && attempt.Verb is "create" or "update"))
            {
                yield return $"session {one.Number} has version {one.Version}, acknowledged was {(_id is null ? "that it is gone" : Version)}";
            }

            if (one.Id != _id && !Possible.Any(attempt => attempt.Verb is "create" or "rework"))
            {
                yield return $"session {one.Number} is there under an id that was not acknowledged";
            }
        }

        public void Settle(StoredSession? found)
        {
            (_id, Version) = (found?.Id, found?.Version ?? 0);
            Possible.Clear();
        }
    }
}
