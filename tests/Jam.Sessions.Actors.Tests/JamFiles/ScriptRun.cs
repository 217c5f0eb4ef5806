using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Runs a script on the engine, operation by operation, and says what it answered.</summary>
internal sealed class ScriptRun(Script script, Func<Action<JamSessionsOptions>, Task<JamSessions>> start) : IAsyncDisposable
{
    private readonly Queue<string> _nextIds = new();
    private readonly Dictionary<string, string> _named = [];
    private JamSessions? _engine;

    /// <summary>Done, the id, the data or null, or the name of the exception.</summary>
    public async Task<object?> ExecuteAsync(ScriptOp op)
    {
        try
        {
            var answer = await AnswerAsync(op);
            if (op.As is { } name && answer is string id)
            {
                _named[name] = id;
            }

            return answer;
        }
        catch (Exception e) when (e is JamSessionsException or ArgumentException)
        {
            return new Refusal(e is ArgumentException ? nameof(ArgumentException) : e.GetType().Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
            _engine = null;
        }
    }

    private async Task<object?> AnswerAsync(ScriptOp op)
    {
        _engine ??= await start(Configure);
        var sessions = _engine.Client;
        switch (op.Verb)
        {
            case "ids":
                op.Ids.ToList().ForEach(_nextIds.Enqueue);
                return null;
            case "reopen":
                await DisposeAsync();
                return null;
            case "create":
                return await sessions.CreateAsync(op.Key, DataOf(op));
            case "get":
                return (await sessions.GetAsync(IdOf(op)!))?.Data;
            case "update":
                await sessions.UpdateAsync(IdOf(op)!, DataOf(op));
                return null;
            case "rework":
                return await sessions.ReworkAsync(IdOf(op)!);
            case "delete":
                return await sessions.DeleteAsync(IdOf(op)!);
            case "clear":
                return await sessions.ClearAsync(op.Key);
            default:
                throw new NotSupportedException(op.Verb);
        }
    }

    /// <summary>An operation on the id of a create that raised uses an id that nobody has.</summary>
    private string? IdOf(ScriptOp op) => op.IdOf is { } name ? _named.GetValueOrDefault(name, $"unbound-{name}") : op.Id;

    /// <summary>For a set, bytes or a tuple as a name, a value that .NET cannot serialize either.</summary>
    private static SessionData DataOf(ScriptOp op) => op.PythonData is null
        ? SessionData.From(op.Data!)
        : SessionData.From(new Dictionary<string, object?> { [op.PythonData] = typeof(ScriptRun) });

    private void Configure(JamSessionsOptions options)
    {
        options.IdFactory = () => _nextIds.TryDequeue(out var id) ? id : SessionIds.UuidV4();
        options.IsSessionCrypt = script.IsCrypt;
        options.SessionAesSecret = Script.Secret;
    }

    /// <summary>The operation failed with an exception of this name.</summary>
    public sealed record Refusal(string Exception);
}
