using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantees 1 and 2 at the end of an engine's life: every caller gets an answer, and what was answered is in the file.</summary>
public sealed class ShutdownSpec : EngineTest
{
    public enum Way
    {
        Dispose,
        Terminate,
        CoordinatedShutdown,
    }

    [Theory]
    [InlineData(Way.Dispose, Durability.Durable)]
    [InlineData(Way.Dispose, Durability.Relaxed)]
    [InlineData(Way.Terminate, Durability.Durable)]
    [InlineData(Way.CoordinatedShutdown, Durability.Relaxed)]
    public async Task While_256_callers_write_each_gets_an_answer_and_what_was_done_is_on_disk(Way way, Durability durability)
    {
        var system = ActorSystem.Create("shutdown", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        var engine = await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = JsonPath, Durability = durability });
        var underWay = new TaskCompletionSource();
        var acknowledged = new ConcurrentQueue<string>();
        var callers = Enumerable.Range(0, 256).Select(caller => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    // Relaxed, the answer is there at once: a loop that never lets go of its thread would keep the pool from everybody.
                    await Task.Yield();
                    acknowledged.Enqueue(await engine.Ref.Ask<string>(new CreateSession($"user{caller}", Data())));
                    if (acknowledged.Count >= 1000)
                    {
                        underWay.TrySetResult();
                    }
                }
            }
            catch (SessionsStoppingException)
            {
                // The answer that ends a caller; any other exception fails the test.
            }
        })).ToList();

        await underWay.Task;
        await (way switch
        {
            Way.Dispose => engine.DisposeAsync().AsTask(),
            Way.Terminate => system.Terminate(),
            _ => CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance),
        });
        if (way == Way.Dispose)
        {
            // A system that is gone answers nobody; a stopped engine in a living one still does.
            await Task.WhenAll(callers);
        }

        Assert.DoesNotContain(callers, caller => caller.IsFaulted);
        Assert.True(acknowledged.Count >= 1000);
        Assert.Empty(Directory.GetFiles(Folder, "*.journal-*"));
        await using var again = await StartAsync();
        foreach (var id in acknowledged)
        {
            Assert.NotNull(await again.Client.GetAsync(id));
        }

        if (way == Way.Dispose)
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task A_stopped_engine_answers_instead_of_letting_callers_hang()
    {
        var engine = await StartAsync();
        var id = await engine.Client.CreateAsync("user1", Data());
        await engine.DisposeAsync();
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.CreateAsync("user1", Data()));
        await Assert.ThrowsAsync<SessionsStoppingException>(async () => await engine.Client.GetAsync(id));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Ref.Ask<SessionLookup>(new GetSession(id)));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.FlushAsync());
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.SendAsync(new SweepSessions()));
        object? swept = null;
        ((SessionsRef)engine.Ref).Sweep(answer => swept = answer);
        Assert.IsType<SessionsStoppingException>(Assert.IsType<Status.Failure>(swept).Cause);
    }

    [Theory]
    [InlineData(Durability.Durable, false)]
    [InlineData(Durability.Relaxed, false)]
    [InlineData(Durability.Durable, true)]
    [InlineData(Durability.Relaxed, true)]
    public async Task An_engine_that_is_stopped_without_a_drain_answers_everybody_and_keeps_what_it_acknowledged(Durability durability, bool withItsSystem)
    {
        const int Callers = 64;
        for (var round = 0; round < 20; round++)
        {
            var system = ActorSystem.Create("undrained", "akka { loglevel = OFF, stdout-loglevel = OFF, coordinated-shutdown.run-by-actor-system-terminate = off }");
            var engine = await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = Path.Combine(Folder, $"{round}.json"), Durability = durability });
            using var underWay = new CountdownEvent(Callers);
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                var acknowledged = new List<string>();
                try
                {
                    for (var i = 0; ; i++)
                    {
                        await Task.Yield();

                        // Some make actors all the time, also while the others are being stopped.
                        var create = new CreateSession(caller % 3 == 0 ? $"user{caller}-{i}" : $"user{(i + caller) % 5}", Data());
                        acknowledged.Add(await (caller % 2 == 0 ? engine.Ref.Ask<string>(create) : engine.Client.CreateAsync(create.SessionKey, create.Data)));
                        if (i == 0)
                        {
                            underWay.Signal();
                        }
                    }
                }
                catch (Exception e) when (e is SessionsStoppingException or SessionOutcomeUnknownException)
                {
                    return acknowledged;
                }
            })).ToList();
            await Task.Factory.StartNew(underWay.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (!withItsSystem)
            {
                Assert.True(await engine.Ref.GracefulStop(TimeSpan.FromMinutes(1)));
            }

            await system.Terminate();
            var ids = (await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(1))).SelectMany(acknowledged => acknowledged).ToList();

            await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.FlushAsync()).WaitAsync(TimeSpan.FromMinutes(1));
            await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.GetAsync("any").AsTask());
            await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

            await using var again = await StartAsync(o => o.JsonPath = Path.Combine(Folder, $"{round}.json"));
            foreach (var id in ids)
            {
                Assert.NotNull(await again.Client.GetAsync(id));
            }
        }
    }

    [Fact]
    public async Task A_message_that_the_engine_does_not_know_is_answered_with_a_failure()
    {
        await using var engine = await StartAsync();
        var e = await Assert.ThrowsAsync<UnknownSessionMessageException>(() => engine.Ref.Ask<object>("hello"));
        Assert.Contains("System.String", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_fails_at_the_end_leaves_the_journal_and_the_next_start_finds_everything()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        var id = await engine.Client.CreateAsync("user1", Data());
        disk.Fail("Rename");
        var shortfall = await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());
        Assert.Contains("Everything acknowledged is in the journal beside it", shortfall.Message, StringComparison.Ordinal);
        await engine.DisposeAsync();
        Assert.False(File.Exists(JsonPath));
        Assert.NotEmpty(Directory.GetFiles(Folder, "*.journal-*"));

        await using var again = await StartAsync();
        Assert.NotNull(await again.Client.GetAsync(id));
    }

    [Fact]
    public async Task A_drain_on_a_disk_that_does_not_answer_ends_and_says_so_and_the_next_start_finds_what_was_acknowledged()
    {
        var (gate, isStuck) = (new ManualResetEventSlim(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk, o => o.DrainTimeout = TimeSpan.FromSeconds(1));
        var id = await engine.Client.CreateAsync("user1", Data());
        disk.Before = (operation, _) =>
        {
            if (operation == "Sync")
            {
                isStuck.TrySetResult();
                gate.Wait();
            }
        };
        var unheard = engine.Client.CreateAsync("user2", Data());
        await isStuck.Task;
        var shortfall = await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains("has not answered", shortfall.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SessionOutcomeUnknownException>(() => unheard.WaitAsync(TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.CreateAsync("user3", Data()));
        gate.Set();
        await using var again = await StartAsync(o => o.LockTimeout = TimeSpan.FromMinutes(1));
        Assert.NotNull(await again.Client.GetAsync(id));
    }

    /// <remarks>With relaxed durability the end is the last try for what was acknowledged.</remarks>
    [Fact]
    public async Task A_drain_that_could_not_write_what_was_acknowledged_says_that_it_is_lost()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk, o => (o.Durability, o.FlushInterval) = (Durability.Relaxed, TimeSpan.FromHours(1)));
        await engine.Client.CreateAsync("user1", Data());
        disk.Fail("Sync", "Create");
        var shortfall = await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());
        Assert.Contains("that is lost", shortfall.Message, StringComparison.Ordinal);
        await using var again = await StartAsync();
        Assert.Equal(0, await again.Client.ClearAsync("user1"));
    }

    [Fact]
    public async Task A_flush_of_what_is_due_anyway_takes_one_snapshot()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        var id = await engine.Client.CreateAsync("user1", Data($$"""{"a": "{{new string('x', 10_000)}}"}"""));
        disk.Fail("Rename");
        await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());

        var snapshots = 0;
        disk.Before = (operation, path) => snapshots += operation == "Create" && path.EndsWith(".tmp", StringComparison.Ordinal) ? 1 : 0;
        await using var again = await StartOnAsync(disk, o => o.SnapshotJournalBytes = 4096);
        await again.Client.FlushAsync();
        Assert.Contains(id, File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await again.DisposeAsync();
        Assert.Equal(1, snapshots);
    }

    /// <remarks>Snapshots that the journal's length asks for leave their journals to be used again; a flush does not.</remarks>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Deleted_data_has_left_the_disk_after_a_flush(int snapshotsBefore)
    {
        await using var engine = await StartAsync(options => options.SnapshotJournalBytes = 4096);
        var id = await engine.Client.CreateAsync("user1", Data("""{"secret": "wipe me"}"""));
        await engine.Client.FlushAsync();
        await engine.Client.DeleteAsync(id);
        for (var snapshot = 0; snapshot < snapshotsBefore; snapshot++)
        {
            await FillJournalAsync(engine.Client);
        }

        await engine.Client.FlushAsync();
        Assert.All(Directory.GetFiles(Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)), file =>
        {
            var text = Encoding.UTF8.GetString(OpenFiles.Read(file));
            Assert.DoesNotContain("wipe me", text, StringComparison.Ordinal);
            Assert.DoesNotContain(id, text, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(Directory.GetFiles(Folder), file => file.EndsWith("-spare", StringComparison.Ordinal));
    }

    private static async Task FillJournalAsync(IJamSessions sessions)
    {
        for (var changes = 0; changes < 20; changes++)
        {
            var id = await sessions.CreateAsync("user2", Data($$"""{"filler": "{{new string('x', 400)}}"}"""));
            await sessions.DeleteAsync(id);
        }
    }
}
