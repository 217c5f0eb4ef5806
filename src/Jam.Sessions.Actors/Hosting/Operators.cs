using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Lets operators command a running engine, where the host asked for it, until the engine drains or ends.</summary>
internal static class Operators
{
    /// <param name="socket">Bound by who holds the file's lock; null where the host did not ask for it.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="options">Its options.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="log">Its log.</param>
    public static void Admit(AdminSocket? socket, JamSessions engine, ResolvedOptions options, WallClock clock, EngineLog log)
    {
        if (socket is null)
        {
            return;
        }

        var services = engine.Services;
        socket.Serve(new LiveStore(options.JsonPath, services.Table, (SessionsRef)engine.Ref, services.Log!, clock), log);
        services.Operators = socket;
        if (services.Table.IsClosed)
        {
            // It has ended already, and found nobody to send away.
            socket.Dispose();
        }
    }
}
