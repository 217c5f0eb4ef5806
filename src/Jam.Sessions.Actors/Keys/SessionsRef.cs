using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The engine's gateway, on the caller's own thread: reads are answered from the index, commands go to the actor of their key.</summary>
/// <remarks>
/// To Akka it is the manager's reference (same path, watched and stopped as the manager is), so what comes another way, as from a
/// remote system, reaches the manager, which sends it through a gateway of its own. Everything but reads and commands goes to the manager.
/// </remarks>
internal sealed class SessionsRef(IInternalActorRef manager, KeyDirectory keys, SessionTable table, ResolvedOptions options)
    : MinimalActorRef
{
    public override ActorPath Path => manager.Path;

    public override IActorRefProvider Provider { get; } = new QuietProvider(manager.Provider);

    public override IInternalActorRef Parent => manager.Parent;

    public override IActorRef GetChild(IReadOnlyList<string> name) => manager.GetChild(name);

    public override void Stop() => manager.Stop();

    public override void SendSystemMessage(ISystemMessage message) => manager.SendSystemMessage(message);

    /// <summary>Answers a command where the answer is known at once; else the actor of its key will.</summary>
    public void Send(Request request)
    {
        // Tell must not throw: whoever asked gets the failure.
        object? answer;
        try
        {
            answer = Decide(request);
        }
        catch (Exception e)
        {
            answer = Failure(e as JamSessionsException ?? new SessionEngineException(e));
        }

        if (answer is not null)
        {
            request.Answer(answer, this);
        }
    }

    /// <summary>Why the session of an id cannot be served; null where it can, or where there is none.</summary>
    public JamSessionsException? TryRead(string id, out Document? session)
    {
        session = null;
        if (table.IsClosed)
        {
            return new SessionsStoppingException();
        }

        if (!table.TryFind(id, out session) || !ReferenceEquals(session.Data, SessionData.Unreadable))
        {
            return null;
        }

        session = null;
        return SessionDataException.UnreadableInFile();
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case GetSession get:
                Asker.Answer(sender, Lookup(get), this);
                break;
            case ISessionCommand command:
                Send(new ToldRequest(command, sender));
                break;
            default:
                manager.Tell(message, sender);
                break;
        }
    }

    private object Lookup(GetSession get) =>
        TryRead(get.SessionId, out var session) is { } failure ? Failure(failure) : session is null ? SessionMissing.Instance : new SessionFound(session);

    /// <summary>The answer, where it is known at once; null where the actor of the key will give it.</summary>
    private object? Decide(Request request) => request.Command switch
    {
        _ when table.IsClosed => Failure(new SessionsStoppingException()),
        CreateSession create => options.Validate(create.SessionKey, create.Data) is { } refusal ? Failure(refusal) : Pass(table.OwnerOf(create.SessionKey), request),
        ClearSessions clear => Clear(table.OwnerOf(clear.SessionKey), request),
        UpdateSession update when options.Validate(sessionKey: "", update.Data) is { } refusal => Failure(refusal),
        ISessionIdCommand command when table.TryFind(command.SessionId, out var session) => Pass(table.OwnerOf(session.Key), request),
        DeleteSession => false,
        _ => Failure(new SessionNotFoundException()),
    };

    /// <summary>Without sessions and without an actor, the answer is known.</summary>
    private object? Clear(string owner, Request request) =>
        table.Of(owner).IsEmpty && !keys.Contains(owner) ? 0 : Pass(owner, request);

    private object? Pass(string owner, Request request) => keys.TryPass(owner, request, manager) ? null : Failure(new SessionsStoppingException());

    private static Status.Failure Failure(JamSessionsException reason) => new(reason);
}
