using System.Runtime.CompilerServices;
using Akka;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The engine's gateway, on the caller's own thread: reads are answered from the index, commands go to the actor of their key.</summary>
/// <remarks>
/// To Akka it is the manager's reference (same path, watched and stopped as the manager is), so what comes another way, as from a
/// remote system, reaches the manager, which sends it through a gateway of its own. Ids are drawn here, so that no code of the host runs in a
/// key's turn. Everything but reads and commands goes to the manager.
/// </remarks>
internal sealed class SessionsRef(IInternalActorRef manager, ManagerServices engine) : MinimalActorRef
{
    private readonly SessionTable _table = engine.Table;
    private readonly SessionReader _reader = engine.Reader;
    private readonly IdentitySource _identities = engine.Identities;

    public override ActorPath Path => manager.Path;

    public override IActorRefProvider Provider { get; } = new QuietProvider(manager.Provider);

    public override IInternalActorRef Parent => manager.Parent;

    public override IActorRef GetChild(IReadOnlyList<string> name) => manager.GetChild(name);

    public override void Stop() => manager.Stop();

    public override void SendSystemMessage(ISystemMessage message) => manager.SendSystemMessage(message);

    /// <summary>Whether an id for this message is made by code of the host, which may take its time.</summary>
    public bool RunsHostCode(object message) => _identities.IsHosts && message is CreateSession or ReworkSession;

    /// <summary>Answers a command where the answer is known at once; else the actor of its key will.</summary>
    public void Send(Request request)
    {
        // Tell must not throw: whoever asked gets the failure.
        object? answer;
        request.Watch = engine.Telemetry.Begin(request.Command);
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
        if (_table.IsClosed)
        {
            // The mailbox may be gone.
            done(new SessionsStoppingException());
        }
    }

    /// <summary>Why the session of an id cannot be served; null where it can, or where there is none.</summary>
    public JamSessionsException? TryRead(string id, out Session? session)
    {
        session = null;
        if (_table.IsClosed)
        {
            return new SessionsStoppingException();
        }

        return _reader.TryRead(id, out session);
    }

    /// <summary>Answers a question; a <see cref="Status.Failure"/> where it is refused.</summary>
    public object Answer(ISessionQuery query)
    {
        if (query is GetSessionsStatus)
        {
            return engine.Status();
        }

        if (_table.IsClosed)
        {
            return Failure(new SessionsStoppingException());
        }

        try
        {
            return _reader.Answer(query) is var answer && answer is Exception refusal ? new Status.Failure(refusal) : answer;
        }
        catch (Exception e)
        {
            return Failure(e as JamSessionsException ?? new SessionEngineException(e));
        }
    }

    /// <summary>Removes what has ended.</summary>
    /// <param name="done">Hears the answer: how many sessions, or a <see cref="Status.Failure"/>.</param>
    public void Sweep(Action<object> done)
    {
        if (_table.IsClosed)
        {
            done(Failure(new SessionsStoppingException()));
            return;
        }

        engine.Expiry.Run(answer => done(answer is JamSessionsException failure ? Failure(failure.Fresh()) : answer));
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case ISessionQuery query:
                Asker.Answer(sender, Answer(query), this);
                break;
            case SweepSessions:
                Sweep(answer => Asker.Answer(sender, answer, this));
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

    /// <summary>The answer, where it is known at once; null where the actor of the key will give it.</summary>
    private object? Decide(Request request)
    {
        if (_table.IsClosed)
        {
            return Failure(new SessionsStoppingException());
        }

        switch (request.Command)
        {
            case CreateSession create:
                return engine.Options.Validate(create.SessionKey, create.Data) is { } refused ? Failure(refused) : Create(create, request);
            case ClearSessions clear:
                return OnKey(clear.SessionKey, request, answerOfNone: 0);
            case EndSession end:
                return OnKey(end.SessionKey, request, answerOfNone: false);
            case ISessionIdCommand command:
                return DataOf(command) is { } data && engine.Options.Validate(sessionKey: "", data) is { } refusal ? Failure(refusal) : OnSession(command, request);
            default:
                return Failure(new UnknownSessionMessageException(request.Command.GetType()));
        }
    }

    private static SessionData? DataOf(ISessionIdCommand command) => command switch
    {
        UpdateSession update => update.Data,
        ReworkSession rework => rework.Data,
        PatchSession patch => patch.Set,
        _ => null,
    };

    /// <summary>A command about a session. That it is accepted counts as use at once, so that the session does not end while its change is on its way.</summary>
    private object? OnSession(ISessionIdCommand command, Request request)
    {
        if (_reader.Find(command.SessionId, isUse: command is not DeleteSession) is not { } session)
        {
            var why = _reader.WhyMissing(command.SessionId);
            return command is DeleteSession ? false : Failure(new SessionNotFoundException(why));
        }

        switch (command)
        {
            case TouchSession { Lifetime: null }:
                return Done.Instance;
            case ReworkSession:
                return Draw(session.Key, request);
            default:
                return Pass(_table.OwnerOf(session.Key), request);
        }
    }

    /// <summary>A command about a key. Without sessions and without a command on its way, the answer is known.</summary>
    private object? OnKey(string sessionKey, Request request, object answerOfNone)
    {
        var owner = _table.OwnerOf(sessionKey);
        return _table.Of(owner).IsEmpty && !engine.Keys.IsBusy(owner) ? answerOfNone : Pass(owner, request);
    }

    /// <summary>Where the store is full, what has ended is removed first.</summary>
    private object? Create(CreateSession create, Request request)
    {
        if (engine.Capacity.TryEnter())
        {
            return DrawInPlace(create, request, isCallersThread: true);
        }

        engine.Expiry.Run(_ =>
        {
            object? answer;
            try
            {
                answer = engine.Capacity.TryEnter() ? DrawInPlace(create, request, isCallersThread: false) : Failure(new SessionCapacityException(engine.Capacity.Limit));
            }
            catch (Exception e)
            {
                answer = Failure(e as JamSessionsException ?? new SessionEngineException(e));
            }

            if (answer is not null)
            {
                request.Answer(answer, this);
            }
        });
        return null;
    }

    private object? DrawInPlace(CreateSession create, Request request, bool isCallersThread)
    {
        request.Place = engine.Capacity;
        return Draw(create.SessionKey, request, isCallersThread);
    }

    /// <summary>Draws what the command needs, and then passes it on; at once, where the id factory needs no time.</summary>
    /// <param name="sessionKey">Whose session.</param>
    /// <param name="request">The command.</param>
    /// <param name="isCallersThread">Whether this is the caller's own thread: on others no code of the host runs.</param>
    private object? Draw(string sessionKey, Request request, bool isCallersThread = true)
    {
        var forNewDocument = request.Command is CreateSession;
        if (_identities.IsHosts && !(isCallersThread && RuntimeHelpers.TryEnsureSufficientExecutionStack()))
        {
            // Without stack: the host's factory creates sessions, whose ids it makes, and so on.
            _ = PassLaterAsync(sessionKey, request, Task.Run(() => _identities.DrawAsync(sessionKey, forNewDocument).AsTask()));
            return null;
        }

        var drawn = _identities.DrawAsync(sessionKey, forNewDocument);
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
            await Task.WhenAny(pending, engine.End.Task).ConfigureAwait(false);
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
        var refusal = Pass(_table.OwnerOf(sessionKey), request);
        if (refusal is not null)
        {
            _identities.Release(drawn.SessionId!);
        }

        return refusal;
    }

    private object? Pass(string owner, Request request) => engine.Keys.TryPass(owner, request) ? null : Failure(new SessionsStoppingException());

    private static Status.Failure Failure(JamSessionsException reason) => new(reason);

    /// <summary>Somebody who gets the first of several answers.</summary>
    private sealed class OneAnswer(IActorRef? asker, IActorRef self)
    {
        private IActorRef? _asker = asker;

        public void Give(object answer) => Asker.Answer(Interlocked.Exchange(ref _asker, null), answer, self);
    }
}
