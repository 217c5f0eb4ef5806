using Akka;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Parent of the key actors and of the persistence actor: makes key actors, stops those that nobody needs, drains on shutdown.</summary>
/// <remarks>
/// Commands do not come through it (<see cref="SessionsRef"/>). After the drain it stays and answers what still comes with
/// <see cref="SessionsStoppingException"/>: every caller gets an answer.
/// </remarks>
internal sealed class SessionManager : UntypedActor, IWithTimers
{
    private readonly ResolvedOptions _options;
    private readonly SessionTable _table;
    private readonly KeyDirectory _keys;
    private readonly ICommitLog _log;
    private readonly Props _keyActors;
    private readonly SessionsRef _gateway;
    private readonly ILoggingAdapter _logger = Context.GetLogger();
    private readonly List<IActorRef> _awaitingDrain = [];
    private int _undrained;

    private SessionManager(
        ResolvedOptions options, SessionTable table, KeyDirectory keys, Func<IActorRefFactory, ICommitLog> openLog, Func<ICommitLog, Props> keyActors)
    {
        _options = options;
        _table = table;
        _keys = keys;
        _log = openLog(Context);
        _keyActors = keyActors(_log);
        _gateway = new SessionsRef((IInternalActorRef)Self, keys, table, options);
    }

    /// <param name="options">The host's.</param>
    /// <param name="table">What is committed.</param>
    /// <param name="keys">The keys that have an actor, and the actors that have no key.</param>
    /// <param name="openLog">Opens the log, whose actors, if it has any, are the manager's children.</param>
    /// <param name="keyActors">Makes key actors that hand their batches to the log.</param>
    public static Props Props(
        ResolvedOptions options, SessionTable table, KeyDirectory keys, Func<IActorRefFactory, ICommitLog> openLog, Func<ICommitLog, Props> keyActors) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionManager>(() => new SessionManager(options, table, keys, openLog, keyActors)));

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
        _keys.RejectKept(Self);
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
            _logger.Error(e, "jam.sessions: the manager failed on {Message}; its sender got the fault, nothing else is affected", message.GetType().Name);
            Asker.Answer(Sender, new Status.Failure(e as JamSessionsException ?? new SessionEngineException(e)), Self);
        }
    }

    // A child that throws keeps its state: its callers still wait for answers.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Resume);

    private void Handle(object message)
    {
        switch (message)
        {
            case Spawn spawn:
                CallersThread.RunElsewhere(() => _keys.Start(spawn.Key, Context.ActorOf(_keyActors)));
                break;
            case GetSession or ISessionCommand:
                CallersThread.RunElsewhere(() => _gateway.Tell(message, Sender));
                break;
            case FlushSessions:
                Flush(Sender);
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

    private void Flush(IActorRef asker)
    {
        var self = Self;
        _log.Flush(failure => Asker.Answer(asker, failure is null ? Done.Instance : new Status.Failure(failure.Fresh()), self));
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
        _logger.Info("jam.sessions: draining, {Keys} key actors are busy", _undrained);
        CloseLogWhenDrained();
    }

    private void Draining(object message)
    {
        switch (message)
        {
            case LogClosed closed:
                LogEnd(closed.Shortfall);
                _awaitingDrain.ForEach(waiting => waiting.Tell(closed.Shortfall is { } shortfall ? new Status.Failure(shortfall.Fresh()) : Drained.Instance));
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
                CloseLogWhenDrained();
                break;
            case Drain:
                _awaitingDrain.Add(Sender);
                break;
            default:
                Reject(message);
                break;
        }
    }

    private void LogEnd(SessionStoreException? shortfall)
    {
        if (shortfall is null)
        {
            _logger.Info("jam.sessions: stopped; everything acknowledged is in the JSON file");
        }
        else
        {
            _logger.Error(shortfall, "jam.sessions: stopped, and the JSON file could not be written: {Shortfall}", shortfall.Message);
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
                Reject(message);
                break;
        }
    }

    private void Reject(object message)
    {
        switch (message)
        {
            case Spawn spawn:
                _keys.Start(spawn.Key, Self);
                break;
            case Request request:
                request.Reject(Self);
                break;
            case GetSession:
                _gateway.Tell(message, Sender);
                break;
            case Sweep or Drained:
                break;
            default:
                Sender.Tell(new Status.Failure(new SessionsStoppingException()));
                break;
        }
    }

    private void CloseLogWhenDrained()
    {
        if (_undrained == 0)
        {
            var self = Self;
            _log.Close(shortfall => self.Tell(new LogClosed(shortfall), ActorRefs.NoSender));
        }
    }

    /// <param name="Shortfall">What the JSON file lacks, and why; null where it holds everything.</param>
    private sealed record LogClosed(SessionStoreException? Shortfall) : INoSerializationVerificationNeeded;

    private sealed record Sweep : INoSerializationVerificationNeeded
    {
        public static readonly Sweep Instance = new();
    }
}
