using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>The engine as a guest in its host: it needs no thread of the host's pool, keeps nobody's context, and leaves nothing behind.</summary>
public sealed class GoodGuestSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <remarks>The callers have threads of their own; no thread of the pool is free from before the first command until after the last.</remarks>
    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task Every_verb_is_answered_though_no_thread_of_the_pool_is_ever_free(Durability durability)
    {
        await using var engine = await StartAsync(o => (o.Durability, o.FlushInterval, o.KeyIdleTimeout) = (durability, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20)));
        var failure = await OnThread(() =>
        {
            ThreadPool.GetMaxThreads(out var workers, out var ports);
            ThreadPool.GetMinThreads(out var minWorkers, out _);
            // Not disposed of: who has waited for it may come to it later than this ends.
            var isOpen = new ManualResetEventSlim();
            try
            {
                Assert.True(ThreadPool.SetMaxThreads(minWorkers, ports));
                for (var i = 0; i < 64; i++)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), isOpen, preferLocal: false);
                }

                Assert.True(SpinWait.SpinUntil(() => FreeThreads() == 0, s_patience));
                var callers = Enumerable.Range(0, 20).Select(caller => OnThread(() => UseEveryVerb(engine, caller))).ToList();
                Assert.True(Task.WaitAll([.. callers], s_patience), "A caller was not answered.");
                Assert.All(callers, caller => Assert.Null(caller.GetAwaiter().GetResult()));
            }
            finally
            {
                isOpen.Set();
                ThreadPool.SetMaxThreads(workers, ports);
            }
        });
        Assert.Null(failure);
    }

    [Theory]
    [InlineData(Durability.Durable, false)]
    [InlineData(Durability.Relaxed, false)]
    [InlineData(Durability.Durable, true)]
    [InlineData(Durability.Relaxed, true)]
    public async Task An_id_factory_sees_nobodys_ambient_context_and_what_it_sets_does_not_come_out(Durability durability, bool isAsync)
    {
        var ambient = new AsyncLocal<string>();
        var seen = new System.Collections.Concurrent.ConcurrentBag<string?>();
        await using var engine = await StartAsync(o =>
        {
            o.Durability = durability;
            if (isAsync)
            {
                o.AsyncIdFactory = async request =>
                {
                    See();
                    await Task.Yield();
                    See();
                    return $"{request.SessionKey}-{Guid.NewGuid()}";
                };
            }
            else
            {
                o.IdFactory = () =>
                {
                    See();
                    return SessionIds.Random256();
                };
            }

            void See()
            {
                seen.Add(ambient.Value ?? SynchronizationContext.Current?.ToString());
                ambient.Value = "the factory's";
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            ambient.Value = $"caller {caller}";
            for (var i = 0; i < 50; i++)
            {
                var id = await engine.Client.CreateAsync($"user{i % 3}", Data());
                Assert.Equal($"caller {caller}", ambient.Value);
                if (i % 2 == 0)
                {
                    await engine.Client.ReworkAsync(id);
                    Assert.Equal($"caller {caller}", ambient.Value);
                }
            }
        })));
        Assert.Equal(isAsync ? [null, "the factory's"] : new string?[] { null }, seen.Distinct().Order());
    }

    [Fact]
    public async Task An_asynchronous_id_factory_is_given_the_key_and_awaited_and_each_key_waits_for_its_own_alone()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await StartAsync(o => o.AsyncIdFactory = async request =>
        {
            if (request.SessionKey == "slow")
            {
                await gate.Task;
            }

            return request.SessionKey == "broken" ? throw new InvalidOperationException("no tenant") : $"{request.SessionKey}-{Guid.NewGuid():N}";
        });
        var slow = engine.Client.CreateAsync("slow", Data());
        var asked = engine.Ref.Ask<string>(new CreateSession("slow", Data()), s_patience);
        var id = await engine.Client.CreateAsync("tenant7", Data()).WaitAsync(s_patience);
        Assert.StartsWith("tenant7-", id, StringComparison.Ordinal);
        Assert.StartsWith("tenant7-", await engine.Client.ReworkAsync(id).WaitAsync(s_patience), StringComparison.Ordinal);
        Assert.Equal(0, await engine.Client.ClearAsync("slow").WaitAsync(s_patience));
        var error = await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.CreateAsync("broken", Data()).WaitAsync(s_patience));
        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.False(slow.IsCompleted);
        gate.SetResult();
        Assert.NotEqual(await slow.WaitAsync(s_patience), await asked);
        Assert.Equal(2, await engine.Client.ClearAsync("slow"));
    }

    [Fact]
    public async Task An_id_that_never_comes_keeps_no_drain_and_its_caller_hears_of_the_end()
    {
        var engine = await StartAsync(o => o.AsyncIdFactory = _ => new ValueTask<string>(new TaskCompletionSource<string>().Task));
        var create = engine.Client.CreateAsync("user1", Data());
        await engine.DisposeAsync().AsTask().WaitAsync(s_patience);
        await Assert.ThrowsAsync<SessionsStoppingException>(() => create.WaitAsync(s_patience));
    }

    [Fact]
    public async Task An_id_factory_may_wait_for_the_engine_about_the_very_key_that_it_makes_an_id_for()
    {
        JamSessions? engine = null;
        var isNested = false;
        engine = await StartAsync(o => o.IdFactory = () =>
        {
            if (!isNested)
            {
                isNested = true;
                var other = engine!.Client.CreateAsync("user1", Data()).GetAwaiter().GetResult();
                engine.Client.UpdateAsync(other, Data("""{"n": 2}""")).GetAwaiter().GetResult();
                engine.Client.FlushAsync().GetAwaiter().GetResult();
            }

            return SessionIds.Random256();
        });
        await Task.Run(() => engine.Client.CreateAsync("user1", Data())).WaitAsync(s_patience);
        Assert.Equal(2, await engine.Client.ClearAsync("user1").WaitAsync(s_patience));
        await engine.DisposeAsync().AsTask().WaitAsync(s_patience);
    }

    [Fact]
    public async Task Who_starts_the_engine_does_not_leave_an_ambient_context_in_it()
    {
        var (engine, left) = await StartInContextAsync();
        await engine.Client.CreateAsync("user1", Data());
        AssertCollected(left);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task An_engine_that_has_ended_leaves_nothing_in_a_running_actor_system()
    {
        var left = new List<WeakReference>();
        for (var round = 0; round < 5; round++)
        {
            left.AddRange(await LiveAsync(round));
        }

        // What a thread has on its stack goes with its next work: so of the last one something may be left.
        left.SkipLast(2).ToList().ForEach(AssertCollected);
    }

    [Fact]
    public async Task The_drain_does_not_obey_the_ask_timeout_of_the_host()
    {
        var system = ActorSystem.Create("impatient", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, actor.ask-timeout = 1 ms }"));
        for (var round = 0; round < 3; round++)
        {
            var engine = await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = JsonPath });
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
            await engine.DisposeAsync();
            Assert.Empty(Directory.GetFiles(Folder, "*.journal-*"));
        }

        await system.Terminate();
    }

    private static int FreeThreads()
    {
        ThreadPool.GetAvailableThreads(out var workers, out _);
        return workers;
    }

    private static void UseEveryVerb(JamSessions engine, int caller)
    {
        for (var i = 0; i < 5; i++)
        {
            var id = engine.Client.CreateAsync($"user{caller}-{i}", Data()).GetAwaiter().GetResult();
            engine.Client.UpdateAsync(id, Data("""{"n": 2}""")).GetAwaiter().GetResult();
            id = engine.Client.ReworkAsync(id).GetAwaiter().GetResult();
            Assert.Equal("""{"n": 2}""", engine.Client.GetAsync(id).AsTask().GetAwaiter().GetResult()!.Data.Json);
            engine.Client.FlushAsync().GetAwaiter().GetResult();
            Assert.True(engine.Client.DeleteAsync(id).GetAwaiter().GetResult());
            Assert.Equal(0, engine.Client.ClearAsync($"user{caller}-{i}").GetAwaiter().GetResult());
        }
    }

    /// <summary>Runs on a thread of its own, and returns what it threw.</summary>
    private static Task<Exception?> OnThread(Action body)
    {
        var end = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                body();
                end.SetResult(null);
            }
            catch (Exception e)
            {
                end.SetResult(e);
            }
        }) { IsBackground = true }.Start();
        return end.Task;
    }

    private static void AssertCollected(WeakReference left)
    {
        for (var spin = new SpinWait(); left.IsAlive && spin.Count < 500; spin.SpinOnce())
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(left.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<(JamSessions Engine, WeakReference Left)> StartInContextAsync()
    {
        var (ambient, value) = (new AsyncLocal<object>(), new object());
        var left = new WeakReference(value);
        ambient.Value = value;
        var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", Data());
        return (engine, left);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference[]> LiveAsync(int round)
    {
        var engine = await StartAsync(o => o.JsonPath = Path.Combine(Folder, $"{round}.json"));
        var id = await engine.Client.CreateAsync("user1", Data());
        var session = await engine.Client.GetAsync(id);
        await engine.DisposeAsync();
        return [new WeakReference(session), new WeakReference(engine.Client)];
    }
}
