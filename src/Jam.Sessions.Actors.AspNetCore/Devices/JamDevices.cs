using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>Where a user is signed in, for a page that shows it and ends it. All of it concerns the user of the request alone.</summary>
public interface IJamDevices
{
    /// <summary>Where the request's user is signed in: this device first, then by last use. Empty where nobody is signed in.</summary>
    Task<IReadOnlyList<JamDevice>> ListAsync(HttpContext http);

    /// <summary>Signs the request's user out of one device: at its next request, and at once where it has a connection open. False where there is no such device.</summary>
    Task<bool> SignOutAsync(HttpContext http, string handle);

    /// <summary>Signs the request's user out of all devices but the request's own; returns how many these were.</summary>
    Task<int> SignOutOthersAsync(HttpContext http);
}

/// <summary>A device on which a user is signed in.</summary>
/// <param name="Handle">What to call it by; no secret, and of no use to anybody but this user.</param>
/// <param name="Name">Its name, from its user agent. It may be anything that a stranger chose: encode it.</param>
/// <param name="Address">The address that it signed in from; null where that is not kept.</param>
/// <param name="SignedInAt">When it signed in, in UTC.</param>
/// <param name="LastSeenAt">When it was last used, in UTC; null where that is not known.</param>
/// <param name="ExpiresAt">When its session ends if it is not used, in UTC; null: never.</param>
/// <param name="IsCurrent">Whether it is the request's own.</param>
public sealed record JamDevice(
    string Handle, string Name, string? Address, DateTimeOffset? SignedInAt, DateTimeOffset? LastSeenAt, DateTimeOffset? ExpiresAt, bool IsCurrent)
{
    /// <summary>The handle; nothing personal reaches a log by accident.</summary>
    public override string ToString() => $"JamDevice {{ Handle = {Handle} }}";
}

/// <inheritdoc />
internal sealed class JamDevices(JamTickets tickets) : IJamDevices
{
    public async Task<IReadOnlyList<JamDevice>> ListAsync(HttpContext http)
    {
        if (SessionOf(http) is not { } session)
        {
            return [];
        }

        var options = tickets.Of(SchemeOf(http));
        var sessions = await session.Store.Sessions.ListAsync(session.Key);
        return [.. sessions
            .Select(info => DeviceOf(info, info.Handle == session.Handle, options))
            .OrderByDescending(device => device.IsCurrent)
            .ThenByDescending(device => device.LastSeenAt ?? device.SignedInAt)];
    }

    public async Task<bool> SignOutAsync(HttpContext http, string handle)
    {
        ArgumentException.ThrowIfNullOrEmpty(handle);
        return SessionOf(http) is { } session && await session.Store.Sessions.EndAsync(session.Key, handle, CancellationToken.None);
    }

    public async Task<int> SignOutOthersAsync(HttpContext http)
    {
        if (SessionOf(http) is not { } session)
        {
            return 0;
        }

        try
        {
            // An id that is none of the key's would keep none.
            return await session.Store.FollowAsync(session.Id, async (sessions, id) => await sessions.PeekAsync(id) is not null
                ? await sessions.ClearOthersAsync(session.Key, id, CancellationToken.None)
                : throw new SessionNotFoundException());
        }
        catch (SessionNotFoundException)
        {
            return 0;
        }
    }

    private static JamSession? SessionOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.GetJamSession();
    }

    private static string SchemeOf(HttpContext http)
    {
        var request = http.Features.Get<TicketRequest>();
        while (request!.Current(http) is null)
        {
            request = request.Others;
        }

        return request.Scheme;
    }

    private static JamDevice DeviceOf(SessionInfo info, bool isCurrent, JamTicketOptions options)
    {
        using var data = info.Data is { } all ? Members.Parse(all) : null;
        return new JamDevice(
            info.Handle, options.DeviceName(Members.TextOf(data, Members.Device, SignInMembers.Agent)), Members.TextOf(data, Members.Device, SignInMembers.Address),
            info.CreatedAt, info.LastSeenAt, info.ExpiresAt, isCurrent);
    }
}
