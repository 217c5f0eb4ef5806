using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>Tells who waits for it that a session has ended: one listener to the engine's events for all of a store.</summary>
internal sealed class SessionWatch(IJamSessions sessions, ILogger<SessionWatch> log)
{
    private readonly ConcurrentDictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private Task? _listening;

    /// <summary>Is told each end's key; and null where some were missed.</summary>
    public Action<string?>? Ended { private get; set; }

    /// <summary>Begins to wait for the end of a session. What is returned is to be disposed of.</summary>
    public SessionEnd Begin(string key, string handle)
    {
        Listen();
        while (true)
        {
            var watched = _watched.GetOrAdd(handle, static (handle, key) => new Watched(key, handle), key);
            if (!watched.TryJoin())
            {
                continue;
            }

            // It may have ended before the listener knew whom to tell.
            _ = CheckAsync(key, [watched]);
            return new SessionEnd(this, watched);
        }
    }

    /// <summary>Listens to what happens from now on, if it does not already.</summary>
    public void Listen()
    {
        if (Volatile.Read(ref _listening) is not null)
        {
            return;
        }

        lock (_lock)
        {
            _listening ??= ListenAsync();
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            using var events = await sessions.SendAsync(new WatchSessions { EndsOnly = true });
            await foreach (var happened in events)
            {
                if (happened is SessionEnded end)
                {
                    Ended?.Invoke(end.SessionKey);
                    if (_watched.TryGetValue(end.Handle, out var watched))
                    {
                        watched.End();
                    }
                }
                else if (happened is SessionEventsMissed)
                {
                    Ended?.Invoke(null);
                    await CheckAllAsync();
                }
            }
        }
        catch (Exception e) when (e is not SessionsStoppingException)
        {
            log.LogError(e, "jam.sessions: listening for ends of sessions failed; open connections of signed-in users are ended, since nobody would tell them");
        }

        // The engine is no more: nobody knows who is signed in.
        lock (_lock)
        {
            _listening = null;
        }

        foreach (var watched in _watched.Values)
        {
            watched.End();
        }
    }

    private async Task CheckAllAsync()
    {
        foreach (var ofKey in _watched.Values.GroupBy(watched => watched.Key))
        {
            await CheckAsync(ofKey.Key, [.. ofKey]);
        }
    }

    private async Task CheckAsync(string key, Watched[] ofKey)
    {
        IReadOnlyList<SessionInfo> living;
        try
        {
            living = await sessions.ListAsync(key);
        }
        catch (JamSessionsException)
        {
            living = [];
        }

        foreach (var watched in ofKey.Where(watched => living.All(session => session.Handle != watched.Handle)))
        {
            watched.End();
        }
    }

    /// <summary>One who waits for the end of a session.</summary>
    internal sealed class SessionEnd(SessionWatch watch, Watched watched) : IDisposable
    {
        private int _isDisposed;

        public CancellationToken Token { get; } = watched.Token;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0 && watched.Leave())
            {
                watch._watched.TryRemove(new(watched.Handle, watched));
            }
        }
    }

    /// <summary>A session for whose end somebody waits.</summary>
    internal sealed class Watched(string key, string handle)
    {
        private readonly CancellationTokenSource _end = new();
        private int _waiting;

        public string Key => key;

        public string Handle => handle;

        public CancellationToken Token => _end.Token;

        /// <summary>False where the last one has just left.</summary>
        public bool TryJoin()
        {
            for (var waiting = Volatile.Read(ref _waiting); waiting >= 0;)
            {
                var found = Interlocked.CompareExchange(ref _waiting, waiting + 1, waiting);
                if (found == waiting)
                {
                    return true;
                }

                waiting = found;
            }

            return false;
        }

        /// <summary>True for the last one.</summary>
        public bool Leave() => Interlocked.Decrement(ref _waiting) == 0 && Interlocked.CompareExchange(ref _waiting, -1, 0) == 0;

        // What is registered runs on threads of its own, so that it delays nobody else's end.
        public void End() => _ = _end.CancelAsync();
    }
}
