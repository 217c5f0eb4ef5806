using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>Parent of the key actors and of the persistence actor: makes key actors, stops those that nobody needs, drains on shutdown.</summary>
/// <remarks>
/// Commands do not come through it (<see cref="SessionsRef"/>). After the drain it stays and answers what still comes with
/// <see cref="SessionsStoppingException"/>: nobody waits in vain.
/// </remarks>
internal sealed class SessionManager : UntypedActor, IWithTimers
{
    private readonly ResolvedOptions _options;
    private readonly SessionTable _table;
    private readonly LiveKeys _keys;
    private readonly IActorRef _persistence;
    private readonly Props _keyActors;
    private readonly SessionsRef _door;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _awaitingDrain = [];
    private int _undrained;

    private SessionManager(ResolvedOptions options, SessionTable table, LiveKeys keys, Props persistence, Func<IActorRef, Props> keyActors)
    {
        _options = options;
        _table = table;
        _keys = keys;
        _persistence = Context.ActorOf(persistence, "persistence");
        _keyActors = keyActors(_persistence);
        _door = new SessionsRef((IInternalActorRef)Self, keys, table, options);
    }

    /// <param name="options">The host's.</param>
    /// <param name="table">What is committed.</param>
    /// <param name="keys">The keys that have an actor, and the actors that have no key.</param>
    /// <param name="persistence">Makes the persistence actor.</param>
    /// <param name="keyActors">Makes key actors that hand their batches to the persistence actor.</param>
    public static Props Props(
        ResolvedOptions options, SessionTable table, LiveKeys keys, Props persistence, Func<IActorRef, Props> keyActors) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionManager>(() => new SessionManager(options, table, keys, persistence, keyActors)));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_options.KeyIdleTimeout != Timeout.InfiniteTimeSpan)
        {
            Timers.StartPeriodicTimer(nameof(Sweep), Sweep.Instance, _options.KeyIdleTimeout);
        }
    }

    protected override void PostStop()
    {
        _table.Close();
        _keys.Close();
        _keys.RefuseKept(Self);
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
            case Spawn spawn:
                CallersThread.Spare(() => _keys.Start(spawn.Key, Context.ActorOf(_keyActors)));
                break;
            case GetSession or ISessionCommand:
                CallersThread.Spare(() => _door.Tell(message, Sender));
                break;
            case FlushSessions:
                _persistence.Forward(message);
                break;
            case Sweep:
                StopUnneeded();
                break;
            case Drain:
                BeginDrain();
                break;
            default:
                Sender.Tell(new Status.Failure(new UnknownSessionMessageException(message.GetType())));
                break;
        }
    }

    private void StopUnneeded()
    {
        foreach (var actor in _keys.TakeUnneeded())
        {
            Context.Stop(actor);
        }
    }

    private void BeginDrain()
    {
        Become(Draining);
        _awaitingDrain.Add(Sender);
        _undrained = _keys.Close();
        _log.Info("jam.sessions: draining, {Keys} key actors are busy", _undrained);
        ClosePersistenceWhenDrained();
    }

    private void Draining(object message)
    {
        switch (message)
        {
            case Drained drained when Sender.Equals(_persistence):
                LogEnd(drained.Shortfall);
                _awaitingDrain.ForEach(waiting => waiting.Tell(drained.Shortfall is { } shortfall ? new Status.Failure(shortfall.Fresh()) : Drained.Instance));
                _table.Close();
                foreach (var child in Context.GetChildren())
                {
                    Context.Stop(child);
                }

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
            default:
                Refuse(message);
                break;
        }
    }

    private void LogEnd(SessionStoreException? shortfall)
    {
        if (shortfall is null)
        {
            _log.Info("jam.sessions: stopped; everything acknowledged is in the JSON file");
        }
        else
        {
            _log.Error(shortfall, "jam.sessions: stopped, and the JSON file could not be written: {Shortfall}", shortfall.Message);
        }
    }

    private void Stopped(object message)
    {
        switch (message)
        {
            case Drain:
                Sender.Tell(Drained.Instance);
                break;
            default:
                Refuse(message);
                break;
        }
    }

    private void Refuse(object message)
    {
        switch (message)
        {
            case Spawn spawn:
                _keys.Start(spawn.Key, Self);
                break;
            case Request request:
                request.Refuse(Self);
                break;
            case GetSession:
                _door.Tell(message, Sender);
                break;
            case Sweep or Drained:
                break;
            default:
                Sender.Tell(new Status.Failure(new SessionsStoppingException()));
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

    private sealed record Sweep : INoSerializationVerificationNeeded
    {
        public static readonly Sweep Instance = new();
    }
}
