using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>The key actors of an engine, with a key and without.</summary>
internal static class KeyActors
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static async Task<List<IActorRef>> OfAsync(ActorSystem system, JamSessions engine)
    {
        var manager = (ActorRefWithCell)await system.ActorSelection(engine.Ref.Path).ResolveOne(s_patience);
        return [.. manager.Children.Where(child => child.Path.Name is not ("persistence" or "sentinel"))];
    }

    /// <summary>Until all are free whose commands have their answers: an answer comes a moment before that.</summary>
    public static async Task SettleAsync(ActorSystem system, JamSessions engine)
    {
        foreach (var actor in await OfAsync(system, engine))
        {
            await actor.Ask<ActorIdentity>(new Identify(null), s_patience);
        }
    }
}
