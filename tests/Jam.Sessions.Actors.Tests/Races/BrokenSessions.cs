using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>A bug that an engine could have.</summary>
public enum Bug
{
    None,

    /// <summary>A cache before the table that learns of no change: every other read is answered from it.</summary>
    StaleReads,

    /// <summary>Reworks that begin together each win.</summary>
    TwoWinners,

    /// <summary>An update that finds no session writes it anew.</summary>
    Revival,

    /// <summary>A clear that removes one session after the other.</summary>
    HalfClears,

    /// <summary>An update that reads, lets others pass, and writes.</summary>
    LostDeletes,

    /// <summary>An update that is acknowledged before it is done.</summary>
    EarlyAnswers,

    /// <summary>A list that is put together while others change what it lists.</summary>
    TornLists,

    /// <summary>A clear that keeps a session, which looks for that session only after others have.</summary>
    LateExceptions,

    /// <summary>A compare and a set that are not one.</summary>
    LateSwaps,

    /// <summary>A limit that is looked at before the turn.</summary>
    LooseLimit,

    /// <summary>An update that revives what has ended by itself.</summary>
    LateEnds,
}

/// <summary>Sessions in memory that are right but for one planted bug.</summary>
internal sealed class BrokenSessions(Bug bug, Func<string> nextId, int limit = int.MaxValue) : IJamSessions
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _cache = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _reads;

    public async Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default)
    {
        var isFull = IsFull(sessionKey);
        await Task.Yield();
        lock (_lock)
        {
            if (bug == Bug.LooseLimit ? isFull : IsFull(sessionKey))
            {
                throw new SessionLimitException(limit);
            }

            var id = nextId();
            _sessions[id] = new Session(id, sessionKey, data, DateTimeOffset.UnixEpoch);
            return id;
        }
    }

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        if (bug == Bug.StaleReads && Interlocked.Increment(ref _reads) % 2 == 0 && _cache.TryGetValue(sessionId, out var cached))
        {
            return new(cached);
        }

        lock (_lock)
        {
            return new(_sessions.TryGetValue(sessionId, out var session) ? _cache[sessionId] = session : null);
        }
    }

    public async Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default)
    {
        var before = Find(sessionId);
        await Task.Yield();
        if (bug == Bug.EarlyAnswers)
        {
            _ = Task.Run(() => Replace(sessionId, data), CancellationToken.None);
            return;
        }

        lock (_lock)
        {
            if (bug == Bug.Revival && before is null && _cache.TryGetValue(sessionId, out var old))
            {
                _sessions[sessionId] = With(old, data);
            }
            else if (bug is Bug.LostDeletes or Bug.LateEnds && before is not null)
            {
                _sessions[sessionId] = With(before, data);
            }
            else if (!Replace(sessionId, data))
            {
                throw new SessionNotFoundException();
            }
        }
    }

    public async Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        lock (_lock)
        {
            return _sessions.TryRemove(sessionId, out _);
        }
    }

    public async Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (bug == Bug.HalfClears)
        {
            var removed = 0;
            foreach (var (id, _) in _sessions.Where(session => session.Value.Key == sessionKey))
            {
                removed += _sessions.TryRemove(id, out _) ? 1 : 0;
                await Task.Yield();
            }

            return removed;
        }

        lock (_lock)
        {
            return _sessions.Where(session => session.Value.Key == sessionKey).Count(session => _sessions.TryRemove(session));
        }
    }

    public async Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        var before = Find(sessionId);
        await Task.Yield();
        lock (_lock)
        {
            var session = bug == Bug.TwoWinners ? before : Find(sessionId);
            if (session is null)
            {
                throw new SessionNotFoundException();
            }

            var id = nextId();
            _sessions.TryRemove(sessionId, out _);
            _sessions[id] = new Session(id, session.Key, session.Data, session.CreatedAt);
            return id;
        }
    }

    /// <summary>All sessions end.</summary>
    public void EndAll()
    {
        lock (_lock)
        {
            _sessions.Clear();
        }
    }

    public async Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) => (TReply)(request switch
    {
        ListSessions list => await ListAsync(list.SessionKey),
        ClearSessions clear => await ClearOthersAsync(clear.SessionKey, clear.Except!),
        UpdateSession update => await SwapAsync(update.SessionId, update.Expected!, update.Data),
        _ => throw new NotSupportedException(),
    });

    private async Task<object> ListAsync(string key)
    {
        await Task.Yield();
        if (bug != Bug.TornLists)
        {
            lock (_lock)
            {
                return Infos(_sessions.Values);
            }
        }

        var sessions = new List<Session>();
        foreach (var (_, session) in _sessions)
        {
            sessions.Add(session);
            await Task.Yield();
        }

        return Infos(sessions);

        IReadOnlyList<SessionInfo> Infos(IEnumerable<Session> all) => [.. all.Where(session => session.Key == key).Select(session => new SessionInfo("", null, null, null, null, session.Data))];
    }

    private async Task<object> ClearOthersAsync(string key, string exceptId)
    {
        var kept = Find(exceptId);
        await Task.Yield();
        lock (_lock)
        {
            kept = bug == Bug.LateExceptions ? kept : Find(exceptId);
            return _sessions.Where(session => session.Value.Key == key && session.Key != kept?.Id).Count(session => _sessions.TryRemove(session));
        }
    }

    private async Task<object> SwapAsync(string id, SessionData expected, SessionData data)
    {
        var before = Find(id);
        await Task.Yield();
        lock (_lock)
        {
            var current = bug == Bug.LateSwaps ? before : Find(id);
            if (current is null || Find(id) is null)
            {
                throw new SessionNotFoundException();
            }

            if (!current.Data.Equals(expected))
            {
                throw new SessionConflictException(current.Data);
            }

            Replace(id, data);
            return Akka.Done.Instance;
        }
    }

    private bool IsFull(string key) => limit < int.MaxValue && _sessions.Count(session => session.Value.Key == key) >= limit;

    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    private static Session With(Session session, SessionData data) => new(session.Id, session.Key, data, session.CreatedAt);

    private Session? Find(string id) => _sessions.GetValueOrDefault(id);

    private bool Replace(string id, SessionData data)
    {
        lock (_lock)
        {
            return Find(id) is { } session && (_sessions[id] = With(session, data)) is not null;
        }
    }
}
