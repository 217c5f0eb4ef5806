using System.Globalization;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>Calls the engine as a request says, and puts what comes of it into a reply.</summary>
internal sealed class CallHandler(IJamSessions sessions, IBackend backend, IServiceProvider services)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        try
        {
            return await CallAsync(request);
        }
        catch (SessionNotFoundException)
        {
            return new Reply(request.Id, Answer.Missing);
        }
        catch (SessionConflictException)
        {
            return new Reply(request.Id, Answer.Conflict);
        }
        catch (SessionOutcomeUnknownException)
        {
            return new Reply(request.Id, Answer.Unknown);
        }
        catch (JamSessionsException e)
        {
            return new Reply(request.Id, Answer.Refused, e.GetType().Name);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{request.Verb} failed: {e}");
            return new Reply(request.Id, Answer.Unexpected, e.GetType().Name);
        }
    }

    private async Task<Reply> CallAsync(Request request)
    {
        var (id, target) = (request.Id, request.Target);
        switch (request.Verb)
        {
            case Verbs.Create:
                return Ok(await sessions.CreateAsync(target, Data(request)));
            case Verbs.Get:
                return await sessions.GetAsync(target) is { } session
                    ? new Reply(id, Answer.Ok, session.Data.Json, session.Key)
                    : new Reply(id, Answer.Missing);
            case Verbs.Update:
                await sessions.SendAsync(new UpdateSession(target, Data(request)) { Expected = request.Other is { } expected ? SessionData.From(expected) : null });
                return Ok();
            case Verbs.Patch:
                await sessions.PatchAsync(target, Data(request));
                return Ok();
            case Verbs.Delete:
                return await sessions.DeleteAsync(target) ? Ok() : new Reply(id, Answer.Missing);
            case Verbs.Clear:
                return Ok(Text(request.Other is { } kept ? await sessions.ClearOthersAsync(target, kept) : await sessions.ClearAsync(target)));
            case Verbs.Rework:
                return Ok(await sessions.ReworkAsync(target));
            case Verbs.List:
                return new Reply(id, Answer.Ok, Items: [.. (await sessions.ListAsync(target)).Select(info => info.Data?.Json ?? "")]);
            case Verbs.Count:
                return Ok(Text((await sessions.CountAsync(target)).Sessions));
            case Verbs.Owned:
                return new Reply(id, Answer.Ok, Items: await backend.OwnedAsync(services));
            default:
                return new Reply(id, Answer.Refused, $"no verb {request.Verb}");
        }

        Reply Ok(string? value = null) => new(id, Answer.Ok, value);
    }

    private static SessionData Data(Request request) => SessionData.From(request.Data!);

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}
