using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Wire;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>The engine as method calls, on any node: draws ids, asks owners, and asks again.</summary>
/// <remarks>
/// A call has ten seconds. An owner that does not answer is asked again after one and a half, by the same request id, so that a change happens once. A read is then
/// answered from the rows.
/// </remarks>
internal sealed class ClusterClient : IJamSessions
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private const int Draws = 5;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly NodeServices _node;
    private readonly RowQueries _queries;
    private readonly KnownRoutes _routes;
    private readonly IdDraw _ids;

    public ClusterClient(NodeServices node)
    {
        (_node, _queries, _routes, _ids) = (node, new RowQueries(node), new KnownRoutes(node), new IdDraw(node.Options));
        Sweeper = new Sweeper(node, SweepAsync);
    }

    public Sweeper Sweeper { get; }

    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        SendAsync(new CreateSession(sessionKey, data), cancellationToken);

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Session?>(cancellationToken);
        }

        if (_node.IsEnded || _routes.TryFind(SessionIds.Checked(sessionId)) is not { } route)
        {
            return FoundAsync(TryAnswerAsync(new GetSession(sessionId)), cancellationToken);
        }

        if (_node.Views.TryRead(Routes.OwnerOf(route), sessionId, isUse: true, _node) is not { } session)
        {
            return FoundAsync(CallAsync(route, new GetSession(sessionId), drawnId: null), cancellationToken);
        }

        _node.Telemetry.Reads.Found();
        return new ValueTask<Session?>(session);
    }

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        SendAsync(new UpdateSession(sessionId, data), cancellationToken);

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new DeleteSession(sessionId), cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => SendAsync(new ClearSessions(sessionKey), cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new ReworkSession(sessionId), cancellationToken);

    /// <remarks>What was acknowledged is in the rows already.</remarks>
    public Task FlushAsync(CancellationToken cancellationToken = default) => SendAsync(new FlushSessions(), cancellationToken);

    public Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<TReply>(cancellationToken) : Cast<TReply>(AnswerAsync(request), cancellationToken);
    }

    /// <summary>The answer to any message; an exception where it is refused.</summary>
    public async Task<object> AnswerAsync(object message)
    {
        var watch = message is ISessionCommand command ? _node.Telemetry.Begin(command) : null;
        var answer = Counted(await TryAnswerAsync(message).ConfigureAwait(false));
        watch?.End(answer as Exception);
        return answer;
    }

    private async Task<object> TryAnswerAsync(object message)
    {
        try
        {
            return _node.IsEnded ? new SessionsStoppingException() : await AskAsync(message).ConfigureAwait(false);
        }
        catch (DatabaseException e)
        {
            return _node.IsEnded ? new SessionsStoppingException() : e.ForHost();
        }
        catch (Exception e)
        {
            return e as JamSessionsException ?? new SessionEngineException(e);
        }
    }

    /// <summary>Removes what has ended in one key.</summary>
    private async Task<int> SweepAsync(byte[] route) => await CallAsync(route, SweepKey.Instance, drawnId: null).ConfigureAwait(false) is int count ? count : 0;

    private static async Task<T> Cast<T>(Task<object> answer, CancellationToken cancellationToken) =>
        await answer.WaitAsync(cancellationToken).ConfigureAwait(false) is var reply && reply is Exception refusal ? throw refusal : (T)reply;

    private async ValueTask<Session?> FoundAsync(Task<object> answer, CancellationToken cancellationToken) => Counted(await answer.WaitAsync(cancellationToken).ConfigureAwait(false)) switch
    {
        SessionFound found => found.Session,
        SessionMissing => null,
        var refusal => throw (Exception)refusal,
    };

    /// <summary>Counts what was asked for by an id.</summary>
    private object Counted(object answer)
    {
        switch (answer)
        {
            case SessionFound:
                _node.Telemetry.Reads.Found();
                break;
            case SessionMissing:
                _node.Telemetry.Reads.Missing();
                break;
        }

        if (answer is SessionMissing { Why: SessionEndReason.Unknown } or SessionNotFoundException { Why: SessionEndReason.Unknown })
        {
            _node.Telemetry.Unknown();
        }

        return answer;
    }

    private async Task<object> AskAsync(object message)
    {
        switch (message)
        {
            case CreateSession create:
                return _node.Options.Validate(create.SessionKey, create.Data) ?? await DrawAndCallAsync(_node.Routes.OfKey(create.SessionKey), create.SessionKey, create).ConfigureAwait(false);
            case ClearSessions clear:
                return await CallAsync(_node.Routes.OfKey(clear.SessionKey), clear, drawnId: null).ConfigureAwait(false);
            case EndSession end:
                return await CallAsync(_node.Routes.OfKey(end.SessionKey), end, drawnId: null).ConfigureAwait(false);
            case ListSessions list:
                return await CallAsync(_node.Routes.OfKey(list.SessionKey), list, drawnId: null).ConfigureAwait(false);
            case CountSessions { SessionKey: { } key } count:
                return await CallAsync(_node.Routes.OfKey(key), count, drawnId: null).ConfigureAwait(false);
            case GetSession get:
                return await AskBySessionAsync(get.SessionId, get, static why => SessionMissing.Because(why)).ConfigureAwait(false);
            case PeekSession peek:
                return await AskBySessionAsync(peek.SessionId, peek, static why => SessionMissing.Because(why)).ConfigureAwait(false);
            case DeleteSession delete:
                return await AskBySessionAsync(delete.SessionId, delete, static _ => false).ConfigureAwait(false);
            case ISessionIdCommand command:
                return DataOf(command) is { } data && _node.Options.Validate(sessionKey: "", data) is { } refusal
                    ? refusal
                    : await AskBySessionAsync(command.SessionId, command, static why => new SessionNotFoundException(why)).ConfigureAwait(false);
            case FlushSessions:
                return Done.Instance;
            case SweepSessions:
                return await Sweeper.SweepAsync().ConfigureAwait(false);
            case ISessionQuery query:
                return await _queries.AnswerAsync(query).ConfigureAwait(false);
            default:
                return new UnknownSessionMessageException(message.GetType());
        }
    }

    private static SessionData? DataOf(ISessionIdCommand command) => command switch
    {
        UpdateSession update => update.Data,
        ReworkSession rework => rework.Data,
        PatchSession patch => patch.Set,
        _ => null,
    };

    private async Task<object> AskBySessionAsync(string id, ISessionMessage message, Func<SessionEndReason, object> missing)
    {
        var route = await _routes.FindAsync(id).ConfigureAwait(false);
        if (route is null)
        {
            return missing(_node.Ends.Find(_node.Rules.Ids.Of(id)));
        }

        if (message is GetSession or PeekSession && _node.Views.TryRead(Routes.OwnerOf(route), id, isUse: message is GetSession, _node) is { } session)
        {
            return new SessionFound(session);
        }

        if (message is not ReworkSession)
        {
            return await CallAsync(route, message, drawnId: null).ConfigureAwait(false);
        }

        // The host's own factory is told whose id it makes.
        var key = _node.Options.AsyncIdFactory is null ? null : await CallAsync(route, new KeyOfSession(id), drawnId: null).ConfigureAwait(false);
        return key is Exception or "" ? key as Exception ?? missing(SessionEndReason.Unknown) : await DrawAndCallAsync(route, key as string, message).ConfigureAwait(false);
    }

    /// <summary>A command that needs a new id: one that is taken is not used.</summary>
    private async Task<object> DrawAndCallAsync(byte[] route, string? key, ISessionMessage message)
    {
        for (var draw = 1; draw <= Draws; draw++)
        {
            var id = _node.Routes.IdOf(route, await _ids.DrawAsync(key).ConfigureAwait(false));
            if (await CallAsync(route, message, id).ConfigureAwait(false) is var answer && answer is not Detour.IdTaken)
            {
                return answer;
            }
        }

        return new SessionIdFactoryException($"The id factory returned an id that is taken, {Draws} times in a row. Ids must be unique and unguessable.");
    }

    /// <summary>Asks the owner until it answers, or the time is over.</summary>
    private async Task<object> CallAsync(byte[] route, ISessionMessage message, string? drawnId)
    {
        var isChange = message is ISessionCommand or SweepKey;
        var began = TimeProvider.System.GetTimestamp();
        var call = new ToOwner(Routes.OwnerOf(route), message)
        {
            Request = isChange ? Guid.NewGuid() : Guid.Empty,
            Since = isChange ? _node.Clock.Now() : 0,
            DrawnId = drawnId,
        };
        var mayBeDone = false;
        for (var left = Deadline; ; left = Deadline - TimeProvider.System.GetElapsedTime(began))
        {
            if (left <= TimeSpan.Zero || _node.IsEnded)
            {
                return mayBeDone ? DatabaseException.OutcomeUnknown() : _node.IsEnded ? new SessionsStoppingException() : Unanswered();
            }

            call = isChange ? call with { Sent = _node.Clock.Now() } : call;
            object? answer;
            try
            {
                answer = (await _node.Region.Ask<OwnerReply>(call, left < Patience ? left : Patience).ConfigureAwait(false)).Answer;
            }
            catch (Exception e) when (e is AskTimeoutException or TaskCanceledException)
            {
                answer = null;
            }

            switch (answer)
            {
                case null:
                    mayBeDone = isChange;
                    break;
                case Detour.NotOwner when _node.Database.IsAway:
                    return mayBeDone ? DatabaseException.OutcomeUnknown() : DatabaseException.Away().ForHost();
                case Detour.NotOwner:
                    await Task.Delay(s_pause).ConfigureAwait(false);
                    break;
                default:
                    return answer;
            }

            if (!isChange && await TryReadAsync(route, message, Deadline - TimeProvider.System.GetElapsedTime(began)).ConfigureAwait(false) is { } read)
            {
                return read;
            }

            call = isChange ? call with { Attempt = call.Attempt + 1 } : call;
        }
    }

    /// <summary>The answer of the rows; null where they cannot be read in time.</summary>
    private async Task<object?> TryReadAsync(byte[] route, ISessionMessage message, TimeSpan left)
    {
        try
        {
            return left <= TimeSpan.Zero ? null : await _queries.TryAnswerFromRowsAsync(route, message).WaitAsync(left).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static SessionStoreException Unanswered() =>
        new("cluster", $"The key's owner did not answer within {Deadline.TotalSeconds:0} s: the cluster may be deciding which of its nodes are there. Nothing was changed.");
}
