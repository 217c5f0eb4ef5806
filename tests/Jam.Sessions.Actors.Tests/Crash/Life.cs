using System.Text.Json;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>One process that uses the store as the engine's actors do, with an oracle that hears what its callers hear.</summary>
/// <param name="disk">The disk under it.</param>
/// <param name="oracle">Learns every attempt and every acknowledgement.</param>
/// <param name="random">Decides everything else.</param>
/// <param name="wrap">What stands between the store and the disk.</param>
internal sealed class Life(SimulatedDisk disk, Oracle oracle, Random random, Func<IDisk, IDisk> wrap)
{
    /// <summary>Recovery asks the real disk whether the folder exists, and nothing else.</summary>
    public static readonly string JsonPath = Path.Combine(Path.GetTempPath(), "crash-sessions.json");

    private static readonly string[] s_keys = ["anna", "bert", "cleo", "dora", "emil"];

    private SessionStore _store = null!;
    private SessionTable _table = null!;
    private FileOrder _order = null!;
    private Identities _identities = null!;

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
        var (store, documents) = Recovery.Open(wrap(disk), JsonPath, new DocumentCodec(null), "a test");
        oracle.Recovered(Documents.Of(documents));
        _store = store;
        (_table, _order) = (new SessionTable(documents), new FileOrder(documents));
        _identities = new Identities(_table, random);
    }

    /// <summary>Does something that a busy engine does.</summary>
    public void Act()
    {
        switch (random.Next(20))
        {
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

    /// <summary>Decides commands of a few keys, makes them durable as one batch and publishes them; or, where the disk refuses, nothing.</summary>
    /// <returns>Whether there was something to change, and it was acknowledged.</returns>
    public bool Commit()
    {
        var decisions = s_keys.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(Decide).Where(d => d.Changes.Length > 0).ToList();
        if (decisions.Count == 0)
        {
            return false;
        }

        var after = oracle.Attempt(decisions.SelectMany(decision => decision.Changes));
        decisions.ForEach(decision => _store.Add(JournalEntry.Encode(decision.Changes, _store.Codec)));
        if (!OrRefused(_store.Commit) && (random.Next(2) == 0 || !OrRefused(_store.Commit)))
        {
            _store.Discard();
            return false;
        }

        oracle.Settle(after);
        decisions.ForEach(decision => _order.Apply(decision.Changes));
        decisions.ForEach(decision => _table.Publish(decision.Key, _table.Of(decision.Key), decision.After, decision.Changes));
        return true;
    }

    /// <summary>Writes the JSON file anew, with commits while the temporary file is being written.</summary>
    public void Snapshot(int commitsBeside = 0) => OrRefused(() =>
    {
        var snapshot = _store.BeginSnapshot(_order.Capture(), isThorough: random.Next(3) == 0);
        var beside = disk.Beside;
        disk.Beside = path =>
        {
            beside?.Invoke(path);
            if (path == snapshot.Path && commitsBeside-- > 0)
            {
                Commit();
            }
        };
        Fingerprint written;
        try
        {
            written = snapshot.Write();
        }
        finally
        {
            disk.Beside = beside;
        }

        try
        {
            _store.Complete(snapshot, written);
        }
        catch (SessionStoreException)
        {
            snapshot.Discard();
            throw;
        }
    });

    /// <summary>Ends as a drained engine does: everything in the JSON file, if the disk allows it.</summary>
    public void Close()
    {
        if (_store.HasUncoveredBatches)
        {
            Snapshot();
        }

        _store.Dispose();
    }

    private void Restart()
    {
        Close();
        Start();
    }

    private (string Key, KeySessions After, DocumentChange[] Changes) Decide(string key)
    {
        var before = _table.Of(key);
        var (after, changes) = (before, default(BatchChanges));
        for (var commands = random.Next(1, 4); commands > 0; commands--)
        {
            (after, var stated, var reply) = after.Apply(Command(key, after), _identities);
            changes.Add(stated);
            if (reply is string id)
            {
                _table.Release(id);
            }
        }

        changes.Fold();
        return (key, after, changes.Folded.ToArray());
    }

    private ISessionCommand Command(string key, KeySessions sessions)
    {
        var id = sessions.IsEmpty ? "nobody" : sessions.ElementAt(random.Next(sessions.Count)).Id;
        return random.Next(20) switch
        {
            < 7 => new CreateSession(key, Data()),
            < 12 => new UpdateSession(id, Data()),
            < 15 => new ReworkSession(id),
            < 18 => new DeleteSession(id),
            _ => new ClearSessions(key),
        };
    }

    private SessionData Data() => SessionData.From(JsonSerializer.Serialize(
        new { n = random.Next(1_000_000), text = new string((char)('a' + random.Next(26)), random.Next(5) == 0 ? random.Next(400, 2500) : random.Next(30)) }));

    /// <summary>Callers get the store's own exception, and nothing worse than "the disk refused".</summary>
    private bool OrRefused(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SessionStoreException e) when (e.GetType() == typeof(SessionStoreException) && disk.Faults is not null && !IsViolation(e))
        {
            Refusals++;
            return false;
        }
        catch (SessionStoreConflictException) when (disk.Faults is ForeignProgram { HasStruck: true })
        {
            Conflicts++;
            return false;
        }
        catch (Exception e) when (e is not Violation)
        {
            throw new Violation($"{e.GetType().Name}: {e.Message}", e);
        }
    }

    /// <summary>What a hook of the disk found in the middle of a write comes out as a refusal of the disk.</summary>
    private static bool IsViolation(Exception? e) => e is not null && (e is Violation || IsViolation(e.InnerException));

    private sealed class Identities(SessionTable table, Random random) : IIdentities
    {
        public string NewSessionId()
        {
            string id;
            do
            {
                id = $"{random.NextInt64():x16}";
            }
            while (!table.TryReserve(id));
            return id;
        }

        public long NewDocumentId() => table.NewDocumentId();

        public double Now() => 1_795_367_285.25 + random.Next(1000);
    }
}
