using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests;

/// <summary>Decisions in a store without lifetimes and limits.</summary>
internal static class DecisionsAsInJam
{
    public static Decision Apply(this KeySessions sessions, ISessionCommand command, in Drawn drawn) => sessions.Apply(command, drawn, SessionRules.None);
}
