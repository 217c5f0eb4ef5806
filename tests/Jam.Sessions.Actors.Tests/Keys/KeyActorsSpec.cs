using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>Key actors in a running engine: few serve many keys, in each caller's order, and the end answers everybody.</summary>
public sealed class KeyActorsSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task One_actor_serves_a_thousand_keys_that_are_used_one_after_the_other(Durability durability)
    {
        await using var engine = await StartAsync(o => (o.Durability, o.KeyIdleTimeout) = (durability, Timeout.InfiniteTimeSpan));
        for (var i = 0; i < 1000; i++)
        {
            var id = await engine.Client.CreateAsync($"user{i}", Data());
            await KeyActors.SettleAsync(System, engine);
            Assert.True(await engine.Client.DeleteAsync(id));
            await KeyActors.SettleAsync(System, engine);
            Assert.Single(await KeyActors.OfAsync(System, engine));
        }
    }

    [Theory]
    [InlineData(Durability.Durable, 200)]
    [InlineData(Durability.Relaxed, 5000)]
    public async Task Commands_of_one_caller_to_one_key_keep_their_order_however_often_it_is_over_in_between(Durability durability, int commands)
    {
        const int Callers = 4;
        const int Keys = 2;
        await using var engine = await StartAsync(o => o.Durability = durability);
        var ids = await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => engine.Client.CreateAsync($"user{key}", Data())));
        using var start = new Barrier(Callers);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(
            () =>
            {
                var answers = new List<(int Key, int Number)>();
                var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                start.SignalAndWait();
                for (var i = 0; i < commands; i++)
                {
                    var (key, number) = ((i + caller) % Keys, i);
                    engine.Ref.Tell(new UpdateSession(ids[key], Data($$"""{"n": "{{caller}}-{{number}}"}""")), new RecordingRef($"{number}", answer =>
                    {
                        Assert.IsType<Akka.Done>(answer);
                        lock (answers)
                        {
                            answers.Add((key, number));
                            if (answers.Count == commands)
                            {
                                all.SetResult();
                            }
                        }
                    }));
                }

                return AssertOrderAsync();

                async Task AssertOrderAsync()
                {
                    await all.Task.WaitAsync(s_patience);
                    Assert.All(answers.GroupBy(answer => answer.Key, answer => answer.Number), numbers => Assert.Equal(numbers.Order(), numbers));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        for (var key = 0; key < Keys; key++)
        {
            var last = Enumerable.Range(0, Callers).Select(caller => $$"""{"n": "{{caller}}-{{commands - 1 - ((commands - 1 + caller + key) % Keys)}}"}""");
            Assert.Contains((await engine.Client.GetAsync(ids[key]))!.Data.Json, last);
        }
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task A_drain_answers_every_one_of_many_callers_that_create_on_many_keys(Durability durability)
    {
        const int Callers = 8;
        const int AtOnce = 16;
        for (var round = 0; round < 20; round++)
        {
            var engine = await StartAsync(o => (o.JsonPath, o.Durability) = (Path.Combine(Folder, $"{durability}-{round}.json"), durability));
            using var underWay = new CountdownEvent(Callers);
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(
                () => CreateUntilRefusedAsync(engine, caller, underWay), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
            underWay.Wait();
            await engine.DisposeAsync().AsTask().WaitAsync(s_patience);
            var created = await Task.WhenAll(callers).WaitAsync(s_patience);
            Assert.All(created, count => Assert.True(count >= 0));

            await using var again = await StartAsync(o => o.JsonPath = Path.Combine(Folder, $"{durability}-{round}.json"));
            var kept = 0;
            for (var key = 0; key < 40; key++)
            {
                kept += await again.Client.ClearAsync($"user{key}");
            }

            Assert.Equal(created.Sum(), kept);
        }

        // How many were created; each create that was not was refused since the engine stops.
        static async Task<int> CreateUntilRefusedAsync(JamSessions engine, int caller, CountdownEvent underWay)
        {
            var created = 0;
            for (var batch = 0; ; batch++)
            {
                var creates = Enumerable.Range(0, AtOnce).Select(i => engine.Client.CreateAsync($"user{((batch * 7) + (caller * 3) + i) % 40}", Data())).ToList();
                if (batch == 0)
                {
                    underWay.Signal();
                }

                var isRefused = false;
                foreach (var create in creates)
                {
                    try
                    {
                        await create.WaitAsync(s_patience);
                        created++;
                    }
                    catch (SessionsStoppingException)
                    {
                        isRefused = true;
                    }
                }

                if (isRefused)
                {
                    return created;
                }
            }
        }
    }
}
