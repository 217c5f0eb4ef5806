using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>One key: owns its sessions, decides its commands one after the other, and publishes and answers what is durable.</summary>
/// <remarks>
/// It holds the sessions as it last published them, from the key's first command until the key is idle for long; nobody else changes what the
/// index shows of the key. One batch is in flight at a time; what comes meanwhile is decided together as the next one, on the committed
/// sessions. So a batch that fails leaves nothing behind, and a busy key still shares each sync among all who wait. An actor whose key is idle
/// for long may be given another one: what a key owns is in the index, nothing is lost with it.
/// </remarks>
internal sealed class SessionKeyActor : UntypedActor
{
    private readonly KeyActorServices _engine;
    private readonly SelfAsWaiter _waiter;
    private KeySlot _key = null!;
    private string? _owner;
    private int _ownerHash;
    private KeySessions _sessions;
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
                Serve(request.Key);
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
        var unheard = _inFlight.Requests;
        while (unheard.Take() is { } request)
        {
            request.Answer(new Status.Failure(new SessionOutcomeUnknownException()), Self);
        }

        _waiting.Reject(Self);
    }

    /// <summary>The key whose commands it takes from here on.</summary>
    private void Serve(KeySlot key)
    {
        if (!ReferenceEquals(_owner, key.Owner))
        {
            (_key, _owner, _ownerHash) = (key, key.Owner, TextHash.Of(key.Owner));
            _sessions = _engine.Table.Of(_owner);
        }
    }

    private void DecideNext()
    {
        if (!_inFlight.Requests.IsEmpty || _waiting.IsEmpty)
        {
            return;
        }

        (var requests, _waiting) = (_waiting, default);
        // One time for all of them, and that of their turn: one that was accepted earlier would find some of the key's sessions alive, and others seen dead by then.
        var now = _engine.Clock.Now();
        var (after, changes) = (_sessions, default(BatchChanges));
        for (var request = requests.First; request is not null; request = request.Next)
        {
            (after, var stated, request.Reply) = Decide(after, request, now, changes);
            changes.Add(stated);
        }

        Submit(requests, after, changes);
    }

    /// <summary>A decision that throws fails its own caller and changes nothing.</summary>
    private Decision Decide(KeySessions sessions, Request request, long now, in BatchChanges batch)
    {
        try
        {
            var successor = _engine.Table.KnowsPredecessors && IdIn(request.Command) is { } id ? SuccessorOf(id, sessions, batch, now) : null;
            var decision = sessions.Apply(request.Command, request.Drawn with { Now = now, Successor = successor }, _engine.Rules);
            return decision.Reply is SessionNotFoundException { Why: SessionEndReason.Unknown } && request.Command is ISessionIdCommand command
                ? decision with { Reply = new SessionNotFoundException(_engine.Table.WhyGone(_engine.Rules.Ids.Of(command.SessionId))) }
                : decision;
        }
        catch (Exception e)
        {
            new EngineLog(Context.GetLogger()).Write(e, LogLines.CommandFault, request.Command.GetType().Name);
            return new Decision(sessions, [], new SessionEngineException(e));
        }
    }

    /// <summary>The id, as it is kept, of the session that had this id before its last rework, while that still works; else null.</summary>
    /// <remarks>A rework that made it so is in this very batch, or committed.</remarks>
    private string? SuccessorOf(string id, KeySessions sessions, in BatchChanges batch, long now)
    {
        if (sessions.Contains(_engine.Rules.Ids.Of(id)))
        {
            return null;
        }

        var digest = StoredIds.DigestOf(id);
        var successor = batch.ReworkedFrom(digest) ?? (_engine.Table.TryFindByPredecessor(digest, out var committed) ? committed.Id : null);
        return successor is not null && sessions.Find(successor) is { Before: { } before } && before.Digest == digest && before.WorksAt(now) ? successor : null;
    }

    private static string? IdIn(ISessionCommand command) => command switch
    {
        ISessionIdCommand { SessionId: var id } => id,
        ClearSessions { Except: var except } => except,
        _ => null,
    };

    private void Submit(RequestQueue requests, KeySessions after, BatchChanges changes)
    {
        changes.Fold();
        var notice = changes.Stated.IsEmpty ? null : _engine.Events.NoticeOf(changes.Stated);
        if (changes.Folded.IsEmpty)
        {
            // What came and went in one batch is told all the same.
            _engine.Table.Remember(changes.Stated);
            _engine.Telemetry.Count(changes.Stated);
            notice?.Durable();
            notice?.Published();
            Answer(requests, failure: null);
            return;
        }

        var waiter = _engine.Log.MustWait(_ownerHash) ? _waiter : null;
        try
        {
            if (!_engine.Log.TryAppend(_ownerHash, changes.Folded, waiter, Traced(requests, notice)))
            {
                Answer(requests, new SessionsStoppingException());
                return;
            }
        }
        catch (Exception e)
        {
            new EngineLog(Context.GetLogger()).Write(e, LogLines.EncodingFault);
            Answer(requests, new SessionEngineException(e));
            return;
        }

        _inFlight = new Commit(requests, after, changes, notice);
        if (waiter is null)
        {
            Publish(_inFlight);
        }
    }

    /// <summary>The notice that also tells the writer of the commands whose spans are recorded, where there are any.</summary>
    private static ICommitNotice? Traced(RequestQueue requests, ChangeNotice? notice)
    {
        if (!Spans.AreHeard)
        {
            return notice;
        }

        var recorded = new List<ActivityContext>();
        for (var request = requests.First; request is not null && recorded.Count < Spans.MaxLinks; request = request.Next)
        {
            if (request.Watch?.Recorded is { } command)
            {
                recorded.Add(command);
            }
        }

        return recorded.Count > 0 ? new TracedNotice(notice, recorded) : notice;
    }

    private void Publish(in Commit commit)
    {
        try
        {
            _engine.Table.Remember(commit.Changes.Stated);
            _engine.Table.Publish(_owner!, _sessions, commit.After, commit.Changes.Folded);
            _sessions = commit.After;
        }
        catch (Exception e)
        {
            // The index is what others see, and so what this goes on from.
            new EngineLog(Context.GetLogger()).Write(e, LogLines.PublishFault);
            _sessions = _engine.Table.Of(_owner!);
            Answer(commit.Requests, new SessionOutcomeUnknownException());
            return;
        }

        _engine.Telemetry.Count(commit.Changes.Stated);
        commit.Notice?.Published();
        LogReplays(commit.Changes.Stated);
        Answer(commit.Requests, failure: null);
    }

    private void LogReplays(ReadOnlySpan<DocumentChange> changes)
    {
        foreach (var change in changes)
        {
            if (change is { After: { } session, Intent: Intent.Replayed })
            {
                new EngineLog(Context.GetLogger()).Write(LogLines.Replayed, session.Handle, _engine.Rules.OnReplay);
            }
        }
    }

    private void Answer(RequestQueue requests, JamSessionsException? failure)
    {
        _inFlight = default;
        while (requests.Take() is { } request)
        {
            if (request.Drawn.SessionId is { } id)
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
                    Context.Parent.Tell(KeyDrained.Instance, Self);
                    return;
            }
        }

        DecideNext();
    }

    /// <summary>What was decided, while it is on its way to the disk.</summary>
    /// <param name="Requests">What is answered then.</param>
    /// <param name="After">The key's sessions then.</param>
    /// <param name="Changes">What changes, as each command stated it and folded.</param>
    /// <param name="Notice">Tells those who listen; null where nobody does.</param>
    private readonly record struct Commit(RequestQueue Requests, KeySessions After, BatchChanges Changes, ChangeNotice? Notice);

    private sealed class TracedNotice(ChangeNotice? notice, List<ActivityContext> recorded) : ICommitNotice
    {
        public IReadOnlyList<ActivityContext> Commands => recorded;

        public void Durable() => notice?.Durable();
    }

    /// <summary>The log tells the actor, which goes on in its own turn.</summary>
    private sealed class SelfAsWaiter(IActorRef self) : ICommitWaiter
    {
        public void Committed() => self.Tell(Keys.Committed.Instance, ActorRefs.NoSender);

        public void Refused(JamSessionsException reason) => self.Tell(new CommitFailed(reason), ActorRefs.NoSender);
    }
}

/// <summary>What all key actors of an engine share.</summary>
internal sealed class KeyActorServices(
    SessionTable table, IdentitySource identities, ICommitLog log, KeyDirectory keys, SessionRules rules, EventHub events, WallClock clock, EngineTelemetry telemetry)
{
    public EngineTelemetry Telemetry => telemetry;

    public WallClock Clock => clock;

    public SessionRules Rules => rules;

    public EventHub Events => events;

    public SessionTable Table => table;

    public IdentitySource Identities => identities;

    public ICommitLog Log => log;

    public KeyDirectory Keys => keys;
}
