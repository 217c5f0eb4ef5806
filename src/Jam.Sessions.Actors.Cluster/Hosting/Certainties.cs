using System.Runtime.CompilerServices;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Hosting;

/// <summary>One guard for each actor system, whatever number of stores it has.</summary>
internal static class Certainties
{
    private static readonly ConditionalWeakTable<ActorSystem, Certainty> s_all = [];

    public static Certainty Of(ActorSystem system) => s_all.GetValue(system, static system =>
    {
        var certainty = new Certainty(ClusterRules.Window, TimeProvider.System);
        system.ActorOf(Props.Create(() => new MajorityGuard(certainty, TimeProvider.System)), MajorityGuard.Name);
        return certainty;
    });
}
