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
        private readonly StateChanges _changes = new();
        private StatePlace? _place;

        public bool IsAvailable => true;

        public string Id => Place.Handle;

        public IEnumerable<string> Keys => _changes.Over(Place).Keys;

        // In memory: the answer is there at once. A session that has just begun cannot be found.
        private StatePlace Place => _place ??= isNew || sessions.GetAsync(id).AsTask().GetAwaiter().GetResult() is not { } session
            ? StatePlace.None : new StatePlace(session.Handle, StatePlace.ValuesOf(session.Data));

        public Task LoadAsync(CancellationToken cancellationToken = default)
        {
            _ = Place;
            return Task.CompletedTask;
        }

        public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value) => _changes.TryGetValue(Place, key, out value);

        public void Set(string key, byte[] value)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!tryEstablish())
            {
                throw new InvalidOperationException("The session cannot be established after the response has started.");
            }

            _changes.Set(key, value);
        }

        public void Remove(string key) => _changes.Remove(Place, key);

        public void Clear() => _changes.Clear();

        public async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            var (set, removed) = (_changes.Written(), _changes.RemovedFrom(Place));
            if (set.Count == 0 && removed.Count == 0)
            {
                return;
            }

            var values = StatePlace.MembersOf(set);
            try
            {
                if (Place.Handle.Length > 0 || !await BeginAsync(values))
                {
                    await sessions.PatchAsync(id, values, removed, CancellationToken.None);
                }

                _place = Place with { Values = _changes.Over(Place) };
            }
            catch (SessionNotFoundException)
            {
                log.LogInformation("jam.sessions: changes of session state were dropped: the session had ended while the request was under way");
            }

            _changes.Forget();
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
