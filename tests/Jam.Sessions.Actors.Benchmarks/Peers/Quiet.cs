using Akka.Configuration;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>An actor system that logs nothing, and is otherwise as Akka sets it up.</summary>
internal static class Quiet
{
    public static Config Config { get; } = ConfigurationFactory.ParseString(
        "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, log-dead-letters-during-shutdown = off }");
}
