using Akka.Dispatch;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Tests.Threads;

/// <summary>Threads of the engine's own: they do what they are given, in order and in time, and end.</summary>
public sealed class EngineThreadSpec
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Work_of_many_threads_is_done_on_one_in_the_order_of_each()
    {
        const int Producers = 4;
        const int Each = 20_000;
        var thread = new EngineThread("test");
        var (done, threads, all) = (new List<(int Producer, int Number)>(), new HashSet<int>(), new TaskCompletionSource());
        using var start = new Barrier(Producers);
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Each; i++)
                {
                    var number = i;
                    thread.Execute(new Work(() =>
                    {
                        threads.Add(Environment.CurrentManagedThreadId);
                        done.Add((producer, number));
                        if (done.Count == Producers * Each)
                        {
                            all.SetResult();
                        }
                    }));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        await all.Task.WaitAsync(s_patience);
        Assert.Single(threads);
        Assert.All(done.GroupBy(one => one.Producer, one => one.Number), numbers => Assert.Equal(Enumerable.Range(0, Each), numbers));
        thread.Shutdown();
    }

    [Fact]
    public async Task Each_piece_of_work_that_comes_to_a_thread_that_sleeps_wakes_it()
    {
        var thread = new EngineThread("test");
        for (var i = 0; i < 2000; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            thread.Execute(new Work(done.SetResult));
            await done.Task.WaitAsync(s_patience);
        }

        thread.Shutdown();
    }

    [Fact]
    public async Task What_is_due_earlier_comes_earlier_whenever_it_was_planned()
    {
        var thread = new EngineThread("test");
        var (order, all) = (new List<int>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        // Planned on the thread itself, so that none is due before all are.
        thread.Execute(new Work(() =>
        {
            foreach (var milliseconds in new[] { 60, 20, 40, 0 })
            {
                thread.After(TimeSpan.FromMilliseconds(milliseconds), () =>
                {
                    order.Add(milliseconds);
                    if (order.Count == 4)
                    {
                        all.SetResult();
                    }
                });
            }

            thread.After(TimeSpan.FromDays(100), all.SetCanceled);
        }));
        await all.Task.WaitAsync(s_patience);
        Assert.Equal([0, 20, 40, 60], order);
        thread.Shutdown();
    }

    [Fact]
    public async Task A_thread_that_was_shut_down_ends_and_work_that_comes_later_begins_another_one()
    {
        var thread = new EngineThread("test");
        for (var round = 0; round < 200; round++)
        {
            var own = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
            thread.Execute(new Work(() => own.SetResult(Thread.CurrentThread)));
            var former = await own.Task.WaitAsync(s_patience);
            thread.Shutdown();
            if (round % 2 == 0)
            {
                Assert.True(former.Join(s_patience));
            }
        }
    }

    [Fact]
    public async Task Nobodys_ambient_context_is_there()
    {
        var ambient = new AsyncLocal<string> { Value = "mine" };
        var thread = new EngineThread("test");
        var (inWork, inTimer) = (new TaskCompletionSource<string?>(), new TaskCompletionSource<string?>());
        thread.Execute(new Work(() => inWork.SetResult(ambient.Value)));
        thread.After(TimeSpan.Zero, () => inTimer.SetResult(ambient.Value));
        Assert.Null(await inWork.Task.WaitAsync(s_patience));
        Assert.Null(await inTimer.Task.WaitAsync(s_patience));
        thread.Shutdown();
    }

    private sealed class Work(Action action) : IRunnable
    {
        public void Run() => action();

        public void Execute() => action();
    }
}
