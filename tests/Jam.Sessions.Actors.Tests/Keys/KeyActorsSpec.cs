using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>Key actors in a running engine: one for each key, in each caller's order, and the end answers everybody.</summary>
public sealed class KeyActorsSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task A_key_keeps_its_actor_from_command_to_command_and_each_key_has_one_of_its_own(Durability durability)
    {
        await using var engine = await StartAsync(o => (o.Durability, o.KeyIdleTimeout) = (durability, Timeout.InfiniteTimeSpan));
        for (var round = 0; round < 3; round++)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
            await Task.WhenAll(ids.Select(id => engine.Client.DeleteAsync(id)));
            Assert.Equal(100, (await KeyActors.OfAsync(System, engine)).Count);
        }
    }

    [Fact]
    public async Task An_actor_whose_key_was_idle_for_long_stops_and_the_key_goes_on_with_another_one()
    {
        await using var engine = await StartAsync(o => o.KeyIdleTimeout = TimeSpan.FromMilliseconds(20));
        var id = await engine.Client.CreateAsync("user1", Data());
        var actor = Assert.Single(await KeyActors.OfAsync(System, engine));
        await actor.WatchAsync().WaitAsync(s_patience);
        await engine.Client.UpdateAsync(id, Data("""{"n": 2}"""));
        Assert.Equal("""{"n": 2}""", (await engine.Client.GetAsync(id))!.Data.Json);
        Assert.Equal(1, await engine.Client.ClearAsync("user1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public async Task Keys_that_share_actors_since_few_may_idle_lose_and_mix_nothing(int maxIdleKeys)
    {
        const int Keys = 500;
        await using var engine = await StartAsync(o => (o.Durability, o.MaxIdleKeys) = (Durability.Relaxed, maxIdleKeys));
        var ids = new string[Keys];
        for (var round = 0; round < 3; round++)
        {
            for (var key = 0; key < Keys; key++)
            {
                ids[key] = round == 0 ? await engine.Client.CreateAsync($"user{key}", Data($$"""{"key": {{key}}}""")) : await engine.Client.ReworkAsync(ids[key]);
            }
        }

        Assert.True((await KeyActors.OfAsync(System, engine)).Count < Keys);
        for (var key = 0; key < Keys; key++)
        {
            var session = (await engine.Client.GetAsync(ids[key]))!;
            Assert.Equal(($"user{key}", $$"""{"key": {{key}}}"""), (session.Key, session.Data.Json));
            Assert.Equal(1, await engine.Client.ClearAsync($"user{key}"));
        }
    }

    [Fact]
    public async Task Nobody_but_the_manager_ends_a_key_actor()
    {
        await using var engine = await StartAsync();
        var id = await engine.Client.CreateAsync("user1", Data());
        System.ActorSelection(engine.Ref.Path / "*").Tell(PoisonPill.Instance, ActorRefs.NoSender);
        System.ActorSelection(engine.Ref.Path / "*").Tell(Kill.Instance, ActorRefs.NoSender);
        foreach (var actor in await KeyActors.OfAsync(System, engine))
        {
            await actor.Ask<ActorIdentity>(new Identify(null), s_patience);
        }

        await engine.Client.UpdateAsync(id, Data("""{"n": 2}""")).WaitAsync(s_patience);
        Assert.True(await engine.Client.DeleteAsync(id).WaitAsync(s_patience));
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
