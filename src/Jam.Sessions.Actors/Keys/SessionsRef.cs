using System.Runtime.CompilerServices;
using Akka;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The engine's gateway, on the caller's own thread: reads are answered from the index, commands go to the actor of their key.</summary>
/// <remarks>
/// To Akka it is the manager's reference (same path, watched and stopped as the manager is), so what comes another way, as from a
/// remote system, reaches the manager, which sends it through a gateway of its own. Ids are drawn here, so that no code of the host runs in a
/// key's turn. Everything but reads and commands goes to the manager.
/// </remarks>
internal sealed class SessionsRef(
    IInternalActorRef manager, KeyDirectory keys, SessionTable table, IdentitySource identities, ResolvedOptions options, EngineEnd end)
    : MinimalActorRef
{
    public override ActorPath Path => manager.Path;

    public override IActorRefProvider Provider { get; } = new QuietProvider(manager.Provider);

    public override IInternalActorRef Parent => manager.Parent;

    public override IActorRef GetChild(IReadOnlyList<string> name) => manager.GetChild(name);

    public override void Stop() => manager.Stop();

    public override void SendSystemMessage(ISystemMessage message) => manager.SendSystemMessage(message);

    /// <summary>Whether an id for this message is made by code of the host, which may take its time.</summary>
    public bool RunsHostCode(object message) => identities.IsHosts && message is CreateSession or ReworkSession;

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

    /// <summary>Writes everything into the file itself.</summary>
    /// <param name="done">Hears of the end, at least once: null, or why it failed.</param>
    public void Flush(Action<JamSessionsException?> done)
    {
        manager.Tell(new FlushRequest(done), ActorRefs.NoSender);
        if (table.IsClosed)
        {
            // The mailbox may be gone.
            done(new SessionsStoppingException());
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
            case FlushSessions:
                var asker = new OneAnswer(sender, this);
                Flush(failure => asker.Give(failure is null ? Done.Instance : Failure(failure.Fresh())));
                break;
            case IAutoReceivedMessage or Drain:
                manager.Tell(message, sender);
                break;
            default:
                Asker.Answer(sender, Failure(new UnknownSessionMessageException(message.GetType())), this);
                break;
        }
    }

    private object Lookup(GetSession get) =>
        TryRead(get.SessionId, out var session) is { } failure ? Failure(failure) : session is null ? SessionMissing.Instance : new SessionFound(session);

    /// <summary>The answer, where it is known at once; null where the actor of the key will give it.</summary>
    private object? Decide(Request request) => request.Command switch
    {
        _ when table.IsClosed => Failure(new SessionsStoppingException()),
        CreateSession create => options.Validate(create.SessionKey, create.Data) is { } refusal ? Failure(refusal) : Draw(create.SessionKey, request),
        ClearSessions clear => Clear(table.OwnerOf(clear.SessionKey), request),
        UpdateSession update when options.Validate(sessionKey: "", update.Data) is { } refusal => Failure(refusal),
        ISessionIdCommand command when table.TryFind(command.SessionId, out var session) =>
            command is ReworkSession ? Draw(session.Key, request) : Pass(table.OwnerOf(session.Key), request),
        DeleteSession => false,
        _ => Failure(new SessionNotFoundException()),
    };

    /// <summary>Without sessions and without a command on its way, the answer is known.</summary>
    private object? Clear(string owner, Request request) =>
        table.Of(owner).IsEmpty && !keys.IsBusy(owner) ? 0 : Pass(owner, request);

    /// <summary>Draws what the command needs, and then passes it on; at once, where the id factory needs no time.</summary>
    private object? Draw(string sessionKey, Request request)
    {
        var forNewDocument = request.Command is CreateSession;
        if (identities.IsHosts && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            // The host's factory creates sessions, whose ids it makes, and so on.
            _ = PassLaterAsync(sessionKey, request, Task.Run(() => identities.DrawAsync(sessionKey, forNewDocument).AsTask()));
            return null;
        }

        var drawn = identities.DrawAsync(sessionKey, forNewDocument);
        if (drawn.IsCompletedSuccessfully)
        {
            return Pass(sessionKey, request, drawn.GetAwaiter().GetResult());
        }

        _ = PassLaterAsync(sessionKey, request, drawn.AsTask());
        return null;
    }

    private async Task PassLaterAsync(string sessionKey, Request request, Task<Drawn> pending)
    {
        object? answer;
        try
        {
            // A factory that never comes back keeps nobody longer than the engine lives.
            await Task.WhenAny(pending, end.Task).ConfigureAwait(false);
            answer = pending.IsCompleted ? Pass(sessionKey, request, await pending.ConfigureAwait(false)) : Failure(new SessionsStoppingException());
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

    private object? Pass(string sessionKey, Request request, in Drawn drawn)
    {
        request.Drawn = drawn;
        var refusal = Pass(table.OwnerOf(sessionKey), request);
        if (refusal is not null)
        {
            identities.Release(drawn.SessionId!);
        }

        return refusal;
    }

    private object? Pass(string owner, Request request) => keys.TryPass(owner, request) ? null : Failure(new SessionsStoppingException());

    private static Status.Failure Failure(JamSessionsException reason) => new(reason);

    /// <summary>Somebody who gets the first of several answers.</summary>
    private sealed class OneAnswer(IActorRef? asker, IActorRef self)
    {
        private IActorRef? _asker = asker;

        public void Give(object answer) => Asker.Answer(Interlocked.Exchange(ref _asker, null), answer, self);
    }
}
