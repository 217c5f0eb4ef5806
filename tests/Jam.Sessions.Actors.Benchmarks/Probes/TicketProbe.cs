using Akka.Hosting;
using Jam.Sessions.Actors.AspNetCore;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What our calls of a signed-in request allocate, by what a clone of its ticket does.</summary>
internal static class TicketProbe
{
    private const int Calls = 100_000;

    public static async Task<Figures> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtection();
        builder.Services.AddJamSessions(o => (o.InMemory, o.IdleTimeout) = (true, TimeSpan.FromHours(1)));
        builder.Services.AddAkka("tickets", (akka, _) => akka.AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Prepend).WithJamSessions());
        builder.Services.AddAuthentication("Cookies").AddCookie();
        builder.Services.AddJamTickets();
        await using var app = builder.Build();
        await app.StartAsync();
        var store = app.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get("Cookies").SessionStore!;
        var now = TimeProvider.System.GetUtcNow();
        var ticket = new AuthenticationTicket(SiteProbe.User("ann"), new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddDays(1) }, "Cookies");
        var id = await store.StoreAsync(ticket, new DefaultHttpContext(), CancellationToken.None);

        // Kestrel has a request's place for what it is given; the request itself is not ours.
        var http = new DefaultHttpContext();
        _ = TicketRequest.Of(http, "Cookies");
        var stored = (await store.RetrieveAsync(id, http, CancellationToken.None))!;
        var (calls, clone) = (Bytes(() => store.RetrieveAsync(id, http, CancellationToken.None)), Bytes(() => stored.Clone()));
        var request = Bytes(() => new TicketRequest("Cookies", others: null));
        await app.StopAsync();
        return new Figures([("bytes_per_clone", (calls + request) / clone), ("call_bytes", calls + request), ("clone_bytes", clone)]);
    }

    private static double Bytes(Func<object> act)
    {
        for (var i = 0; i < 1000; i++)
        {
            _ = act();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
        {
            _ = act();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;
    }
}
