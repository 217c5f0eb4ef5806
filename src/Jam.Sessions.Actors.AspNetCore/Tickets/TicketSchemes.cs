using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>What AddJamTickets was told.</summary>
/// <param name="Scheme">The scheme; null: whichever the host has.</param>
internal sealed record TicketRegistration(string? Scheme)
{
    public string OptionsName => Scheme ?? Options.DefaultName;
}

/// <summary>Finds the schemes whose tickets live in the engine, once the host has named all of its schemes, and exchanges their handlers.</summary>
/// <remarks>The handler itself is exchanged since <c>ITicketStore.RenewAsync</c> cannot tell a sign-in from sliding, and cannot change the id.</remarks>
internal sealed class TicketSchemes(IEnumerable<TicketRegistration> registrations, IOptionsMonitor<JamTicketOptions> options) : IPostConfigureOptions<AuthenticationOptions>
{
    private const string IdentityApplication = "Identity.Application";

    private Dictionary<string, JamTicketOptions> _found = [];

    /// <summary>The schemes, in the order of their registration.</summary>
    public IReadOnlyDictionary<string, JamTicketOptions> Found => _found;

    /// <exception cref="InvalidOperationException">The tickets cannot live in the engine; the message says what to change.</exception>
    public void PostConfigure(string? name, AuthenticationOptions authentication)
    {
        if (name != Options.DefaultName)
        {
            return;
        }

        var found = new Dictionary<string, JamTicketOptions>(StringComparer.Ordinal);
        foreach (var registration in registrations)
        {
            var (scheme, tickets) = (registration.Scheme ?? OnlyScheme(authentication), options.Get(registration.OptionsName));
            Exchange(authentication, scheme);
            Check(scheme, tickets, found);
            if (!found.TryAdd(scheme, tickets))
            {
                throw new InvalidOperationException($"AddJamTickets was called twice for the scheme {scheme}.");
            }
        }

        _found = found;
    }

    private static string OnlyScheme(AuthenticationOptions authentication)
    {
        if (authentication.SchemeMap.ContainsKey(IdentityApplication))
        {
            return IdentityApplication;
        }

        var cookies = authentication.Schemes.Where(scheme => typeof(CookieAuthenticationHandler).IsAssignableFrom(scheme.HandlerType)).Select(scheme => scheme.Name).ToList();
        return cookies switch
        {
            [var only] => only,
            [] => throw new InvalidOperationException("AddJamTickets found no cookie scheme. Add services.AddAuthentication().AddCookie(), or Identity."),
            _ => throw new InvalidOperationException(
                $"AddJamTickets found several cookie schemes: {string.Join(", ", cookies)}. Name the one that is meant: services.AddJamTickets(\"{cookies[0]}\", …)."),
        };
    }

    private static void Exchange(AuthenticationOptions authentication, string scheme)
    {
        if (!authentication.SchemeMap.TryGetValue(scheme, out var builder))
        {
            throw new InvalidOperationException($"AddJamTickets names the scheme {scheme}, and there is none of that name.");
        }

        if (builder.HandlerType != typeof(CookieAuthenticationHandler) && builder.HandlerType != typeof(JamCookieHandler))
        {
            throw new InvalidOperationException(
                $"The scheme {scheme} is handled by {builder.HandlerType?.FullName}. AddJamTickets needs ASP.NET Core's own cookie handler there, which it replaces: take the other replacement out, or name another scheme.");
        }

        builder.HandlerType = typeof(JamCookieHandler);
    }

    private static void Check(string scheme, JamTicketOptions tickets, Dictionary<string, JamTicketOptions> others)
    {
        if (!TicketKeys.IsRealm(tickets.Realm))
        {
            throw new InvalidOperationException($"The realm of {scheme} must have Latin letters, digits, -, _ and . alone, and be another one than {TicketKeys.Anonymous}.");
        }

        if (tickets.CachedTickets < 0)
        {
            throw new InvalidOperationException($"CachedTickets of {scheme} is at least 0.");
        }

        if (others.FirstOrDefault(other => other.Value.Store == tickets.Store && other.Value.Realm == tickets.Realm).Key is { } other)
        {
            throw new InvalidOperationException(
                $"The schemes {other} and {scheme} keep their sessions in one store, and so one's user 7 would be the other's. Give one of them a realm: services.AddJamTickets(\"{scheme}\", o => o.Realm = \"partners\").");
        }
    }
}
