using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>What the store may hold, from what was begun and what was acknowledged; and what is wrong with what it does hold.</summary>
/// <remarks>
/// Each session has one writer, so it has one last acknowledged state and at most one operation in flight. Only clears come from elsewhere: a clear
/// that runs while a session lives is a threat to it. Once the clear is acknowledged, all sessions that were acknowledged before it began are gone;
/// one that was cut off has taken all of these, or none. After a check the ledger holds what was found: recovery must go on finding the same.
/// Ids are compared as the file has them. Where they are hashed, a kill may leave a session whose id no client ever heard: it must stay, and nobody can use it.
/// With a grace, the client of such a rework goes on with the id that it has, and must be given the new one when it reworks that again.
/// </remarks>
public sealed class Ledger(SecretMode mode)
{
    private readonly Dictionary<long, LedgerSession> _sessions = [];
    private readonly HashSet<long> _usedNumbers = [];
    private readonly HashSet<string> _usedIds = [];
    private readonly HashSet<string> _deadIds = [];
    private readonly Dictionary<long, long> _clearedAt = [];
    private readonly Dictionary<long, LedgerOperation> _inFlight = [];
    private readonly List<LedgerOperation> _clears = [];
    private readonly List<string> _deadThisRun = [];
    private Verdict _found = new();
    private long _line;

    /// <summary>How many operations were acknowledged, over all runs.</summary>
    public long Acknowledgements { get; private set; }

    /// <summary>How many operations a kill cut off, and how many of them had happened.</summary>
    public (long All, long Happened) CutOff { get; private set; }

    /// <summary>How many reworks a kill cut off after they had happened, and how often such a one was done again and gave the id of the first time.</summary>
    public (long Lost, long Repeated) Reworks { get; private set; }

    /// <summary>What clients have heard.</summary>
    public IssuedIds Ids { get; } = new(mode);

    public bool IsOpen { get; private set; }

    public bool IsStopped { get; private set; }

    /// <summary>A number that no session had.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>The sessions that must be there, and that a client has an id for: what the next run starts with.</summary>
    public IEnumerable<(long Number, string Key, string Id, int Version)> Alive =>
        _sessions.Values.Where(entry => entry.Presented is not null).Select(entry => (entry.Number, entry.Key, entry.Presented!, entry.Version));

    /// <summary>Ids before the last rework of a session that still work, and that session's id as the file has it.</summary>
    public IEnumerable<(string Before, string Stored)> Predecessors =>
        _sessions.Values.Where(entry => entry.Before is not null).Select(entry => (entry.Before!, entry.Id));

    /// <summary>Ids that no longer work since this run began, or since its check found so.</summary>
    public IReadOnlyList<string> DeadThisRun => _deadThisRun;

    public void BeginRun()
    {
        (IsOpen, IsStopped) = (false, false);
        _deadThisRun.Clear();
    }

    public void Read(Report report)
    {
        _line++;
        switch (report.Kind)
        {
            case '=':
                IsOpen |= report.Verb == Report.Open;
                IsStopped |= report.Verb == Report.Stopped;
                break;
            case '>':
                Begin(report);
                break;
            case '<':
                Acknowledgements++;
                Acknowledge(End(report), report.Text);
                break;
            case '?':
                Missing(End(report));
                break;
            case '!':
                Refused(End(report));
                break;
            default:
                End(report);
                _found.Lost.Add($"operation {report.Operation} failed: {report.Text}");
                break;
        }
    }

    /// <summary>Compares what the file holds after a kill with what it may hold, and takes it over.</summary>
    public Verdict Check(IReadOnlyCollection<StoredSession> stored)
    {
        var verdict = _found;
        _found = new Verdict();
        var byNumber = stored.ToLookup(session => session.Number);
        foreach (var session in stored)
        {
            if (session.Text != Payload.Text(session.Number, session.Key, session.Version))
            {
                verdict.HalfApplied.Add($"session {session.Number} holds data that nobody wrote: {session.Text}");
            }

            if (_deadIds.Contains(session.Id))
            {
                verdict.Revived.Add($"session {session.Number} is there under an id that is dead");
            }

            if (!_sessions.ContainsKey(session.Number))
            {
                verdict.Revived.Add($"session {session.Number} is there, and was {(_usedNumbers.Contains(session.Number) ? "removed" : "never created")}");
            }
        }

        foreach (var clear in _clears.Where(clear => clear.End is null))
        {
            CheckCutOff(clear, byNumber, verdict);
        }

        foreach (var entry in _sessions.Values.ToList())
        {
            CheckSession(entry, [.. byNumber[entry.Number]], verdict);
        }

        NoteCutOff();
        _inFlight.Clear();
        _clears.Clear();
        return verdict;
    }

    private void Begin(Report report)
    {
        var operation = new LedgerOperation(report.Verb, report.Number, report.Text, report.Version, _line);
        _inFlight.Add(report.Operation, operation);
        switch (report.Verb)
        {
            case "create":
                NextNumber = Math.Max(NextNumber, report.Number + 1);
                _usedNumbers.Add(report.Number);
                var created = new LedgerSession(report.Number, report.Text) { InFlight = operation };
                created.Threats.UnionWith(_clears.Where(clear => clear.End is null && clear.Key == report.Text));
                _sessions.Add(report.Number, created);
                break;
            case "clear":
                _clears.Add(operation);
                foreach (var entry in _sessions.Values.Where(entry => entry.Key == report.Text))
                {
                    entry.Threats.Add(operation);
                    if (entry.IsCreated)
                    {
                        operation.Covered.Add(entry);
                    }
                }

                break;
            default:
                // A session that a clear took meanwhile is no longer in the ledger; its writer may not know that yet.
                if (_sessions.TryGetValue(report.Number, out var known))
                {
                    known.InFlight = operation;
                }

                break;
        }
    }

    private LedgerOperation End(Report report)
    {
        if (!_inFlight.Remove(report.Operation, out var operation))
        {
            throw new InvalidOperationException($"Operation {report.Operation} ended without having begun.");
        }

        return operation;
    }

    private void Acknowledge(LedgerOperation operation, string text)
    {
        operation.End = _line;
        if (operation.Verb == "clear")
        {
            AcknowledgeClear(operation, int.Parse(text, CultureInfo.InvariantCulture));
            return;
        }

        if (!_sessions.TryGetValue(operation.Number, out var entry))
        {
            AcknowledgeCleared(operation, text);
            return;
        }

        entry.InFlight = null;
        entry.Threats.RemoveWhere(clear => clear.End < operation.Begin);
        switch (operation.Verb)
        {
            case "create":
                (entry.Id, entry.Presented, entry.Version) = (HearNew(text, operation), text, operation.Version);
                break;
            case "update":
                entry.Version = operation.Version;
                break;
            case "rework" when entry.IsAnswerLost:
                AcknowledgeAgain(entry, text);
                break;
            case "rework":
                Replace(entry);
                (entry.Id, entry.Presented) = (HearNew(text, operation), text);
                break;
            case "delete":
                Remove(entry);
                break;
        }
    }

    /// <summary>A client whose answer was cut off has reworked the id that it has: the session is the one of the first time.</summary>
    private void AcknowledgeAgain(LedgerSession entry, string text)
    {
        if (Ids.Hear(text) != entry.Id)
        {
            _found.HalfApplied.Add($"session {entry.Number} was reworked, and has another id after the same rework again");
        }

        entry.Presented = text;
        Reworks = (Reworks.Lost, Reworks.Repeated + 1);
    }

    private void AcknowledgeClear(LedgerOperation clear, int count)
    {
        var certain = clear.Covered.Count(entry => !entry.IsGone && entry.Threats.All(threat => threat == clear) && entry.InFlight?.Verb != "delete");
        if (count < certain)
        {
            _found.Lost.Add($"a clear of {clear.Key} found {count} sessions where at least {certain} were acknowledged");
        }

        foreach (var entry in clear.Covered.Where(entry => !entry.IsGone))
        {
            entry.ClearedAt = _line;
            Remove(entry);
        }
    }

    /// <summary>An answer about a session that an acknowledged clear took: right if the operation began before that, and its new id is dead too.</summary>
    private void AcknowledgeCleared(LedgerOperation operation, string text)
    {
        var clearedAt = _clearedAt.GetValueOrDefault(operation.Number, long.MinValue);
        if (operation.Begin > clearedAt)
        {
            _found.Revived.Add($"{operation.Verb} of session {operation.Number} was acknowledged after the clear that took it");
        }

        if (operation.Verb == "rework")
        {
            _deadIds.Add(Ids.Hear(text));
            Die(text);
        }
    }

    private void Missing(LedgerOperation operation)
    {
        if (!_sessions.TryGetValue(operation.Number, out var entry))
        {
            return;
        }

        if (entry.Threats.Count == 0)
        {
            _found.Lost.Add($"{operation.Verb} of session {operation.Number} found no session");
        }
        else if (entry.Threats.Count == 1 && entry.Threats.Single() is var clear && clear.Covered.Contains(entry))
        {
            clear.HasHappened = true;
        }

        Remove(entry);
    }

    private void Refused(LedgerOperation operation)
    {
        if (operation.Verb == "clear")
        {
            _clears.Remove(operation);
            foreach (var entry in _sessions.Values)
            {
                entry.Threats.Remove(operation);
            }
        }
        else if (_sessions.TryGetValue(operation.Number, out var entry))
        {
            entry.InFlight = null;
            if (!entry.IsCreated)
            {
                Remove(entry);
            }
        }
    }

    private void CheckCutOff(LedgerOperation clear, ILookup<long, StoredSession> stored, Verdict verdict)
    {
        var covered = clear.Covered.Where(entry => !entry.IsGone).ToLookup(entry => stored.Contains(entry.Number));
        var certainlyTaken = covered[false].Any(entry => entry.Threats.Count == 1 && entry.InFlight?.Verb != "delete");
        if (covered[true].Any() && (certainlyTaken || clear.HasHappened))
        {
            verdict.HalfApplied.Add($"a clear of {clear.Key} took some sessions and left {string.Join(", ", covered[true].Select(entry => entry.Number))}");
        }
    }

    private void CheckSession(LedgerSession entry, List<StoredSession> found, Verdict verdict)
    {
        var verb = entry.InFlight?.Verb;
        var mayBeGone = entry.Threats.Count > 0 || verb is "create" or "delete";
        switch (found)
        {
            case []:
                if (!mayBeGone)
                {
                    (verb == "rework" ? verdict.HalfApplied : verdict.Lost).Add($"session {entry.Number} is gone, last acknowledged version {entry.Version}, in flight: {verb ?? "nothing"}");
                }

                if (verb == "delete" && entry.Threats.Count == 0)
                {
                    entry.InFlight!.HasHappened = true;
                }

                Remove(entry);
                return;
            case [var one]:
                CheckState(entry, one, verdict);
                if (entry.InFlight is { } cutOff && (one.Id, one.Version) != (entry.Id, entry.Version))
                {
                    cutOff.HasHappened = true;
                }

                break;
            default:
                verdict.HalfApplied.Add($"session {entry.Number} is there {found.Count} times, in flight: {verb ?? "nothing"}");
                break;
        }

        if (entry.Id != found[0].Id)
        {
            Replace(entry);
            entry.Id = found[0].Id;

            // Whoever reads a plain file knows it; where it is hashed, its client goes on with the one before, or with none.
            entry.Presented = Ids.PresentedFor(entry.Id) ?? entry.Before;
            Reworks = (Reworks.Lost + (entry.IsAnswerLost ? 1 : 0), Reworks.Repeated);
        }

        (entry.Version, entry.InFlight) = (found[0].Version, null);
        entry.Threats.Clear();
        _usedIds.Add(entry.Id);
    }

    private void CheckState(LedgerSession entry, StoredSession one, Verdict verdict)
    {
        var verb = entry.InFlight?.Verb;
        if (one.Key != entry.Key)
        {
            verdict.HalfApplied.Add($"session {entry.Number} of {entry.Key} is there under {one.Key}");
        }

        var isNewId = (verb is "create" || (verb is "rework" && !entry.IsAnswerLost)) && !_usedIds.Contains(one.Id);
        if (one.Id != entry.Id && !isNewId && !_deadIds.Contains(one.Id))
        {
            verdict.HalfApplied.Add($"session {entry.Number} is there under an id that was never acknowledged, in flight: {verb ?? "nothing"}");
        }

        var isInFlightVersion = verb is "create" or "update" && one.Version == entry.InFlight!.Version;
        if (one.Version != entry.Version && !isInFlightVersion)
        {
            var finding = $"session {entry.Number} has version {one.Version}, acknowledged was {entry.Version}, in flight: {verb ?? "nothing"}";
            (one.Version < entry.Version ? verdict.Lost : verdict.HalfApplied).Add(finding);
        }
    }

    private void NoteCutOff()
    {
        foreach (var operation in _inFlight.Values)
        {
            var happened = operation.HasHappened || (operation.Covered.Count > 0 && operation.Covered.All(entry => entry.IsGone));
            CutOff = (CutOff.All + 1, CutOff.Happened + (happened ? 1 : 0));
        }
    }

    /// <summary>A client hears an id for the first time. Returns what the file has of it.</summary>
    private string HearNew(string id, LedgerOperation operation)
    {
        var stored = Ids.Hear(id);
        if (!_usedIds.Add(stored))
        {
            _found.Revived.Add($"{operation.Verb} of session {operation.Number} was given an id that was issued before");
        }

        return stored;
    }

    /// <summary>The id that a session has gives way to another one; with a grace it still works, and the one before it no more.</summary>
    private void Replace(LedgerSession entry)
    {
        if (entry.IsCreated)
        {
            _deadIds.Add(entry.Id);
            Die(mode.Grace is null ? entry.Presented : entry.Before);
            entry.Before = mode.Grace is null ? null : entry.Presented;
        }
    }

    private void Remove(LedgerSession entry)
    {
        entry.IsGone = true;
        _sessions.Remove(entry.Number);
        if (entry.ClearedAt is { } line)
        {
            _clearedAt[entry.Number] = line;
        }

        if (entry.IsCreated)
        {
            _deadIds.Add(entry.Id);
            Die(entry.Presented);
            Die(entry.Before);
        }
    }

    private void Die(string? presented)
    {
        if (presented is not null)
        {
            _deadThisRun.Add(presented);
        }
    }
}
