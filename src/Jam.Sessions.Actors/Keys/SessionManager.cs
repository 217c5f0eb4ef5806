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

/// <summary>Parent of the key actors and of the persistence actor: stops key actors that nobody needs, and drains on shutdown.</summary>
/// <remarks>
/// Commands do not come through it (<see cref="SessionsRef"/>), and key actors are made on the threads of those who need them. After the drain
/// it stops, and the gateway answers what still comes with <see cref="SessionsStoppingException"/>: every caller gets an answer.
/// </remarks>
internal sealed class SessionManager : UntypedActor
{
    private readonly ManagerServices _engine;
    private readonly ICommitLog _log;
    private readonly SessionsRef _gateway;
    private readonly EngineLog _logger = new(Context.GetLogger());
    private readonly Alarm _alarm;
    private int _undrained;

    private SessionManager(ManagerServices engine)
    {
        _engine = engine;
        _alarm = new Alarm(Self, engine.Threads.Workers.After);
        try
        {
            _log = engine.OpenLog(Context);
        }
        catch (Exception e)
        {
            engine.Started.TrySetException(e);
            throw;
        }

        _gateway = engine.GatewayOf((IInternalActorRef)Self);

        // Akka makes a top-level actor in just this way, on the thread of whoever asks for it.
        var (context, props) = (Context, engine.KeyActors(_log, engine.Keys));
        context.ActorOf(engine.Threads.OnWorkers(Akka.Actor.Props.CreateBy(new Producer<Sentinel>(() => new Sentinel(engine.Keys))), isGuarded: true), "sentinel");
        engine.Keys.MakeActor = () => context.ActorOf(props);
        var self = Self;
        engine.Keys.Drained = () => self.Tell(KeyDrained.Instance, ActorRefs.NoSender);
        engine.Reader.Log = engine.Expiry.Log = engine.Log = _log;
        var logger = _logger;
        engine.Identities.OnShortIds = length => logger.Write(LogLines.ShortIds, length);
        engine.Expiry.OnFault = e => logger.Write(e, LogLines.SweepFault);
    }

    public static Props Props(ManagerServices engine) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionManager>(() => new SessionManager(engine)));

    protected override void PreStart()
    {
        PlanSweep();
        PlanExpiry();
        _engine.Telemetry.Health.Phase = EnginePhase.Running;
        _engine.Telemetry.Observe(_engine.Status);
        _engine.Started.TrySetResult();
    }

    protected override void PostStop()
    {
        _alarm.Stop();
        _engine.Table.Close();
        _engine.Operators?.Dispose();
        _engine.Keys.Close();
        _engine.Events.Close();
        _engine.Telemetry.Health.Phase = EnginePhase.Stopped;
        _engine.Telemetry.Dispose();
        _engine.End.Come(null);
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
            _logger.Write(e, LogLines.ManagerFault, message.GetType().Name);
            Asker.Answer(Sender, new Status.Failure(e as JamSessionsException ?? new SessionEngineException(e)), Self);
        }
    }

    // A child that throws keeps its state: its callers still wait for answers.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Resume);

    private void Handle(object message)
    {
        switch (message)
        {
            case FlushRequest flush:
                _log.Flush(flush.Done);
                break;
            case Sweep:
                StopUnneeded();
                PlanSweep();
                break;
            case ExpiryDue:
                _engine.Expiry.Run(static _ => { });
                PlanExpiry();
                break;
            case Drain:
                BeginDrain();
                break;
            default:
                Forward(message, Sender);
                break;
        }
    }

    /// <summary>What did not come through the gateway: from another system, or by a selection.</summary>
    private void Forward(object message, IActorRef sender)
    {
        if (_gateway.RunsHostCode(message))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Gateway.Tell(call.Message, call.Sender), (Gateway: _gateway, Message: message, Sender: sender), preferLocal: false);
        }
        else
        {
            _gateway.Tell(message, sender);
        }
    }

    private void StopUnneeded()
    {
        foreach (var actor in _engine.Keys.Sweep())
        {
            Context.Stop(actor);
        }
    }

    private void PlanSweep()
    {
        if (_engine.Options.KeyIdleTimeout is var timeout && timeout != Timeout.InfiniteTimeSpan)
        {
            _alarm.Tell(timeout / KeyDirectory.SweepsPerTimeout, Sweep.Instance);
        }
    }

    private void PlanExpiry()
    {
        if (_engine.Options.SweepInterval is var interval && interval != Timeout.InfiniteTimeSpan)
        {
            _alarm.Tell(interval, ExpiryDue.Instance);
        }
    }

    private void BeginDrain()
    {
        Become(Draining);
        _engine.Telemetry.Health.Phase = EnginePhase.Draining;
        _engine.Operators?.Dispose();
        _undrained = _engine.Keys.Close();
        _logger.Write(LogLines.Draining, _undrained);
        _alarm.Tell(_engine.Options.DrainTimeout, DrainOver.Instance);
        CloseLogWhenDrained();
    }

    private void Draining(object message)
    {
        switch (message)
        {
            case KeyDrained:
                _undrained--;
                CloseLogWhenDrained();
                break;
            case DrainOver when _undrained > 0:
                _logger.Write(LogLines.DrainCut, _undrained, _engine.Options.DrainTimeout);
                _undrained = 0;
                _alarm.Tell(_engine.Options.DrainTimeout, DrainOver.Instance);
                CloseLogWhenDrained();
                break;
            case DrainOver:
                End(new SessionStoreException(
                    _engine.Options.JsonPath,
                    $"The disk under {_engine.Options.JsonPath} has not answered for {_engine.Options.DrainTimeout}. Everything acknowledged is in the file or in the journal beside it, which the next start reads; the file stays locked until the disk answers or the process ends."));
                break;
            case LogClosed closed:
                End(closed.Shortfall);
                break;
            case FlushRequest flush:
                flush.Done(new SessionsStoppingException());
                break;
            case Drain or Sweep or ExpiryDue:
                break;
            default:
                _gateway.Tell(message, Sender);
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

    private void End(SessionStoreException? shortfall)
    {
        if (shortfall is null)
        {
            _logger.Write(LogLines.Stopped);
        }
        else
        {
            _logger.Write(shortfall, LogLines.StoppedShort, shortfall.Message);
        }

        _engine.Table.Close();
        _engine.Events.Close();
        _engine.Telemetry.Health.Phase = EnginePhase.Stopped;
        _engine.Telemetry.Dispose();
        _engine.End.Come(shortfall);
        Context.Stop(Self);
    }

    /// <summary>A child that was there from the beginning: when it stops, the manager has begun to stop all.</summary>
    private sealed class Sentinel(KeyDirectory keys) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop()
        {
            foreach (var actor in keys.End())
            {
                ((IInternalActorRef)actor).Stop();
            }
        }
    }

    /// <param name="Shortfall">What the JSON file lacks, and why; null where it holds everything.</param>
    private sealed record LogClosed(SessionStoreException? Shortfall) : INoSerializationVerificationNeeded;

    private sealed record Sweep : INoSerializationVerificationNeeded
    {
        public static readonly Sweep Instance = new();
    }

    /// <summary>Sessions that have ended are to be removed.</summary>
    private sealed record ExpiryDue : INoSerializationVerificationNeeded
    {
        public static readonly ExpiryDue Instance = new();
    }

    /// <summary>The time for a drain is over.</summary>
    private sealed record DrainOver : INoSerializationVerificationNeeded
    {
        public static readonly DrainOver Instance = new();
    }
}
