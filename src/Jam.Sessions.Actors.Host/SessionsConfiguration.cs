using Akka.Configuration;
using Akka.Hosting.Configuration;

namespace Jam.Sessions.Actors.Host;

/// <summary>The engine's options from the host's configuration.</summary>
internal static class SessionsConfiguration
{
    /// <summary>
    /// The section <c>sessions</c> as HOCON under <c>jam.sessions</c>, so that every key of the engine's <c>reference.conf</c> can be set:
    /// <c>--sessions:json-path=…</c>, the environment variable <c>SESSIONS__JSON_PATH</c>, or <c>"sessions": { "json-path": … }</c>.
    /// </summary>
    public static Config SessionsSection(this IConfiguration configuration) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.GetSection("sessions")
                .AsEnumerable(makePathsRelative: true)
                .Select(option => KeyValuePair.Create($"jam:sessions:{option.Key}", option.Value)))
            .Build()
            .ToHocon();
}
