using Akka.Actor;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A message between actors of the engine that somebody waits for.</summary>
internal interface IAwaitsAnswer
{
    /// <summary>The actor that should answer has stopped.</summary>
    void Reject(IActorRef self);
}
