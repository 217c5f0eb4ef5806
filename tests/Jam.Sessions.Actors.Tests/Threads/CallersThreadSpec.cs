using System.Collections.Concurrent;
using Akka.Actor;
using Jam.Sessions.Actors.Threads;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Threads;

/// <summary>Key actors run on the caller's thread, and yet keep nobody waiting who did not ask them, whatever the host's id factory does.</summary>
public sealed class CallersThreadSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly EngineThreads _threads;

    public CallersThreadSpec() => _threads = EngineThreads.Rent(System);

    [Fact]
    public void What_an_idle_actor_is_told_it_has_handled_when_tell_returns()
    {
        var told = new List<(object Message, int Thread)>();
        var actor = Here(told.Add);
        for (var i = 0; i < 100; i++)
        {
            actor.Tell(i, ActorRefs.NoSender);
            Assert.Equal((i, Environment.CurrentManagedThreadId), told[^1]);
        }
    }

    [Fact]
    public void What_an_actor_is_told_while_it_runs_it_handles_afterwards()
    {
        var told = new List<(object Message, int Thread)>();
        IActorRef? actor = null;
        actor = Here(one =>
        {
            if (one.Message is 1)
            {
                actor!.Tell(2, ActorRefs.NoSender);
            }

            told.Add(one);
        });
        actor.Tell(1, ActorRefs.NoSender);
        var own = Environment.CurrentManagedThreadId;
        Assert.Equal([(1, own), (2, own)], told);
    }

    [Fact]
    public async Task An_actor_that_another_one_tells_something_does_not_run_within_it()
    {
        using var isFirstHere = new ThreadLocal<bool>();
        var isWithin = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = Here(_ => isWithin.SetResult(isFirstHere.Value));
        var first = Here(_ =>
        {
            isFirstHere.Value = true;
            second.Tell("", ActorRefs.NoSender);
            isFirstHere.Value = false;
        });
        first.Tell("", ActorRefs.NoSender);
        Assert.False(await isWithin.Task.WaitAsync(s_patience));
    }

    [Fact]
    public void A_handler_that_throws_does_not_throw_at_the_teller_and_the_next_one_runs_here_again()
    {
        var told = new List<(object Message, int Thread)>();
        var other = Here(told.Add);
        var failing = Here(_ => throw new InvalidOperationException("not for the teller"));
        failing.Tell("", ActorRefs.NoSender);
        other.Tell("", ActorRefs.NoSender);
        Assert.Equal(Environment.CurrentManagedThreadId, Assert.Single(told).Thread);
    }

    [Fact]
    public async Task With_relaxed_durability_a_command_is_answered_before_its_call_returns_be_it_the_key_s_first_or_not()
    {
        await using var engine = await StartAsync(o => (o.Durability, o.KeyIdleTimeout) = (Durability.Relaxed, Timeout.InfiniteTimeSpan));
        var create = engine.Client.CreateAsync("user1", Data());
        Assert.True(create.IsCompletedSuccessfully);
        var id = await create;
        for (var i = 0; i < 1000; i++)
        {
            var update = engine.Client.UpdateAsync(id, Data($$"""{"i": {{i}}}"""));
            Assert.True(update.IsCompletedSuccessfully);
            Assert.Equal($$"""{"i": {{i}}}""", (await engine.Client.GetAsync(id))!.Data.Json);
            Assert.True(engine.Client.CreateAsync($"user{i}", Data()).IsCompletedSuccessfully);
        }
    }

    [Theory]
    [InlineData(Durability.Durable, 500)]
    [InlineData(Durability.Relaxed, 10_000)]
    public async Task Id_factories_that_create_sessions_themselves_one_within_the_other_are_all_answered(Durability durability, int chain)
    {
        JamSessions? engine = null;
        var (begun, added) = (0, 0);
        var creates = new ConcurrentBag<Task<string>>();
        var isComplete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine = await StartAsync(o => (o.Durability, o.IdFactory) = (durability, () =>
        {
            if (Interlocked.Increment(ref begun) is var next && next <= chain)
            {
                // Begun while the id of another one is made, and not waited for. The innermost comes back first.
                creates.Add(engine!.Client.CreateAsync($"user{next}", Data()));
                if (Interlocked.Increment(ref added) == chain)
                {
                    isComplete.SetResult();
                }
            }

            return SessionIds.Random256();
        }));
        await engine.Client.CreateAsync("user0", Data()).WaitAsync(s_patience);
        await isComplete.Task.WaitAsync(s_patience);

        // An engine that stops refuses what has no id yet: so all have their answers before.
        var ids = await Task.WhenAll(creates).WaitAsync(s_patience);
        Assert.Equal(chain, ids.Distinct().Count());
        await engine.DisposeAsync().AsTask().WaitAsync(s_patience);
    }

    [Theory]
    [InlineData(Durability.Durable, 0)]
    [InlineData(Durability.Relaxed, 0)]
    [InlineData(Durability.Durable, 10)]
    [InlineData(Durability.Relaxed, 10)]
    public async Task An_id_factory_that_blocks_keeps_only_its_own_caller_waiting_be_it_the_first_command_of_all_or_not(Durability durability, int before)
    {
        var gate = new Gate();
        await using var engine = await StartAsync(o => (o.Durability, o.IdFactory) = (durability, gate.NextId));
        using var released = gate;
        await Task.WhenAll(Enumerable.Range(0, before).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
        gate.BlockNext();
        var blocked = Task.Run(() => engine.Client.CreateAsync("blocked", Data()));
        await gate.IsBlocking.WaitAsync(s_patience);
        await AssertOthersAreServedAsync(engine);

        // Not even another command of the same key waits.
        var other = await engine.Client.CreateAsync("blocked", Data()).WaitAsync(s_patience);
        Assert.False(blocked.IsCompleted);
        gate.Open();
        Assert.NotEqual(other, await blocked.WaitAsync(s_patience));
    }

    [Fact]
    public async Task An_id_factory_that_blocks_on_a_command_that_came_through_the_manager_keeps_only_its_own_caller_waiting()
    {
        var gate = new Gate();
        await using var engine = await StartAsync(o => o.IdFactory = gate.NextId);
        using var released = gate;
        await engine.Client.CreateAsync("user1", Data());
        gate.BlockNext();
        var manager = System.ActorSelection(engine.Ref.Path);
        var blocked = manager.Ask<string>(new CreateSession("blocked", Data()), s_patience);
        await gate.IsBlocking.WaitAsync(s_patience);
        Assert.Equal(Akka.Done.Instance, await manager.Ask<Akka.Done>(new FlushSessions(), s_patience));
        await AssertOthersAreServedAsync(engine);
        gate.Open();
        Assert.NotEmpty(await blocked);
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task An_exception_in_the_id_factory_reaches_its_caller_alone(Durability durability)
    {
        var isThrowing = new HashSet<int> { 2, 5 };
        var draws = 0;
        await using var engine = await StartAsync(o => (o.Durability, o.IdFactory) = (
            durability, () => isThrowing.Contains(++draws) ? throw new InvalidOperationException("no entropy") : SessionIds.Random256()));
        var creates = Enumerable.Range(1, 6).Select(_ => engine.Client.CreateAsync("user1", Data())).ToList();
        for (var draw = 1; draw <= 6; draw++)
        {
            var create = creates[draw - 1].WaitAsync(s_patience);
            if (isThrowing.Contains(draw))
            {
                Assert.IsType<InvalidOperationException>((await Assert.ThrowsAsync<SessionIdFactoryException>(() => create)).InnerException);
            }
            else
            {
                Assert.NotNull(await engine.Client.GetAsync(await create));
            }
        }

        Assert.Equal(4, await engine.Client.ClearAsync("user1"));
    }

    private static async Task AssertOthersAreServedAsync(JamSessions engine)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => engine.Client.CreateAsync($"user{i}", Data()))).WaitAsync(s_patience);
        await Task.WhenAll(ids.Select(id => engine.Client.UpdateAsync(id, Data("""{"n": 2}""")))).WaitAsync(s_patience);
        Assert.True(await engine.Client.DeleteAsync(ids[0]).WaitAsync(s_patience));
    }

    /// <summary>An actor that has nothing more to do with the threads that made it: it ran on this one.</summary>
    private IActorRef Here(Action<(object Message, int Thread)> handle)
    {
        var actor = System.ActorOf(_threads.OnCallersThread(Props.CreateBy(new Producer<ProbeActor>(() => new ProbeActor(handle)))));
        for (var (spin, call) = (new SpinWait(), new RollCall()); call.Thread != Environment.CurrentManagedThreadId; spin.SpinOnce())
        {
            call = new RollCall();
            actor.Tell(call, ActorRefs.NoSender);
        }

        return actor;
    }

    private sealed class RollCall
    {
        public int Thread { get; set; }
    }

    private sealed class ProbeActor(Action<(object Message, int Thread)> handle) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            var thread = Environment.CurrentManagedThreadId;
            if (message is RollCall call)
            {
                call.Thread = thread;
            }
            else
            {
                handle((message, thread));
            }
        }
    }

    /// <summary>An id factory that blocks once where it is told to, until it is opened.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource _isBlocking = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _isOpen = new();
        private int _blocks;

        public Task IsBlocking => _isBlocking.Task;

        public void BlockNext() => Volatile.Write(ref _blocks, 1);

        public void Open() => _isOpen.Set();

        public string NextId()
        {
            if (Interlocked.Exchange(ref _blocks, 0) == 1)
            {
                _isBlocking.SetResult();
                _isOpen.Wait();
            }

            return SessionIds.Random256();
        }

        /// <summary>A test that fails lets go of who waits, before the engine ends.</summary>
        public void Dispose() => _isOpen.Set();
    }
}
