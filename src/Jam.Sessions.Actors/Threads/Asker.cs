using Akka.Actor;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Tells an answer to whoever asked for it, and to nobody else: Akka logs what nobody gets, and an answer may be a session id.</summary>
internal static class Asker
{
    /// <remarks>An actor that stops with an unread answer in its mailbox cannot be helped from here.</remarks>
    public static void Answer(IActorRef? asker, object reply, IActorRef self)
    {
        if (asker is not null && !IsGone(asker))
        {
            asker.Tell(reply, self);
        }
    }

    /// <summary>True of dead letters, of names that nobody has, and of actors of this system that have stopped.</summary>
#pragma warning disable CS0618 // To watch every asker instead would cost two messages each; only what is logged depends on this.
    private static bool IsGone(IActorRef asker) => asker is IInternalActorRef { IsTerminated: true };
#pragma warning restore CS0618
}
