using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Runs a <see cref="CommitWriter"/> on the thread of the test, which decides when what happens.</summary>
internal sealed class ManualWriter : ICommitLog, IWriterHost
{
    private readonly IJournaledStore _store;
    private readonly Queue<WakeReason> _wakes = [];
    private bool _isBusy;

    public ManualWriter(IJournaledStore store, CommitQueue commits, WriterSettings settings, WriterTelemetry? telemetry = null)
    {
        Health = new StoreHealth(settings.TimeProvider, StoreHealth.Patience) { Phase = EnginePhase.Running };
        _store = store;
        Commits = commits;
        Writer = new CommitWriter(store, commits, settings, this, Health, telemetry);
    }

    public CommitQueue Commits { get; }

    public CommitWriter Writer { get; }

    /// <summary>How often the queue has woken the writer, and why.</summary>
    public List<WakeReason> Woken { get; } = [];

    /// <summary>After which delay the writer wants to write; null where it has not said so.</summary>
    public TimeSpan? WriteDelay { get; private set; }

    /// <summary>After which delay the writer wants to try the disk; null where it has not said so.</summary>
    public TimeSpan? TryDelay { get; private set; }

    /// <summary>What the writer says of the disk.</summary>
    public StoreHealth Health { get; }

    /// <summary>The snapshot that somebody has to write.</summary>
    public ISnapshot? Begun { get; private set; }

    /// <summary>What the writer has logged as errors.</summary>
    public Action<Exception> OnError { get; set; } = _ => { };

    public bool MustWait(int ownerHash) => Commits.MustWait(ownerHash);

    public bool TryAppend(int ownerHash, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null) =>
        Commits.TryAdd(ownerHash, _store.Encode(changes), changes, waiter, out var wake, notice) && Wake(wake);

    public bool TryTouch(int ownerHash, Document session, uint until) =>
        Commits.TryAdd(ownerHash, _store.EncodeTouch(session, until), changes: default, waiter: null, out var wake) && Wake(wake);

    private bool Wake(WakeReason wake)
    {
        if (wake != WakeReason.None)
        {
            Woken.Add(wake);
            _wakes.Enqueue(wake);
        }

        return true;
    }

    /// <summary>Lets the writer do what it was woken for; in the middle of that nothing.</summary>
    public void Turn()
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        try
        {
            while (_wakes.TryDequeue(out var reason))
            {
                Writer.Wake(reason);
            }
        }
        finally
        {
            _isBusy = false;
        }
    }

    /// <summary>The delay is over.</summary>
    public void WriteNow()
    {
        WriteDelay = null;
        _wakes.Enqueue(WakeReason.Write);
        Turn();
    }

    /// <summary>The delay until the disk is tried is over.</summary>
    public void TryDiskNow()
    {
        TryDelay = null;
        Writer.TryDisk();
        Turn();
    }

    /// <summary>Writes the snapshot that was begun, and ends it.</summary>
    public void WriteSnapshot()
    {
        (var snapshot, Begun) = (Begun!, null);
        Exception? failure = null;
        try
        {
            snapshot.Write();
        }
        catch (Exception e)
        {
            failure = e;
        }

        Writer.EndSnapshot(failure);
        Turn();
    }

    public void Flush(Action<JamSessionsException?> done)
    {
        Writer.Flush(done);
        Turn();
    }

    public void Close(Action<SessionStoreException?> done)
    {
        Writer.Drain(done);
        Turn();
    }

    void IWriterHost.WakeSoon(WakeReason reason) => _wakes.Enqueue(reason);

    void IWriterHost.WriteAfter(TimeSpan delay) => WriteDelay ??= delay;

    void IWriterHost.TryDiskAfter(TimeSpan delay) => TryDelay ??= delay;

    void IWriterHost.Tell(List<ICommitWaiter> waiters, SessionStoreException? refusal)
    {
        foreach (var waiter in waiters)
        {
            if (refusal is null)
            {
                waiter.Committed();
            }
            else
            {
                waiter.Refused(refusal);
            }
        }
    }

    void IWriterHost.WriteInBackground(ISnapshot snapshot) => Begun = snapshot;

    void IWriterHost.Log(Exception? cause, LogLine line, params object[] values)
    {
        if (cause is not null)
        {
            OnError(cause);
        }
    }
}
