using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>The engine's door: routes a key, or an id through the table, to the key's actor; passivates idle ones; drains on shutdown.</summary>
/// <remarks>
/// It alone sends commands to key actors and counts them, so an actor whose own count agrees has nothing in flight and can be stopped without
/// losing a message. After the drain it stays and answers every message with <see cref="SessionsStoppingException"/>: nobody waits in vain.
/// </remarks>
internal sealed class SessionManager : UntypedActor, IWithTimers
{
    private readonly ResolvedOptions _options;
    private readonly SessionTable _table;
    private readonly Props _keyActors;
    private readonly IActorRef _persistence;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, KeyActor> _byOwner = new(StringComparer.Ordinal);
    private readonly List<IActorRef> _awaitingDrain = [];
    private int _undrained;

    public SessionManager(ResolvedOptions options, SessionTable table, IdentitySource identities, Storage.DocumentCodec codec, Props persistence)
    {
        _options = options;
        _table = table;
        _persistence = Context.ActorOf(persistence, "persistence");
        _keyActors = SessionKeyActor.Props(table, identities, codec, _persistence);
    }

    public static Props Props(ResolvedOptions options, SessionTable table, IdentitySource identities, Storage.DocumentCodec codec, Props persistence) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionManager>(() => new SessionManager(options, table, identities, codec, persistence)));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_options.KeyIdleTimeout != Timeout.InfiniteTimeSpan)
        {
            Timers.StartPeriodicTimer(nameof(Sweep), Sweep.Instance, _options.KeyIdleTimeout);
        }
    }

    // A manager that throws would restart and take every key actor with it: the caller gets the fault instead.
    protected override void OnReceive(object message)
    {
        try
        {
            Handle(message);
        }
        catch (Exception e)
        {
            _log.Error(e, "jam.sessions: the manager failed on {Message}; its sender got the fault, nothing else is affected", message.GetType().Name);
            Sender.Tell(new Status.Failure(e));
        }
    }

    // A child that throws keeps its state: its callers still wait for answers.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Resume);

    private void Handle(object message)
    {
        switch (message)
        {
            case GetSession get:
                Sender.Tell(Lookup(get));
                break;
            case CreateSession create when Refuse(create.SessionKey, create.Data) is { } refusal:
                Sender.Tell(refusal);
                break;
            case CreateSession create:
                Route(_table.OwnerOf(create.SessionKey), create);
                break;
            case ClearSessions clear:
                Route(_table.OwnerOf(clear.SessionKey), clear);
                break;
            case UpdateSession update when Refuse(sessionKey: "", update.Data) is { } refusal:
                Sender.Tell(refusal);
                break;
            case ISessionIdCommand command:
                RouteById(command);
                break;
            case FlushSessions:
                _persistence.Forward(message);
                break;
            case Sweep:
                AskWhoIsIdle();
                break;
            case Idle idle:
                Passivate(idle);
                break;
            case Drain:
                BeginDrain();
                break;
            default:
                Sender.Tell(Failure(new UnknownSessionMessageException(message.GetType())));
                break;
        }
    }

    private object Lookup(GetSession get) => _table.TryFind(get.SessionId, out var session)
        ? ReferenceEquals(session.Data, SessionData.Unreadable) ? Failure(SessionDataException.UnreadableInFile()) : new SessionFound(session)
        : SessionMissing.Instance;

    private Status.Failure? Refuse(string sessionKey, SessionData data) => _options.Refuse(sessionKey, data) is { } refusal ? Failure(refusal) : null;

    private void RouteById(ISessionIdCommand command)
    {
        if (_table.TryFind(command.SessionId, out var session))
        {
            Route(_table.OwnerOf(session.Key), command);
            return;
        }

        Sender.Tell(command is DeleteSession ? false : Failure(new SessionNotFoundException()));
    }

    private void Route(string owner, ISessionCommand command)
    {
        if (!_byOwner.TryGetValue(owner, out var actor))
        {
            actor = new KeyActor(Context.ActorOf(_keyActors));
            actor.Ref.Tell(new SessionKeyActor.Assign(owner));
            _byOwner.Add(owner, actor);
        }

        actor.Forwarded++;
        actor.Ref.Forward(command);
    }

    private void AskWhoIsIdle()
    {
        foreach (var actor in _byOwner.Values)
        {
            if (actor.Forwarded == actor.ForwardedAtLastSweep)
            {
                actor.Ref.Tell(ReportIdle.Instance);
            }

            actor.ForwardedAtLastSweep = actor.Forwarded;
        }
    }

    private void Passivate(Idle idle)
    {
        if (_byOwner.TryGetValue(idle.Owner, out var actor) && actor.Ref.Equals(Sender) && actor.Forwarded == idle.Answered)
        {
            _byOwner.Remove(idle.Owner);
            Context.Stop(actor.Ref);
        }
    }

    private void BeginDrain()
    {
        _log.Info("jam.sessions: draining, {Keys} key actors are live", _byOwner.Count);
        Become(Draining);
        _awaitingDrain.Add(Sender);
        _undrained = _byOwner.Count;
        foreach (var actor in _byOwner.Values)
        {
            actor.Ref.Tell(Drain.Instance);
        }

        ClosePersistenceWhenDrained();
    }

    private void Draining(object message)
    {
        switch (message)
        {
            case Drained when Sender.Equals(_persistence):
                _log.Info("jam.sessions: stopped; everything acknowledged is on disk");
                _awaitingDrain.ForEach(waiting => waiting.Tell(Drained.Instance));
                foreach (var child in Context.GetChildren())
                {
                    Context.Stop(child);
                }

                _byOwner.Clear();
                _table.Close();
                Timers.CancelAll();
                Become(Stopped);
                break;
            case Drained:
                _undrained--;
                ClosePersistenceWhenDrained();
                break;
            case Drain:
                _awaitingDrain.Add(Sender);
                break;
            case Sweep or Idle:
                break;
            case GetSession get:
                Sender.Tell(Lookup(get));
                break;
            default:
                Sender.Tell(Failure(new SessionsStoppingException()));
                break;
        }
    }

    private void Stopped(object message)
    {
        switch (message)
        {
            case Drain:
                Sender.Tell(Drained.Instance);
                break;
            case Sweep or Idle or Drained:
                break;
            default:
                Sender.Tell(Failure(new SessionsStoppingException()));
                break;
        }
    }

    private void ClosePersistenceWhenDrained()
    {
        if (_undrained == 0)
        {
            _persistence.Tell(Drain.Instance);
        }
    }

    private static Status.Failure Failure(JamSessionsException reason) => new(reason);

    private sealed class KeyActor(IActorRef actor)
    {
        public IActorRef Ref { get; } = actor;

        public long Forwarded { get; set; }

        public long ForwardedAtLastSweep { get; set; } = -1;
    }

    private sealed record Sweep : INoSerializationVerificationNeeded
    {
        public static readonly Sweep Instance = new();
    }
}
