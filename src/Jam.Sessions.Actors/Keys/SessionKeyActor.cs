using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Keys;

/// <summary>One key: decides its commands one after the other, and publishes and answers what is durable.</summary>
/// <remarks>
/// One batch is in flight at a time; what comes meanwhile is decided together as the next one, on the committed sessions. So a batch that
/// fails leaves nothing behind, and a busy key still shares each sync among all who wait. With the last answer the key is over, and the
/// actor takes another one: what a key owns is in the table, nothing is lost with it.
/// </remarks>
internal sealed class SessionKeyActor : UntypedActor
{
    private readonly KeyActorServices _engine;
    private readonly SelfAsWaiter _waiter;
    private KeySlot _key = null!;
    private RequestQueue _waiting;
    private Commit _inFlight;

    private SessionKeyActor(KeyActorServices engine)
    {
        _engine = engine;
        _waiter = new SelfAsWaiter(Self);
    }

    public static Props Props(KeyActorServices engine) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionKeyActor>(() => new SessionKeyActor(engine)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Request request:
                _key = request.Key;
                _waiting.Add(request);
                DecideNext();
                break;
            case Committed:
                Publish(_inFlight);
                break;
            case CommitFailed failed:
                Answer(_inFlight.Requests, failed.Reason);
                break;
        }
    }

    /// <summary>Only an engine that was not drained stops an actor that still has something to answer.</summary>
    protected override void PostStop()
    {
        _inFlight.Requests.Reject(Self);
        _waiting.Reject(Self);
    }

    private void DecideNext()
    {
        if (!_inFlight.Requests.IsEmpty || _waiting.IsEmpty)
        {
            return;
        }

        (var requests, _waiting) = (_waiting, default);
        var before = _engine.Table.Of(_key.Owner);
        var (after, changes) = (before, default(BatchChanges));
        for (var request = requests.First; request is not null; request = request.Next)
        {
            (after, var stated, request.Reply) = Decide(after, request.Command);
            changes.Add(stated);
        }

        Submit(requests, before, after, changes);
    }

    /// <summary>A decision that throws fails its own caller and changes nothing.</summary>
    private Decision Decide(KeySessions sessions, ISessionCommand command)
    {
        try
        {
            return sessions.Apply(command, _engine.Identities);
        }
        catch (JamSessionsException e)
        {
            return new Decision(sessions, [], e);
        }
        catch (Exception e)
        {
            Context.GetLogger().Error(e, "jam.sessions: {Command} failed unexpectedly; its caller got the fault, nothing was changed", command.GetType().Name);
            return new Decision(sessions, [], new SessionEngineException(e));
        }
    }

    private void Submit(RequestQueue requests, KeySessions before, KeySessions after, BatchChanges changes)
    {
        changes.Fold();
        if (changes.Folded.IsEmpty)
        {
            Answer(requests, failure: null);
            return;
        }

        var waiter = _engine.Log.MustWait ? _waiter : null;
        try
        {
            if (!_engine.Log.TryAppend(changes.Folded, waiter))
            {
                Answer(requests, new SessionsStoppingException());
                return;
            }
        }
        catch (Exception e)
        {
            Context.GetLogger().Error(e, "jam.sessions: a batch could not be encoded; its callers got the fault, nothing was changed");
            Answer(requests, new SessionEngineException(e));
            return;
        }

        _inFlight = new Commit(requests, before, after, changes);
        if (waiter is null)
        {
            Publish(_inFlight);
        }
    }

    private void Publish(in Commit commit)
    {
        _engine.Table.Publish(_key.Owner, commit.Before, commit.After, commit.Changes.Folded);
        Answer(commit.Requests, failure: null);
    }

    private void Answer(RequestQueue requests, JamSessionsException? failure)
    {
        _inFlight = default;
        while (requests.Take() is { } request)
        {
            if (request is { Command: CreateSession or ReworkSession, Reply: string id })
            {
                _engine.Identities.Release(id);
            }

            var reply = failure is null ? request.Reply! : failure.Fresh();
            request.Answer(reply is Exception fault ? new Status.Failure(fault) : reply, Self);
            switch (_engine.Keys.Leave(_key))
            {
                case ReleaseResult.Last:
                    return;
                case ReleaseResult.LastOfDrain:
                    Context.Parent.Tell(Drained.Instance, Self);
                    return;
            }
        }

        DecideNext();
    }

    /// <summary>What was decided, while it is on its way to the disk.</summary>
    /// <param name="Requests">What is answered then.</param>
    /// <param name="Before">The key's sessions until then.</param>
    /// <param name="After">The key's sessions then.</param>
    /// <param name="Changes">What changes, as each command stated it and folded.</param>
    private readonly record struct Commit(RequestQueue Requests, KeySessions Before, KeySessions After, BatchChanges Changes);

    /// <summary>The log tells the actor, which goes on in its own turn.</summary>
    private sealed class SelfAsWaiter(IActorRef self) : ICommitWaiter
    {
        public void Committed() => self.Tell(Keys.Committed.Instance, ActorRefs.NoSender);

        public void Refused(JamSessionsException reason) => self.Tell(new CommitFailed(reason), ActorRefs.NoSender);
    }
}

/// <summary>What all key actors of an engine share.</summary>
internal sealed class KeyActorServices(SessionTable table, IdentitySource identities, ICommitLog log, KeyDirectory keys)
{
    public SessionTable Table => table;

    public IdentitySource Identities => identities;

    public ICommitLog Log => log;

    public KeyDirectory Keys => keys;
}
