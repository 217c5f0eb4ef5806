using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 3. Per key, one at a time.</summary>
public sealed class OneAtATimePerKeySpec : EngineTest
{
    [Fact]
    public async Task Of_many_concurrent_reworks_of_one_id_one_wins()
    {
        await using var engine = await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var id = await engine.Client.CreateAsync("user1", Data());
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Outcome(engine.Ref.Ask<string>(new ReworkSession(id)))));
            var winner = Assert.Single(outcomes, outcome => outcome is string);
            Assert.All(outcomes.Where(outcome => outcome != winner), outcome => Assert.IsType<SessionNotFoundException>(outcome));
            Assert.Null(await engine.Client.GetAsync(id));
            Assert.NotNull(await engine.Client.GetAsync((string)winner));
            Assert.Equal(1, await engine.Client.ClearAsync("user1"));
        }
    }

    [Fact]
    public async Task A_deleted_session_is_not_revived_by_a_late_update()
    {
        string[] ids;
        await using (var engine = await StartAsync())
        {
            ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => engine.Client.CreateAsync($"user{i % 5}", Data())));
            await Task.WhenAll(ids.SelectMany((id, i) => new Task[]
            {
                Outcome(engine.Ref.Ask<Done>(new UpdateSession(id, Data("""{"late": 1}""")))),
                i % 2 == 0 ? engine.Ref.Ask<bool>(new DeleteSession(id)) : engine.Ref.Ask<int>(new ClearSessions($"user{i % 5}")),
                Outcome(engine.Ref.Ask<Done>(new UpdateSession(id, Data("""{"late": 2}""")))),
                Outcome(engine.Ref.Ask<string>(new ReworkSession(id))),
            }));
            foreach (var id in ids)
            {
                Assert.Null(await engine.Client.GetAsync(id));
            }

            foreach (var id in ids)
            {
                await Assert.ThrowsAsync<SessionNotFoundException>(() => engine.Client.UpdateAsync(id, Data()));
                await Assert.ThrowsAsync<SessionNotFoundException>(() => engine.Client.ReworkAsync(id));
            }
        }

        await using var again = await StartAsync();
        foreach (var id in ids)
        {
            Assert.Null(await again.Client.GetAsync(id));
        }
    }

    [Fact]
    public async Task Concurrent_updates_of_different_sessions_of_a_key_are_all_kept()
    {
        string[] ids;
        await using (var engine = await StartAsync())
        {
            ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => engine.Client.CreateAsync("user1", Data())));
            await Task.WhenAll(ids.Select((id, i) => engine.Client.UpdateAsync(id, Data($$"""{"i": {{i}}}"""))));
        }

        await using var again = await StartAsync();
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal($$"""{"i": {{i}}}""", (await again.Client.GetAsync(ids[i]))!.Data.Json);
        }
    }

    [Fact]
    public async Task Create_against_clear_has_a_serial_order_and_the_file_agrees_with_it()
    {
        int alive;
        await using (var engine = await StartAsync())
        {
            var created = Enumerable.Range(0, 100).Select(_ => engine.Ref.Ask<string>(new CreateSession("user1", Data()))).ToList();
            var cleared = Enumerable.Range(0, 10).Select(_ => engine.Ref.Ask<int>(new ClearSessions("user1"))).ToList();
            var ids = await Task.WhenAll(created);
            var removed = (await Task.WhenAll(cleared)).Sum();
            alive = 0;
            foreach (var id in ids)
            {
                alive += await engine.Client.GetAsync(id) is null ? 0 : 1;
            }

            Assert.Equal(100, alive + removed);
        }

        await using var again = await StartAsync();
        Assert.Equal(alive, await again.Client.ClearAsync("user1"));
    }

    [Fact]
    public async Task A_reader_sees_all_sessions_of_a_cleared_key_go_at_once()
    {
        await using var engine = await StartAsync(o => o.Durability = Durability.Relaxed);
        for (var round = 0; round < 200; round++)
        {
            var first = await engine.Client.CreateAsync("user1", Data());
            var last = await engine.Client.CreateAsync("user1", Data());
            var isReading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var reader = Task.Run(async () =>
            {
                while (await engine.Client.GetAsync(first) is not null)
                {
                    isReading.TrySetResult();
                }

                return await engine.Client.GetAsync(last);
            });
            await isReading.Task;
            await engine.Client.ClearAsync("user1");
            Assert.Null(await reader);
        }
    }

    [Fact]
    public async Task A_reader_who_guesses_the_next_id_sees_a_reworked_session_under_one_id_at_every_instant()
    {
        var issued = 0;
        await using var engine = await StartAsync(o => (o.Durability, o.IdFactory) = (Durability.Relaxed, () => $"s{++issued}"));
        for (var round = 0; round < 2000; round++)
        {
            var old = await engine.Client.CreateAsync("user1", Data());
            var next = $"s{issued + 1}";
            var gone = Task.Run(async () =>
            {
                while (await engine.Client.GetAsync(old) is not null)
                {
                }

                return await engine.Client.GetAsync(next);
            });
            var arrived = Task.Run(async () =>
            {
                while (await engine.Client.GetAsync(next) is null)
                {
                }

                return await engine.Client.GetAsync(old);
            });
            Assert.Equal(next, await engine.Client.ReworkAsync(old));
            Assert.NotNull(await gone);
            Assert.Null(await arrived);
        }
    }

    [Fact]
    public async Task Keys_that_come_and_go_lose_no_message()
    {
        await using var engine = await StartAsync(o => (o.KeyIdleTimeout, o.Durability) = (TimeSpan.FromMilliseconds(1), Durability.Relaxed));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 200; i++)
            {
                var id = await engine.Ref.Ask<string>(new CreateSession($"user{i % 7}", Data()));
                await engine.Ref.Ask<Done>(new UpdateSession(id, Data($$"""{"writer": {{writer}}}""")));
                Assert.True(await engine.Ref.Ask<bool>(new DeleteSession(id)));
            }
        }));
    }

    private static async Task<object> Outcome<T>(Task<T> task)
    {
        try
        {
            return (await task)!;
        }
        catch (JamSessionsException e)
        {
            return e;
        }
    }
}
