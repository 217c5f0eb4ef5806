using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>The engine's door, on the caller's own thread: reads are answered from the table, commands go to the actor of their key.</summary>
/// <remarks>
/// To Akka it is the manager's reference (same path, watched and stopped as the manager is), so what comes another way, as from a
/// remote system, reaches the manager, which sends it through a door of its own. Everything but reads and commands goes to the manager.
/// </remarks>
internal sealed class SessionsRef(IInternalActorRef manager, LiveKeys keys, SessionTable table, ResolvedOptions options)
    : MinimalActorRef
{
    public override ActorPath Path => manager.Path;

    public override IActorRefProvider Provider => manager.Provider;

    public override IInternalActorRef Parent => manager.Parent;

    public override IActorRef GetChild(IReadOnlyList<string> name) => manager.GetChild(name);

    public override void Stop() => manager.Stop();

    public override void SendSystemMessage(ISystemMessage message) => manager.SendSystemMessage(message);

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not (GetSession or ISessionCommand))
        {
            manager.Tell(message, sender);
            return;
        }

        sender ??= manager.Provider.DeadLetters;
        try
        {
            if (Serve((ISessionMessage)message, sender) is { } answer)
            {
                sender.Tell(answer, this);
            }
        }
        catch (Exception e)
        {
            // A message that is told never throws at its teller: whoever asked gets the fault.
            sender.Tell(new Status.Failure(e), this);
        }
    }

    /// <summary>The answer, where it is known at once; null where the actor of the key will give it.</summary>
    private object? Serve(ISessionMessage message, IActorRef sender) => message switch
    {
        _ when table.IsClosed => Failure(new SessionsStoppingException()),
        GetSession get => Lookup(get),
        CreateSession create => options.Refuse(create.SessionKey, create.Data) is { } refusal ? Failure(refusal) : Pass(table.OwnerOf(create.SessionKey), create, sender),
        ClearSessions clear => Clear(table.OwnerOf(clear.SessionKey), clear, sender),
        UpdateSession update when options.Refuse(sessionKey: "", update.Data) is { } refusal => Failure(refusal),
        ISessionIdCommand command when table.TryFind(command.SessionId, out var session) => Pass(table.OwnerOf(session.Key), command, sender),
        DeleteSession => false,
        _ => Failure(new SessionNotFoundException()),
    };

    private object Lookup(GetSession get) => table.TryFind(get.SessionId, out var session)
        ? ReferenceEquals(session.Data, SessionData.Unreadable) ? Failure(SessionDataException.UnreadableInFile()) : new SessionFound(session)
        : SessionMissing.Instance;

    /// <summary>A key without sessions and without an actor needs none to be told so.</summary>
    private object? Clear(string owner, ClearSessions clear, IActorRef sender) =>
        table.Of(owner).Sessions.IsEmpty && !keys.Contains(owner) ? 0 : Pass(owner, clear, sender);

    private object? Pass(string owner, ISessionCommand command, IActorRef sender) =>
        keys.TryPass(owner, new Request(command, sender), manager) ? null : Failure(new SessionsStoppingException());

    private static Status.Failure Failure(JamSessionsException reason) => new(reason);
}
