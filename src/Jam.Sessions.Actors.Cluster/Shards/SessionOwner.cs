using System.Buffers.Text;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Wire;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>The owner of one key: holds its sessions as they stand in the rows, decides one batch of requests after the other, and answers what is committed.</summary>
/// <remarks>
/// <code>
/// no rows yet ──claim──▶ owner of version n ──decide, commit where the version is n──▶ owner of version m ──▶ …
///      ▲                        │
///      └── the rows had another version, the outcome is not known, or the server was away
/// </code>
/// A claim moves the version, so that whoever owned the rows before can change them no more. It is made, and believed, only by a node that is sure of its membership.
/// One that is not sure asks the rows for their version before it answers. Requests wait while a batch is on its way, reads too: so nobody who reads the rows sees
/// something that a later reader here does not.
/// </remarks>
internal sealed class SessionOwner : UntypedActor
{
    // Why rows move on again and again, somebody else knows.
    private const int MostConflicts = 3;

    // A copy of a change whose asker has long gone on is not made any more. Clocks of nodes may differ by some of it.
    private static readonly long s_heard = TimeSpan.FromSeconds(5).Ticks;

    private readonly string _owner;
    private readonly byte[] _route;
    private readonly NodeServices _node;
    private readonly OwnerViews.Place _place;
    private readonly MadeChanges _made = new();

    // Changes that wait or are on their way to the rows.
    private readonly Dictionary<Guid, OwnerRequest> _underWay = [];
    private List<OwnerRequest> _waiting = [];
    private OwnerBatch? _batch;
    private Claimed? _claimed;
    private long _nextDeadline;
    private long _highest;
    private bool _wasRefused;
    private bool _isBusy;
    private bool _isStopping;

    private KeySessions Sessions
    {
        get;
        set
        {
            _node.Owned.Moved(field.Count, value.Count);
            field = value;
        }
    } = KeySessions.None;

    public SessionOwner(string owner, NodeServices node) => (_owner, _route, _node, _place) = (owner, Base64Url.DecodeFromChars(owner), node, node.Views.Begin(owner));

    protected override void PreStart() => _node.Owned.OwnerBegan();

    protected override void PostStop()
    {
        _node.Views.End(_owner, _place);
        Sessions = KeySessions.None;
        _node.Owned.OwnerEnded();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ToOwner request when TryAnswerAtOnce(request):
                return;
            case ToOwner request:
                Take(request, Sender);
                break;
            case Happened happened:
                _isBusy = false;
                happened.Then();
                break;
            case StopOwner:
                _isStopping = true;
                break;
        }

        GoOn();
        Show();
    }

    /// <summary>Lets reads on this node see the key, where nothing is under way.</summary>
    private void Show()
    {
        var view = _isBusy || _isStopping || _claimed is null ? null : new OwnerView(Sessions, _claimed.Epoch, _nextDeadline);
        if (view != _place.Current)
        {
            _place.Current = view;
        }
    }

    /// <summary>A read of a living session, where nothing is under way: by far the most frequent request.</summary>
    private bool TryAnswerAtOnce(ToOwner request)
    {
        if (request.Message is not GetSession { SessionId: var id } || _place.Current?.TryRead(id, isUse: true, _node) is not { } session)
        {
            return false;
        }

        Sender.Tell(new OwnerReply(new SessionFound(session)), Self);
        return true;
    }

    /// <summary>Copies of a request that is on its way already add their askers to it.</summary>
    private void Take(ToOwner message, IActorRef asker)
    {
        if (_underWay.TryGetValue(message.Request, out var known))
        {
            known.Add(message, asker);
            return;
        }

        var request = new OwnerRequest(message, asker);
        _waiting.Add(request);
        if (message.Request != Guid.Empty)
        {
            _underWay.Add(message.Request, request);
        }
    }

    private void GoOn()
    {
        while (!_isBusy && _waiting.Count > 0)
        {
            var isStale = _claimed is null || (_claimed.Epoch != _node.Database.Epoch && !_node.Database.IsAway);
            if (isStale)
            {
                Claim();
            }
            else if (_node.IsSure)
            {
                Decide(_waiting.Count);
            }
            else
            {
                Verify();
            }
        }

        if (!_isBusy && _isStopping)
        {
            Leave();
        }
    }

    private void Claim()
    {
        _claimed = null;
        if (_node.Database.IsAway)
        {
            AnswerAll(request => request is { IsQuery: false, MayBeDone: true } ? DatabaseException.OutcomeUnknown() : DatabaseException.Away().ForHost());
        }
        else if (!_node.IsSure)
        {
            AnswerAll(_ => Detour.NotOwner);
        }
        else
        {
            var self = BeginStep();
            _node.Writer.Claim(new ClaimWork(_route, (claimed, fault) => self.Tell(new Happened(() => Begin(claimed, fault)))));
        }
    }

    /// <remarks>A claim that came late, after another node's, moved rows that are not this node's any more: then it is not sure of itself now.</remarks>
    private void Begin(Claimed? claimed, DatabaseException? fault)
    {
        if (fault is not null)
        {
            AnswerAll(request => request is { IsQuery: false, MayBeDone: true } ? DatabaseException.OutcomeUnknown() : fault.ForHost());
            return;
        }

        if (!_node.IsSure)
        {
            AnswerAll(_ => Detour.NotOwner);
            return;
        }

        _claimed = claimed;
        Sessions = KeySessions.Of([.. claimed!.Sessions]);
        _highest = claimed.Sessions.Count == 0 ? 0 : claimed.Sessions[^1].DocumentId;
        _nextDeadline = Deadlines.First(Sessions);
        _made.Add(claimed.Requests);
    }

    private void Verify()
    {
        var count = _waiting.Count;
        Ask(_node.Reader.VersionOfAsync(_route), (version, fault) => Verified(version, fault, count));
    }

    /// <summary>Those who asked before the rows did are answered; the others ask anew.</summary>
    private void Verified(long? version, DatabaseException? fault, int count)
    {
        if (fault is not null)
        {
            AnswerAll(_ => Detour.NotOwner);
        }
        else if (version == _claimed!.Version)
        {
            Decide(count);
        }
        else
        {
            _claimed = null;
        }
    }

    private void Decide(int count)
    {
        var requests = _waiting[..count];
        _waiting.RemoveRange(0, count);
        var now = _node.Clock.Now();
        var sessions = new OwnedSessions(Sessions, _node.Rules, _node.Ends, now, _highest, mayNote: !_node.Database.IsAway && !_wasRefused);
        var isDue = now >= _nextDeadline;
        _wasRefused = false;
        if (isDue)
        {
            sessions.Expire();
        }

        foreach (var request in requests)
        {
            request.Answer = AnswerOf(request, sessions, now);
        }

        var changes = sessions.Changes;
        if (changes.Stated.IsEmpty)
        {
            _made.Add(requests, isCommitted: false, now);
            _nextDeadline = isDue ? Deadlines.First(Sessions) : _nextDeadline;
            Answer(requests);
            sessions.Used.ForEach(_node.Writer.Touch);
            return;
        }

        // What came and went in one batch leaves no session, but the rows have to know that it was made.
        changes.Fold();
        _batch = new OwnerBatch(requests, sessions, changes, now, isDue);
        var self = BeginStep();
        _node.Writer.Commit(new CommitWork(
            _route, _claimed!.Version, _made.With(requests, now), changes.Folded.ToArray(),
            [.. changes.Stated.ToArray().Where(change => change is { After: null, Before: not null })],
            (version, fault) => self.Tell(new Happened(() => Conclude(version, fault)))));
    }

    private object AnswerOf(OwnerRequest request, OwnedSessions sessions, long now)
    {
        var message = request.Message;
        if (request.IsQuery)
        {
            return Safely(request, sessions);
        }

        if (_node.Database.IsAway)
        {
            return request.MayBeDone ? DatabaseException.OutcomeUnknown() : DatabaseException.Away().ForHost();
        }

        if (message.Sent != 0 && now - message.Sent > s_heard)
        {
            return Detour.NotOwner;
        }

        return _made.AnswerTo(message, request.MayBeDone, now) ?? Safely(request, sessions);
    }

    private static object Safely(OwnerRequest request, OwnedSessions sessions)
    {
        try
        {
            return sessions.Answer(request.Message.Message, request.Message.DrawnId);
        }
        catch (Exception e) when (e is not JamSessionsException)
        {
            return new SessionEngineException(e);
        }
    }

    private void Conclude(long? version, DatabaseException? fault)
    {
        var batch = _batch!;
        _batch = null;
        if (version is { } moved)
        {
            Publish(batch, moved);
        }
        else if (fault is null || fault.Fault == DatabaseFault.Unknown)
        {
            // Whoever reads the rows next finds out what happened.
            _claimed = null;
            batch.Requests.ForEach(request => (request.MayBeDone, request.Conflicts) = (request.MayBeDone || fault is not null, request.Conflicts + 1));
            batch.Requests.FindAll(request => request.Conflicts > MostConflicts).ForEach(request => Reply(request, Detour.NotOwner));
            _waiting.InsertRange(0, batch.Requests.Where(request => request.Conflicts <= MostConflicts));
        }
        else if (fault.Fault == DatabaseFault.Duplicate)
        {
            FindTaken(batch.Requests);
        }
        else
        {
            // What nobody asked for, as an end that was due, is not tried for those who only ask.
            _wasRefused = true;
            batch.Requests.FindAll(request => !request.IsQuery).ForEach(request => Reply(request, fault.ForHost()));
            _waiting.InsertRange(0, batch.Requests.Where(request => request.IsQuery));
        }
    }

    private void Publish(OwnerBatch batch, long version)
    {
        (Sessions, _highest) = (batch.Sessions.After, batch.Sessions.Highest);
        _claimed = _claimed! with { Version = version };
        _nextDeadline = batch.IsSwept ? Deadlines.First(Sessions) : Math.Min(_nextDeadline, Deadlines.First(batch.Changes));
        _made.Add(batch.Requests, isCommitted: true, batch.Now);
        _node.Committed(batch.Changes);
        Answer(batch.Requests);
        batch.Sessions.Used.ForEach(_node.Writer.Touch);
    }

    /// <summary>Whose drawn id is another key's session draws another one; the others are decided anew.</summary>
    private void FindTaken(List<OwnerRequest> requests)
    {
        var ids = requests.Select(request => request.Message.DrawnId).OfType<string>().Select(_node.Rules.Ids.Of);
        Ask(_node.Reader.TakenAsync(ids), (taken, fault) => requests.ForEach(request =>
        {
            if (fault is not null && !request.IsQuery)
            {
                Reply(request, fault.ForHost());
            }
            else if (request.Message.DrawnId is { } id && (taken?.Contains(_node.Rules.Ids.Of(id)) == true || ++request.Conflicts > MostConflicts))
            {
                Reply(request, Detour.IdTaken);
            }
            else
            {
                _waiting.Add(request);
            }
        }));
    }

    /// <summary>Requests wait until the rows have answered.</summary>
    private void Ask<T>(Task<T> answer, Action<T?, DatabaseException?> then)
    {
        var self = BeginStep();
        _ = AwaitAsync();

        async Task AwaitAsync()
        {
            try
            {
                var rows = await answer.ConfigureAwait(false);
                self.Tell(new Happened(() => then(rows, null)));
            }
            catch (DatabaseException e)
            {
                self.Tell(new Happened(() => then(default, e)));
            }
        }
    }

    private void Answer(List<OwnerRequest> requests) => requests.ForEach(request => Reply(request, request.Answer!));

    private void Reply(OwnerRequest request, object answer)
    {
        _underWay.Remove(request.Message.Request);
        request.Reply(answer, Self);
    }

    private void AnswerAll(Func<OwnerRequest, object> answer)
    {
        var requests = _waiting;
        _waiting = [];
        requests.ForEach(request => Reply(request, answer(request)));
    }

    /// <summary>What is under way is done. A key without sessions leaves no row, unless the next owner needs to know what was just done; the sweep takes that one.</summary>
    private void Leave()
    {
        if (_claimed is { } claimed && Sessions.IsEmpty && !_made.AreRecent(_node.Clock.Now()) && !_node.Database.IsAway)
        {
            _ = ForgetAsync(claimed.Version);
        }

        Context.Stop(Self);

        async Task ForgetAsync(long version)
        {
            try
            {
                await _node.Reader.ForgetAsync(_route, version).ConfigureAwait(false);
            }
            catch (DatabaseException)
            {
                // A sweep does it.
            }
        }
    }

    private IActorRef BeginStep()
    {
        _place.Current = null;
        _isBusy = true;
        return Self;
    }

    /// <summary>The end of a step that did not take place in this actor.</summary>
    private sealed record Happened(Action Then) : INoSerializationVerificationNeeded;
}
