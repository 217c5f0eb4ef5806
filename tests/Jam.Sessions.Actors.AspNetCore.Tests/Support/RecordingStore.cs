using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Support;

/// <summary>A ticket store that notes what ASP.NET Core's own handler calls.</summary>
internal sealed class RecordingStore(List<string> calls) : ITicketStore
{
    private readonly Dictionary<string, AuthenticationTicket> _tickets = [];

    public List<string> Calls => calls;

    public Task<string> StoreAsync(AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        var key = $"k{_tickets.Count + 1}";
        _tickets[key] = ticket;
        calls.Add($"Store {key}");
        return Task.FromResult(key);
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        _tickets[key] = ticket;
        calls.Add($"Renew {key}");
        return Task.CompletedTask;
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        calls.Add($"Retrieve {key}");
        return Task.FromResult(_tickets.GetValueOrDefault(key)?.Clone());
    }

    public Task RemoveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        calls.Add($"Remove {key}");
        return Task.CompletedTask;
    }

    public Task<string> StoreAsync(AuthenticationTicket ticket) => throw new NotSupportedException("the handler has never called it");

    public Task RenewAsync(string key, AuthenticationTicket ticket) => throw new NotSupportedException("the handler has never called it");

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => throw new NotSupportedException("the handler has never called it");

    public Task RemoveAsync(string key) => throw new NotSupportedException("the handler has never called it");
}
