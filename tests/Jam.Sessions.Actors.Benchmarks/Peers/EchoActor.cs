using Akka.Actor;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>One actor that answers everything with the same text: what an <c>Ask</c> costs at least.</summary>
internal sealed class EchoActor : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(Bare.Done);
}
