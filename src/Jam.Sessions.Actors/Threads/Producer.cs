using Akka.Actor;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Makes actors by a plain call: Props from an expression would compile the expression for every actor.</summary>
internal sealed class Producer<TActor>(Func<TActor> create) : IIndirectActorProducer
    where TActor : ActorBase
{
    public Type ActorType => typeof(TActor);

    public ActorBase Produce() => create();

    public void Release(ActorBase actor)
    {
    }
}
