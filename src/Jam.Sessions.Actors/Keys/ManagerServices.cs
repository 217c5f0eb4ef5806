using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>What an engine's manager and its gateways work with.</summary>
internal sealed class ManagerServices
{
    public ManagerServices(
        ResolvedOptions options, SessionTable table, IdentitySource identities, EngineThreads threads, WallClock clock, EventHub events, EngineTelemetry telemetry)
    {
        (Options, Table, Identities, Threads, Events, Telemetry) = (options, table, identities, threads, events, telemetry);
        Keys = new KeyDirectory(options.MaxIdleKeys);
        Reader = new SessionReader(table, options, clock, events, telemetry) { OnReplay = NoteReplay };
        Expiry = new ExpirySweep(table, Keys, options.Rules(), clock, events, telemetry);
        Capacity = new Capacity(options.MaxSessions, () => table.Count);
    }

    public ResolvedOptions Options { get; }

    public SessionTable Table { get; }

    public IdentitySource Identities { get; }

    public EngineThreads Threads { get; }

    public EventHub Events { get; }

    public EngineTelemetry Telemetry { get; }

    /// <summary>Takes what is decided; null until it is open.</summary>
    public ICommitLog? Log { get; set; }

    public KeyDirectory Keys { get; }

    public SessionReader Reader { get; }

    public ExpirySweep Expiry { get; }

    public Capacity Capacity { get; }

    /// <summary>Where operators come in; closed before the file is let go of. Null where nobody may.</summary>
    public IDisposable? Operators { get; set; }

    /// <summary>Complete once commands can be taken.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EngineEnd End { get; } = new();

    /// <summary>Opens the log, whose actors, if it has any, are the manager's children.</summary>
    public required Func<IActorRefFactory, ICommitLog> OpenLog { get; init; }

    /// <summary>Makes key actors that hand their batches to the log, and tell the directory when they are idle.</summary>
    public required Func<ICommitLog, KeyDirectory, Props> KeyActors { get; init; }

    /// <summary>How the engine is, from what is known already.</summary>
    public SessionsStatus Status()
    {
        var (waits, figures) = (Telemetry.Health.LongestWait(Log?.Waiting ?? TimeSpan.Zero), Log?.Figures ?? default);
        var (health, reason) = Telemetry.Health.Assess(waits);
        return new SessionsStatus(health, reason)
        {
            Sessions = Table.Count,
            Keys = Table.KeyCount,
            KeyActors = Keys.Count,
            JournalBytes = figures.JournalBytes,
            FileBytes = figures.FileBytes,
            LongestWait = waits,
            FailedCommits = Telemetry.Health.FailedCommits,
            FailedSnapshots = Telemetry.Health.FailedSnapshots,
            EncryptionKeysNeeded = figures.EncryptionKeysNeeded,
        };
    }

    public SessionsRef GatewayOf(IInternalActorRef manager) => new(manager, this);

    /// <summary>Nobody waits for it. One that the disk refuses is noted at the next use.</summary>
    private void NoteReplay(Document session)
    {
        var note = new OwnRequest(new NoteReplay(session.Id, session.Before!.Digest), reply =>
        {
            if (reply is Status.Failure)
            {
                session.Before.Unreport();
            }
        });
        if (!Keys.TryPass(Table.OwnerOf(session.Key), note))
        {
            session.Before.Unreport();
        }
    }
}
