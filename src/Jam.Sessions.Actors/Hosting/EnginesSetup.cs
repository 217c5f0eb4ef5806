using Akka.Actor.Setup;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Says in an actor system that its builder has called <see cref="JamSessionsHosting.WithJamSessions"/>.</summary>
internal sealed class EnginesSetup : Setup;
