using System.Text.Json;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>One process with the engine's own writer, queue and store on a simulated disk, and an oracle that hears what its callers hear.</summary>
/// <param name="disk">The disk under it.</param>
/// <param name="oracle">Learns every attempt and every acknowledgement.</param>
/// <param name="random">Decides everything else.</param>
/// <param name="wrap">What stands between the store and the disk.</param>
/// <param name="durability">What an acknowledgement promises.</param>
internal sealed class Life(SimulatedDisk disk, Oracle oracle, Random random, Func<IDisk, IDisk> wrap, Durability durability = Durability.Durable)
{
    /// <summary>Recovery asks the real disk whether the folder exists, and nothing else.</summary>
    public static readonly string JsonPath = Path.Combine(Path.GetTempPath(), "crash-sessions.json");

    private static readonly string[] s_keys = ["anna", "bert", "cleo", "dora", "emil"];

    private static readonly TimeSpan s_flushInterval = TimeSpan.FromMilliseconds(100);

    private static readonly long s_begin = new DateTime(2026, 11, 22, 17, 48, 5, 250, DateTimeKind.Utc).Ticks;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(s_begin, TimeSpan.Zero));
    private readonly SessionRules _rules = oracle.Mode.Rules(isTimed: random.Next(2) == 1);
    private readonly int _keys = random.Next();
    private ManualWriter _log = null!;
    private SessionTable _table = null!;
    private Violation? _violation;

    /// <summary>How often the disk refused.</summary>
    public int Refusals { get; private set; }

    /// <summary>How often the store refused because another program had changed the JSON file.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Called when the disk refused to be opened, before the next try.</summary>
    public Action OnRefusedOpen { get; set; } = () => { };

    /// <summary>Opens the store, and tries again where the disk refuses.</summary>
    public void Start()
    {
        while (!OrRefused(Open))
        {
            OnRefusedOpen();
        }
    }

    /// <summary>Recovers, and checks what was found.</summary>
    private void Open()
    {
        var (store, documents) = Recovery.Open(wrap(disk), JsonPath, oracle.Mode.Codec(_rules, new WallClock(_time), new Random(_keys)), "a test");
        oracle.FindNoId(disk.Contents);
        oracle.Recovered(Documents.Of(documents));
        oracle.RecoveredTimes(documents, _time.GetUtcNow().UtcTicks);
        _table = new SessionTable(documents);

        // So few bytes that the writer takes snapshots of its own accord.
        var settings = new WriterSettings(s_flushInterval, random.Next(500, 5000), _time);
        _log = new ManualWriter(new JournaledFile(store, documents), new CommitQueue(durability, _time), settings) { OnError = OnError };
        _log.Writer.Start();
    }

    /// <summary>Does something that a busy engine does.</summary>
    public void Act()
    {
        switch (random.Next(20))
        {
            case < 4:
                Touch();
                Commit();
                break;
            case < 14:
                Commit();
                break;
            case < 17:
                Snapshot(commitsBeside: 0);
                break;
            case < 19:
                Snapshot(commitsBeside: random.Next(1, 4));
                break;
            default:
                Restart();
                break;
        }
    }

    /// <summary>Decides commands of a few keys, and hands them over; lets the writer write, and publishes what is acknowledged.</summary>
    /// <returns>Whether there was something to change, and it was acknowledged.</returns>
    public bool Commit()
    {
        var decisions = s_keys.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(Decide).Where(d => d.Changes.Length > 0).ToList();
        var isAcknowledged = decisions.Count > 0 && (_log.MustWait(ownerHash: 0) ? Await(decisions) : Accept(decisions));
        if (_log.WriteDelay is { } delay && random.Next(3) == 0)
        {
            Pass(delay);
            _log.WriteNow();
        }

        if (_log.TryDelay is { } untilTry && random.Next(3) == 0)
        {
            Pass(untilTry);
            _log.TryDiskNow();
        }

        if (_log.Begun is not null && random.Next(2) == 0)
        {
            WriteSnapshot(commitsBeside: random.Next(3));
        }

        ThrowViolation();
        return isAcknowledged;
    }

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        oracle.Furthest = Math.Max(oracle.Furthest, _time.GetUtcNow().UtcTicks);
    }

    /// <summary>Time passes, and some sessions are used: the disk is told so, and nobody waits for that.</summary>
    private void Touch()
    {
        Pass(TimeSpan.FromSeconds(random.Next(1, 200)));
        foreach (var session in s_keys.SelectMany(key => _table.Of(key)).Where(session => session.Terms is not null && random.Next(3) == 0).ToList())
        {
            session.TrySee(_time.GetUtcNow().UtcTicks, out _);
            oracle.Used(session);
            if (session.TryClaim(out var until, out _))
            {
                _log.TryTouch(TextHash.Of(session.Key), session, until);
            }
        }
    }

    /// <summary>Writes the JSON file anew, with commits while the temporary file is being written.</summary>
    public void Snapshot(int commitsBeside = 0)
    {
        var (isDone, accepted) = (false, oracle.Latest);
        _log.Flush(failure =>
        {
            isDone = true;
            if (failure is null)
            {
                oracle.Keep(accepted);
            }
            else
            {
                Check(failure);
            }
        });
        while (!isDone)
        {
            WriteSnapshot(commitsBeside);
        }

        ThrowViolation();
    }

    /// <summary>Ends as a drained engine does: everything in the JSON file, if the disk allows it.</summary>
    public void Close()
    {
        var isDone = false;
        _log.Close(shortfall =>
        {
            isDone = true;
            if (shortfall is null)
            {
                oracle.Keep(oracle.Latest);
            }
        });
        while (!isDone)
        {
            WriteSnapshot(commitsBeside: 0);
        }

        ThrowViolation();
    }

    private void Restart()
    {
        Close();
        Start();
    }

    /// <summary>Changes that count only once they are durable: all of them go into one batch.</summary>
    private bool Await(List<(string Key, KeySessions After, DocumentChange[] Changes)> decisions)
    {
        var after = oracle.Attempt(decisions.SelectMany(decision => decision.Changes));
        var waiters = decisions.Select(decision => new Waiter(this, decision.Key, decision.After, decision.Changes)).ToList();
        waiters.ForEach(waiter => _log.TryAppend(TextHash.Of(waiter.Key), waiter.Changes, waiter));
        _log.Turn();
        if (!waiters.TrueForAll(waiter => waiter.IsCommitted == waiters[0].IsCommitted && waiter.IsCommitted is not null))
        {
            throw _violation ?? new Violation("a batch has no outcome, or several");
        }

        if (waiters[0].IsCommitted is true)
        {
            oracle.Settle(after);
            oracle.Seen(waiters.SelectMany(waiter => waiter.Changes));
            waiters.ForEach(waiter => waiter.Publish());
            return true;
        }

        return false;
    }

    /// <summary>Changes that are acknowledged as they are handed over.</summary>
    private bool Accept(List<(string Key, KeySessions After, DocumentChange[] Changes)> decisions)
    {
        foreach (var (key, after, changes) in decisions)
        {
            oracle.Accept(oracle.Attempt(changes));
            _log.TryAppend(TextHash.Of(key), changes, waiter: null);
            _table.Publish(key, _table.Of(key), after, changes);
        }

        _log.Turn();
        return true;
    }

    private void WriteSnapshot(int commitsBeside)
    {
        var beside = disk.Beside;
        disk.Beside = path =>
        {
            beside?.Invoke(path);
            if (path.EndsWith(".tmp", StringComparison.Ordinal) && commitsBeside-- > 0)
            {
                Commit();
            }
        };
        try
        {
            _log.WriteSnapshot();
        }
        finally
        {
            disk.Beside = beside;
        }
    }

    private (string Key, KeySessions After, DocumentChange[] Changes) Decide(string key)
    {
        var before = _table.Of(key);
        var (after, changes) = (before, default(BatchChanges));
        for (var commands = random.Next(1, 4); commands > 0; commands--)
        {
            (after, var stated) = Decide(key, after);
            changes.Add(stated);
        }

        changes.Fold();
        return (key, after, changes.Folded.ToArray());
    }

    private (KeySessions After, DocumentChange[] Changes) Decide(string key, KeySessions sessions)
    {
        var session = sessions.IsEmpty ? null : sessions.ElementAt(random.Next(sessions.Count));
        var (now, id) = (_time.GetUtcNow().UtcTicks, session is null ? "nobody" : oracle.Presented(session.Id));
        if (session?.Before is not { } before || random.Next(3) > 0)
        {
            var (after, changes, _) = sessions.Apply(Command(key, id), Draw(), _rules);
            return (after, changes);
        }

        if (!before.WorksAt(now))
        {
            var (noted, replays, _) = sessions.Apply(new NoteReplay(session.Id, before.Digest), Draw(), _rules);
            return (noted, replays);
        }

        // A client whose answer was lost. The clock begins anew with each life: what an earlier one saw past its time may be forgotten.
        var (same, none, again) = sessions.Apply(new ReworkSession(oracle.Presented(before.Digest)), Draw() with { Successor = session.Id }, _rules);
        var mayBeForgotten = before is { Successor: null } && !before.WorksAt(oracle.Furthest);
        return none.Length == 0 && (again is string given ? given == id : again is SessionNotFoundException && (!session.IsAliveAt(now) || mayBeForgotten))
            ? (same, none)
            : throw new Violation($"a rework again of the id before gave {again}, and not {id}; sealed: {before.Successor is not null}, works until {before.Until}, now {UnixTime.FromTicksUp(now)}, latest {UnixTime.FromTicksUp(oracle.Furthest)}");
    }

    private ISessionCommand Command(string key, string id) => random.Next(22) switch
    {
        < 7 => new CreateSession(key, Data()) { Lifetime = Lifetime() },
        < 12 => new UpdateSession(id, Data()),
        < 15 => new ReworkSession(id),
        < 18 => new DeleteSession(id),
        < 20 => new ClearSessions(key),
        _ => ExpireSessions.Instance,
    };

    /// <summary>Where sessions are timed, some end while others go on, and are swept.</summary>
    private SessionLifetime? Lifetime() => _rules.TimeAll && random.Next(3) == 0 ? new SessionLifetime(Idle: TimeSpan.FromMinutes(3)) : null;

    private SessionData Data() => SessionData.From(JsonSerializer.Serialize(
        new { n = random.Next(1_000_000), text = new string((char)('a' + random.Next(26)), random.Next(5) == 0 ? random.Next(400, 2500) : random.Next(30)) }));

    private bool OrRefused(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is not Violation)
        {
            OnError(e);
            ThrowViolation();
            return false;
        }
    }

    /// <summary>Counts what the writer could not do, once for each that it logs.</summary>
    private void OnError(Exception failure)
    {
        Check(failure);
        if (failure is SessionStoreConflictException)
        {
            Conflicts++;
        }
        else
        {
            Refusals++;
        }
    }

    /// <summary>Callers get the store's own exception, and nothing worse than "the disk refused"; what a hook of the disk found comes out as that.</summary>
    private void Check(Exception failure)
    {
        if (FirstViolation(failure) is { } violation)
        {
            _violation ??= violation;
        }
        else if (failure switch
        {
            SessionStoreConflictException => disk.Faults is not ForeignProgram { HasStruck: true },
            SessionStoreException => failure.GetType() != typeof(SessionStoreException) || disk.Faults is null || failure.Message.Contains("unexpectedly", StringComparison.Ordinal),
            _ => true,
        })
        {
            _violation ??= new Violation($"{failure.GetType().Name}: {failure.Message}", failure);
        }
    }

    private void ThrowViolation()
    {
        if (_violation is { } violation)
        {
            throw violation;
        }
    }

    private static Violation? FirstViolation(Exception? e) => e is null ? null : e as Violation ?? FirstViolation(e.InnerException);

    private sealed class Waiter(Life life, string key, KeySessions after, DocumentChange[] changes) : ICommitWaiter
    {
        public string Key => key;

        public DocumentChange[] Changes => changes;

        public bool? IsCommitted { get; private set; }

        public void Publish() => life._table.Publish(key, life._table.Of(key), after, changes);

        public void Committed() => Conclude(isCommitted: true);

        public void Refused(JamSessionsException reason)
        {
            life.Check(reason);
            Conclude(isCommitted: false);
        }

        private void Conclude(bool isCommitted)
        {
            if (IsCommitted is not null)
            {
                throw new Violation("a waiter was told twice");
            }

            IsCommitted = isCommitted;
        }
    }

    private Drawn Draw()
    {
        string id;
        do
        {
            id = $"{random.NextInt64():x16}";
        }
        while (!_table.TryReserve(_rules.Ids.Of(id)));
        _table.Release(_rules.Ids.Of(id));
        oracle.Issue(id);
        return new Drawn(id, _table.NewDocumentId(), _time.GetUtcNow().UtcTicks);
    }
}
