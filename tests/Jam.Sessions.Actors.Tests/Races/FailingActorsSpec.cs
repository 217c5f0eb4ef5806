using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Whatever throws while 64 callers write: each message has one answer, nobody waits, and the engine goes on.</summary>
public sealed class FailingActorsSpec(ITestOutputHelper output) : EngineTest
{
    private const int Callers = 64;
    private const int Calls = 20;
    private const int Keys = 8;

    private readonly Tally _tally = new();
    private readonly Random _faults = new(2026);
    private volatile bool _isFailing = true;
    private int _failures;

    [Theory]
    [InlineData(Durability.Durable, typeof(IOException))]
    [InlineData(Durability.Relaxed, typeof(IOException))]
    [InlineData(Durability.Durable, typeof(InvalidOperationException))]
    [InlineData(Durability.Relaxed, typeof(InvalidOperationException))]
    public async Task Each_caller_gets_one_answer_and_the_file_agrees_with_it(Durability durability, Type fault)
    {
        var disk = new FaultyDisk
        {
            Before = (operation, _) => FailNowAndThen(operation is "Write" or "Sync" or "Create" or "SyncDirectory" or "Rename", fault),
        };
        _isFailing = false;
        var sessions = new Dictionary<string, string>[Callers];
        await using (var engine = await StartOnAsync(disk, o =>
        {
            o.Durability = durability;
            o.IdFactory = NextId;
            o.MaxDataBytes = 100;
            o.FlushInterval = TimeSpan.FromMilliseconds(1);
            o.SnapshotJournalBytes = 4096;
        }))
        {
            _isFailing = true;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(engine, caller, sessions[caller] = []))));

            _isFailing = false;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
            {
                var id = Assert.IsType<string>(await SendAsync(engine, new CreateSession(Key(caller), Data("""{"healed": 1}"""))));
                sessions[caller].Add(id, """{"healed": 1}""");
            }));
            await engine.Client.FlushAsync();
            await AssertServedAsync(engine, sessions);
            Assert.Equal(_tally.Messages, _tally.Answers);
        }

        output.WriteLine($"{_tally.Messages} messages, {_tally.Answers} answers, {_failures} of them failures");
        Assert.True(_failures > 100);
        await using var again = await StartAsync();
        await AssertServedAsync(again, sessions);
        var stored = 0;
        for (var key = 0; key < Keys; key++)
        {
            stored += await again.Client.ClearAsync(Key(key));
        }

        Assert.Equal(sessions.Sum(own => own.Count), stored);
    }

    /// <summary>A caller works on sessions of its own, under keys that it shares; so it knows what each must hold.</summary>
    private async Task CallAsync(JamSessions engine, int caller, Dictionary<string, string> own)
    {
        var random = new Random(caller);
        for (var call = 0; call < Calls; call++)
        {
            var isTooLarge = random.Next(10) == 0;
            var data = $$"""{"n": "{{caller}}-{{call}}{{(isTooLarge ? new string('x', 100) : "")}}"}""";
            var id = own.Count == 0 ? "none" : own.Keys.ElementAt(random.Next(own.Count));
            ISessionMessage message = (own.Count == 0 ? 0 : random.Next(6)) switch
            {
                <= 1 => new CreateSession(Key(caller), Data(data)),
                <= 3 => new UpdateSession(id, Data(data)),
                4 => new ReworkSession(id),
                _ => new DeleteSession(id),
            };
            switch (await SendAsync(engine, message))
            {
                case string created when message is CreateSession:
                    own.Add(created, data);
                    break;
                case string reworked:
                    own.Remove(id, out var kept);
                    own.Add(reworked, kept!);
                    break;
                case Done:
                    own[id] = data;
                    break;
                case true:
                    own.Remove(id);
                    break;
                case Status.Failure failure:
                    Interlocked.Increment(ref _failures);
                    Assert.True(
                        failure.Cause is SessionStoreException or SessionIdFactoryException || (isTooLarge && failure.Cause is SessionDataException),
                        failure.Cause.ToString());
                    break;
                case var answer:
                    Assert.Fail($"{message} was answered with {answer}");
                    break;
            }

            await AssertServedAsync(engine, own);
        }
    }

    /// <summary>The first answer to a message; a failure of the test where none comes.</summary>
    private async Task<object> SendAsync(JamSessions engine, ISessionMessage message)
    {
        var first = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = System.ActorOf(Props.Create(typeof(OneAnswer), first, _tally));
        _tally.Sent();
        engine.Ref.Tell(message, sender);
        return await first.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private string NextId()
    {
        FailNowAndThen(canFail: true, typeof(InvalidOperationException));
        return SessionIds.Random256();
    }

    private void FailNowAndThen(bool canFail, Type fault)
    {
        bool fails;
        lock (_faults)
        {
            fails = _isFailing && canFail && _faults.Next(5) == 0;
        }

        if (fails)
        {
            throw (Exception)Activator.CreateInstance(fault, "injected")!;
        }
    }

    private static string Key(int caller) => $"user{caller % Keys}";

    private static async Task AssertServedAsync(JamSessions engine, params Dictionary<string, string>[] sessions)
    {
        foreach (var (id, data) in sessions.SelectMany(own => own))
        {
            Assert.Equal(data, (await engine.Client.GetAsync(id))?.Data.Json);
        }
    }
}
