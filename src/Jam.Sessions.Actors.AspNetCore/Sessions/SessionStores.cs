using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>The engine's stores, and what this package knows of each beside it.</summary>
internal sealed class SessionStores(IServiceProvider services)
{
    private readonly Dictionary<string, StoreAccess> _stores = new(StringComparer.Ordinal);

    public StoreAccess Of(string name)
    {
        lock (_stores)
        {
            if (!_stores.TryGetValue(name, out var store))
            {
                var sessions = (name.Length == 0 ? services.GetService<IJamSessions>() : services.GetKeyedService<IJamSessions>(name))
                    ?? throw new InvalidOperationException(name.Length == 0
                        ? "There is no session engine. Add services.AddJamSessions(…) and akka.WithJamSessions(), or AddJamSessionsCluster(…) and WithJamSessionsCluster()."
                        : $"There is no session store {name}. Add services.AddJamSessions(\"{name}\", …).");
                _stores.Add(name, store = new StoreAccess(sessions, services.GetRequiredService<ILoggerFactory>()));
            }

            return store;
        }
    }
}

/// <summary>One store: its engine, who waits for ends of its sessions, and what ids were rotated lately.</summary>
internal sealed class StoreAccess
{
    private const int RememberedRotations = 16_384;

    private readonly Recent<string, string> _rotated = new(RememberedRotations, StringComparer.Ordinal);
    private StoreDescription? _description;

    public StoreAccess(IJamSessions sessions, ILoggerFactory logs) => (Sessions, Watch) = (sessions, new SessionWatch(sessions, logs.CreateLogger<SessionWatch>()));

    public IJamSessions Sessions { get; }

    public SessionWatch Watch { get; }

    public async ValueTask<StoreDescription> DescribeAsync() => _description ??= await Sessions.SendAsync(new DescribeStore());

    /// <summary>An id gave way to another one.</summary>
    public void Rotated(string oldId, string newId) => _rotated.Keep(oldId, newId);

    /// <summary>Does something to a session; under its new id where it was rotated after the request had begun.</summary>
    /// <remarks>For requests that had shown the old id while it was alive, and for nobody else: what comes with a dead id stays anonymous.</remarks>
    /// <exception cref="SessionNotFoundException">It is gone.</exception>
    public async Task<T> FollowAsync<T>(string id, Func<IJamSessions, string, Task<T>> act)
    {
        while (true)
        {
            try
            {
                return await act(Sessions, id);
            }
            catch (SessionNotFoundException) when (_rotated.Find(id) is { } next)
            {
                id = next;
            }
        }
    }

    /// <summary>Whether the session, or the one that took its place by a rotation, is there. No activity.</summary>
    public async Task<bool> IsAliveAsync(string id)
    {
        try
        {
            return await FollowAsync(id, static async (sessions, id) => await sessions.PeekAsync(id) is not null ? true : throw new SessionNotFoundException());
        }
        catch (SessionNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Removes a session; under its new id where it was rotated meanwhile.</summary>
    /// <remarks>Nobody who goes away cancels it: a sign-out happens.</remarks>
    public async Task<bool> DeleteAsync(string id)
    {
        var isDeleted = await Sessions.DeleteAsync(id, CancellationToken.None);
        return _rotated.Find(id) is { } next ? await DeleteAsync(next) : isDeleted;
    }
}
