using System.Collections.Concurrent;
using System.Globalization;
using Akka;
using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Calls an engine and writes down what was called, when, and what it answered.</summary>
/// <remarks>
/// A call that the engine refuses (<see cref="SessionStoreException"/> and its like) is promised to have changed nothing, and is left out:
/// a change that appears all the same then has no call that explains it.
/// </remarks>
/// <param name="client">Who is called.</param>
/// <param name="engine">Its actor; null: none.</param>
/// <param name="wait">Lets time pass; null: nobody does.</param>
internal sealed class Recorder(IJamSessions client, IActorRef? engine = null, Action? wait = null)
{
    private readonly ConcurrentQueue<Operation> _history = new();
    private long _clock;
    private int _refused;

    internal enum Way
    {
        Client,
        Ask,

        /// <summary>Over the client; the caller gives up as soon as the call is under way.</summary>
        Cancelled,

        /// <summary>By a message; the caller gives up after a millisecond.</summary>
        TimedOut,
    }

    public IReadOnlyList<Operation> History => [.. _history];

    public int Refused => _refused;

    /// <summary>Calls, waits for the answer, and records both.</summary>
    /// <returns>The answer; null where there was none, or the engine refused.</returns>
    public async Task<string?> CallAsync(int caller, Way way, Verb verb, string target, string? data = null)
    {
        var begin = Interlocked.Increment(ref _clock);
        string? answer;
        try
        {
            answer = await (way is Way.Client or Way.Cancelled ? OverClientAsync(way, verb, target, data) : OverAskAsync(way, verb, target, data));
        }
        catch (SessionNotFoundException)
        {
            answer = Operation.Missing;
        }
        catch (SessionConflictException)
        {
            answer = Operation.Conflict;
        }
        catch (SessionLimitException)
        {
            answer = Operation.Limit;
        }
        catch (Exception e) when (e is SessionStoreException or SessionIdFactoryException)
        {
            Interlocked.Increment(ref _refused);
            return null;
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            answer = null;
        }

        var end = answer is null ? Operation.Never : Interlocked.Increment(ref _clock);
        _history.Enqueue(new Operation(caller, verb, target, data, begin, end, answer));
        return answer;
    }

    /// <summary>Reads ids from the table as fast as it can until told to stop, and records each answer that differs from the one before.</summary>
    /// <remarks>A read that is left out takes nothing from a history that is linearizable, and adds nothing to one that is not.</remarks>
    public async Task WatchAsync(int caller, Func<string> nextId, int most, CancellationToken stop)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!stop.IsCancellationRequested && most > 0)
        {
            for (var i = 0; i < 50 && most > 0; i++)
            {
                var id = nextId();
                var begin = Interlocked.Increment(ref _clock);
                var answer = Lookup(await client.GetAsync(id, CancellationToken.None));
                var end = Interlocked.Increment(ref _clock);
                if (last.GetValueOrDefault(id, Operation.Missing) != answer)
                {
                    last[id] = answer;
                    most--;
                    _history.Enqueue(new Operation(caller, Verb.Get, id, null, begin, end, answer));
                }
            }

            await Task.Yield();
        }
    }

    private async Task<string?> OverClientAsync(Way way, Verb verb, string target, string? data)
    {
        using var source = new CancellationTokenSource();
        var call = Call(source.Token);
        if (way == Way.Cancelled)
        {
            await source.CancelAsync();
        }

        return await call;

        async Task<string?> Call(CancellationToken token)
        {
            switch (verb)
            {
                case Verb.Create:
                    return await client.CreateAsync(target, SessionData.From(data!), token);
                case Verb.Get:
                    return Lookup(await client.GetAsync(target, token));
                case Verb.Update:
                    await client.UpdateAsync(target, SessionData.From(data!), token);
                    return Operation.Done;
                case Verb.Delete:
                    return await client.DeleteAsync(target, token) ? Operation.Done : Operation.Missing;
                case Verb.Clear:
                    return Text(await client.ClearAsync(target, token));
                case Verb.Wait:
                    wait!();
                    return Operation.Done;
                case Verb.List:
                    return Listed(await client.SendAsync((ListSessions)Message(verb, target, data), token));
                case Verb.Swap:
                    await client.SendAsync((UpdateSession)Message(verb, target, data), token);
                    return Operation.Done;
                case Verb.ClearOthers:
                    return Text(await client.SendAsync((ClearSessions)Message(verb, target, data), token));
                default:
                    return await client.ReworkAsync(target, token);
            }
        }
    }

    private async Task<string?> OverAskAsync(Way way, Verb verb, string target, string? data)
    {
        var timeout = way == Way.TimedOut ? TimeSpan.FromMilliseconds(1) : Timeout.InfiniteTimeSpan;
        switch (verb)
        {
            case Verb.Create:
                return await engine!.Ask<string>(new CreateSession(target, SessionData.From(data!)), timeout);
            case Verb.Get:
                return Lookup((await engine!.Ask<SessionLookup>(new GetSession(target), timeout) as SessionFound)?.Session);
            case Verb.Update:
                await engine!.Ask<Done>(new UpdateSession(target, SessionData.From(data!)), timeout);
                return Operation.Done;
            case Verb.Delete:
                return await engine!.Ask<bool>(new DeleteSession(target), timeout) ? Operation.Done : Operation.Missing;
            case Verb.Clear:
                return Text(await engine!.Ask<int>(new ClearSessions(target), timeout));
            case Verb.List:
                return Listed(await engine!.Ask<IReadOnlyList<SessionInfo>>(Message(verb, target, data), timeout));
            case Verb.Swap:
                await engine!.Ask<Done>(Message(verb, target, data), timeout);
                return Operation.Done;
            case Verb.ClearOthers:
                return Text(await engine!.Ask<int>(Message(verb, target, data), timeout));
            default:
                return await engine!.Ask<string>(new ReworkSession(target), timeout);
        }
    }

    private static string Lookup(Session? session) => session is null ? Operation.Missing : Operation.Found(session.Key, session.Data.Json);

    private static string Listed(IReadOnlyList<SessionInfo> sessions) => Operation.Listed(sessions.Select(session => session.Data!.Json));

    private static ISessionMessage Message(Verb verb, string target, string? data) => verb switch
    {
        Verb.List => new ListSessions(target),
        Verb.ClearOthers => new ClearSessions(target) { Except = data },
        _ => data!.Split(" -> ") is [var expected, var written]
            ? new UpdateSession(target, SessionData.From(written)) { Expected = SessionData.From(expected) }
            : throw new InvalidOperationException("It is no swap."),
    };

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
