using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>One key: decides its commands one after the other, and publishes and answers what is durable.</summary>
/// <remarks>
/// One batch is in flight at a time; what comes meanwhile is decided together as the next one, on the committed sessions. So a batch that
/// fails leaves nothing behind, and a busy key still shares each sync among all who wait.
/// </remarks>
internal sealed class SessionKeyActor : UntypedActor
{
    private readonly SessionTable _table;
    private readonly IdentitySource _identities;
    private readonly DocumentCodec _codec;
    private readonly CommitQueue _commits;
    private readonly IActorRef _persistence;
    private LiveKey _key = null!;
    private RequestQueue _waiting;
    private RequestQueue _inFlight;
    private KeySessions _decided;
    private IReadOnlyList<DocumentChange> _changes = [];
    private IActorRef? _drainRequester;

    private SessionKeyActor(SessionTable table, IdentitySource identities, DocumentCodec codec, CommitQueue commits, IActorRef persistence)
    {
        _table = table;
        _identities = identities;
        _codec = codec;
        _commits = commits;
        _persistence = persistence;
    }

    public static Props Props(SessionTable table, IdentitySource identities, DocumentCodec codec, CommitQueue commits, IActorRef persistence) =>
        Akka.Actor.Props.CreateBy(new Producer<SessionKeyActor>(() => new SessionKeyActor(table, identities, codec, commits, persistence)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Request request:
                _waiting.Add(request);
                DecideNext();
                break;
            case Committed:
                Publish();
                break;
            case CommitFailed failed:
                Answer(failed.Reason);
                break;
            case LiveKey key:
                _key = key;
                break;
            case Drain:
                _drainRequester = Sender;
                ReportIfDrained();
                break;
        }
    }

    private void DecideNext()
    {
        if (!_inFlight.IsEmpty || _waiting.IsEmpty)
        {
            return;
        }

        (_inFlight, _waiting) = (_waiting, default);
        var before = _table.Of(_key.Owner);
        _decided = before;
        for (var request = _inFlight.First; request is not null; request = request.Next)
        {
            (_decided, request.Reply) = Decide(_decided, request.Command);
        }

        Submit(before);
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

    private void Submit(KeySessions before)
    {
        _changes = before.ChangesTo(_decided);
        if (_changes.Count == 0)
        {
            Answer(failure: null);
        }
        else if (TryEncode(out var entry))
        {
            var mustWait = _commits.MustWait;
            _commits.Add(new Commit(_changes, entry, mustWait ? Self : null), _persistence);
            if (!mustWait)
            {
                Publish();
            }
        }
    }

    private bool TryEncode(out ReadOnlyMemory<byte> entry)
    {
        try
        {
            entry = JournalEntry.Encode(_changes, _codec);
            return true;
        }
        catch (Exception e)
        {
            Context.GetLogger().Error(e, "jam.sessions: a batch could not be encoded; its callers got the fault, nothing was changed");
            Answer(e);
            entry = default;
            return false;
        }
    }

    private void Publish()
    {
        _table.Publish(_key.Owner, _decided, _changes);
        Answer(failure: null);
    }

    private void Answer(Exception? failure)
    {
        (_decided, _changes) = (KeySessions.None, []);
        while (_inFlight.Take() is { } request)
        {
            if (request is { Command: CreateSession or ReworkSession, Reply: string id })
            {
                _table.Release(id);
            }

            var reply = failure is null ? request.Reply! : (failure as JamSessionsException)?.Fresh() ?? failure;
            request.Answer(reply is Exception fault ? new Status.Failure(fault) : reply, Self);
            _key.Leave();
        }

        DecideNext();
        ReportIfDrained();
    }

    private void ReportIfDrained()
    {
        if (_key.IsDrained && _drainRequester is { } requester)
        {
            _drainRequester = null;
            requester.Tell(Drained.Instance, Self);
        }
    }
}
