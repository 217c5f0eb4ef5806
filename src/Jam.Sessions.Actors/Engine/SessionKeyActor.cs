using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>One key: decides its commands one after the other, hands the outcome over, and answers when it is durable.</summary>
/// <remarks>
/// One batch is in flight at a time; what comes meanwhile is decided together as the next one, on the committed sessions. So a batch that
/// fails leaves nothing behind, and a busy key still shares each sync among all who wait.
/// </remarks>
internal sealed class SessionKeyActor : UntypedActor
{
    private readonly SessionTable _table;
    private readonly IdentitySource _identities;
    private readonly DocumentCodec _codec;
    private readonly IActorRef _persistence;
    private string _owner = "";
    private List<Pending> _waiting = [];
    private List<Pending>? _inFlight;
    private long _answered;
    private IActorRef? _drainRequester;

    public SessionKeyActor(SessionTable table, IdentitySource identities, DocumentCodec codec, IActorRef persistence)
    {
        _table = table;
        _identities = identities;
        _codec = codec;
        _persistence = persistence;
    }

    public static Props Props(SessionTable table, IdentitySource identities, DocumentCodec codec, IActorRef persistence) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionKeyActor>(() => new SessionKeyActor(table, identities, codec, persistence)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Assign assign:
                _owner = assign.Owner;
                break;
            case ISessionCommand command:
                _waiting.Add(new Pending(command, Sender));
                DecideNext();
                break;
            case Committed:
                Answer(_inFlight!, failure: null);
                break;
            case CommitFailed failed:
                Answer(_inFlight!, failed.Reason);
                break;
            case ReportIdle:
                ReportIfIdle();
                break;
            case Drain:
                _drainRequester = Sender;
                ReportIfDrained();
                break;
        }
    }

    private void DecideNext()
    {
        if (_inFlight is not null || _waiting.Count == 0)
        {
            return;
        }

        (_inFlight, _waiting) = (_waiting, []);
        var before = _table.Of(_owner);
        var after = before;
        foreach (var pending in _inFlight)
        {
            (after, pending.Reply) = Decide(after, pending.Command);
        }

        Submit(before, after);
    }

    /// <summary>A decision that throws fails its own caller and changes nothing.</summary>
    private (KeySessions After, object Reply) Decide(KeySessions sessions, ISessionCommand command)
    {
        try
        {
            return sessions.Apply(command, _identities);
        }
        catch (JamSessionsException e)
        {
            return (sessions, e);
        }
        catch (Exception e)
        {
            Context.GetLogger().Error(e, "jam.sessions: {Command} failed unexpectedly; its caller got the fault, nothing was changed", command.GetType().Name);
            return (sessions, e);
        }
    }

    private void Submit(KeySessions before, KeySessions after)
    {
        try
        {
            var changes = before.ChangesTo(after).ToList();
            if (changes.Count == 0)
            {
                Answer(_inFlight!, failure: null);
                return;
            }

            _persistence.Tell(new Commit(_owner, after, changes, JournalEntry.Encode(changes, _codec)));
        }
        catch (Exception e)
        {
            Context.GetLogger().Error(e, "jam.sessions: a batch could not be handed over; its callers got the fault, nothing was changed");
            Answer(_inFlight!, e);
        }
    }

    private void Answer(List<Pending> batch, Exception? failure)
    {
        foreach (var pending in batch)
        {
            if (pending.Command is CreateSession or ReworkSession && pending.Reply is string id)
            {
                _table.Release(id);
            }

            var reply = failure is null ? pending.Reply : (failure as JamSessionsException)?.Fresh() ?? failure;
            pending.Sender.Tell(reply is Exception fault ? new Status.Failure(fault) : reply!, Self);
        }

        _answered += batch.Count;
        _inFlight = null;
        DecideNext();
        ReportIfDrained();
    }

    private void ReportIfIdle()
    {
        if (_inFlight is null)
        {
            Sender.Tell(new Idle(_owner, _answered));
        }
    }

    private void ReportIfDrained()
    {
        if (_inFlight is null && _drainRequester is { } requester)
        {
            _drainRequester = null;
            requester.Tell(Drained.Instance, Self);
        }
    }

    /// <summary>From the manager, before anything else: whose sessions these are.</summary>
    internal sealed record Assign(string Owner) : INoSerializationVerificationNeeded
    {
        public override string ToString() => nameof(Assign);
    }

    private sealed class Pending(ISessionCommand command, IActorRef sender)
    {
        public ISessionCommand Command { get; } = command;

        public IActorRef Sender { get; } = sender;

        public object? Reply { get; set; }
    }
}
