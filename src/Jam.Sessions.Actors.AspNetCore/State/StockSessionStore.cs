using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.State;

/// <summary>Sessions for ASP.NET Core's own middleware, in a store of the engine where an id is the session's key, a hash of the middleware's.</summary>
internal sealed class StockSessionStore(IJamSessions sessions, ILogger<StockSessionStore> log) : ISessionStore
{
    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionKey);
        ArgumentNullException.ThrowIfNull(tryEstablishSession);
        return new StockSession(sessions, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sessionKey))), idleTimeout, tryEstablishSession, isNewSessionKey, log);
    }

    private sealed class StockSession(IJamSessions sessions, string id, TimeSpan idle, Func<bool> tryEstablish, bool isNew, ILogger log) : ISession
    {
        private readonly Dictionary<string, byte[]?> _changes = new(StringComparer.Ordinal);
        private StatePlace? _place;
        private bool _isCleared;

        public bool IsAvailable => true;

        public string Id => Place.Handle;

        public IEnumerable<string> Keys => [.. Place.Values.Keys.Where(name => !_isCleared && !_changes.ContainsKey(name)), .. _changes.Where(change => change.Value is not null).Select(change => change.Key)];

        // In memory: the answer is there at once. A session that has just begun cannot be found.
        private StatePlace Place => _place ??= isNew || sessions.GetAsync(id).AsTask().GetAwaiter().GetResult() is not { } session
            ? StatePlace.None : new StatePlace(session.Handle, StatePlace.ValuesOf(session.Data));

        public Task LoadAsync(CancellationToken cancellationToken = default)
        {
            _ = Place;
            return Task.CompletedTask;
        }

        public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value) =>
            _changes.TryGetValue(key, out value) ? value is not null : !_isCleared & Place.Values.TryGetValue(key, out value);

        public void Set(string key, byte[] value)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!tryEstablish())
            {
                throw new InvalidOperationException("The session cannot be established after the response has started.");
            }

            _changes[key] = [.. value];
        }

        public void Remove(string key)
        {
            if (TryGetValue(key, out _))
            {
                _changes[key] = null;
            }
        }

        public void Clear()
        {
            _changes.Clear();
            _isCleared = true;
        }

        public async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            var set = StatePlace.MembersOf(_changes.Where(change => change.Value is not null)!);
            string[] removed = [.. Place.Values.Keys.Where(name => _isCleared && !_changes.ContainsKey(name)).Concat(_changes.Where(change => change.Value is null).Select(change => change.Key)).Select(name => Members.State + name)];
            if (_changes.Count == 0 && removed.Length == 0)
            {
                return;
            }

            try
            {
                if (Place.Handle.Length > 0 || !await BeginAsync(set))
                {
                    await sessions.PatchAsync(id, set, removed, CancellationToken.None);
                }
            }
            catch (SessionNotFoundException)
            {
                log.LogInformation("jam.sessions: changes of session state were dropped: the session had ended while the request was under way");
            }

            _changes.Clear();
            _isCleared = false;
        }

        /// <summary>False where another request has begun it meanwhile.</summary>
        private async Task<bool> BeginAsync(SessionData values)
        {
            try
            {
                await sessions.CreateAsync(id, values, new SessionLifetime(idle), CancellationToken.None);
                return true;
            }
            catch (SessionIdFactoryException)
            {
                return false;
            }
        }
    }
}
