using Akka.Actor.Setup;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Says in an actor system that its builder has called <see cref="JamSessionsHosting.WithJamSessions"/>.</summary>
/// <param name="configure">What the obsolete way of it sets in code.</param>
internal sealed class EnginesSetup(Action<JamSessionsOptions>? configure) : Setup
{
    public Action<JamSessionsOptions>? Configure => configure;
}
