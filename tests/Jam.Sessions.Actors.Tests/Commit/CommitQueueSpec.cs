using System.Collections.Concurrent;
using System.Text;
using CsCheck;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Threads;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>From the key actors to the writer: cuts in the order of arrival, and one wake however much waits.</summary>
public sealed class CommitQueueSpec
{
    private readonly List<WakeReason> _wakes = [];
    private readonly RecordingWaiter _waiter = new();

    [Fact]
    public void A_cut_has_all_commits_in_the_order_of_their_arrival_first_the_acknowledged_then_the_awaited() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 3]).Array[0, 200].Array[0, 4].Sample(
            cuts =>
            {
                var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System, lanes: 4);
                foreach (var commits in cuts)
                {
                    // Some are larger than a block of memory.
                    for (var i = 0; i < commits.Length; i++)
                    {
                        var (isAwaited, owner, size) = commits[i];
                        Assert.True(queue.TryAdd(owner, Entry(i, size), [.. Enumerable.Repeat(Created(i), 1 + (size * 50))], isAwaited ? _waiter : null, out _));
                    }

                    var batches = Take(queue);
                    foreach (var isAwaited in new[] { false, true })
                    {
                        var expected = Enumerable.Range(0, commits.Length).Where(i => commits[i].Item1 == isAwaited).ToList();
                        var batch = batches.SingleOrDefault(batch => batch.IsAwaited == isAwaited);
                        Assert.Equal(string.Join(", ", expected.Select(i => Encoding.ASCII.GetString(Entry(i, commits[i].Item3)))), batch is null ? "" : Text(batch));
                        Assert.Equal(expected.SelectMany(i => Enumerable.Repeat((long)i, 1 + (commits[i].Item3 * 50))), batch is null ? [] : DocumentIds(batch));
                        Assert.Equal(isAwaited ? expected.Count : 0, batch?.TakeWaiters().Count ?? 0);
                    }

                    Assert.True(batches is not [{ IsAwaited: true }, _]);
                    batches.ForEach(queue.Return);
                }
            },
            iter: 200);

    [Fact]
    public void The_writer_is_woken_once_when_somebody_waits_until_it_found_the_queue_empty()
    {
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System);
        for (var round = 1; round <= 3; round++)
        {
            Add(queue, 1, isAwaited: true);
            Add(queue, 2, isAwaited: true);
            Assert.Single(Take(queue));

            // It is still about to look: what comes now is found.
            Add(queue, 3, isAwaited: true);
            Assert.Equal(WakeReason.Write, queue.Look(taken: 0));
            Assert.Equal(Enumerable.Repeat(WakeReason.Write, round), _wakes);
            Assert.Single(Take(queue));
            Assert.Equal(WakeReason.None, queue.Look(taken: 0));
        }
    }

    [Fact]
    public void What_was_acknowledged_wakes_once_as_something_to_collect_again_when_it_is_much_and_again_when_somebody_waits()
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        for (var round = 0; round < 2; round++)
        {
            var told = 3 * round;
            Add(queue, 1);
            Add(queue, 2);
            Assert.Equal([WakeReason.Collect], _wakes.Skip(told));
            Add(queue, new byte[64 << 10]);
            Add(queue, new byte[64 << 10]);
            Assert.Equal([WakeReason.Collect, WakeReason.CollectMany], _wakes.Skip(told));
            Add(queue, 3, isAwaited: true);
            Add(queue, 4, isAwaited: true);
            Add(queue, 5);
            Assert.Equal([WakeReason.Collect, WakeReason.CollectMany, WakeReason.Write], _wakes.Skip(told));
            Assert.Equal(2, Take(queue).Count);
            Assert.Equal(WakeReason.None, queue.Look(taken: 0));
        }
    }

    [Fact]
    public void A_writer_that_will_poll_again_is_woken_only_for_much_and_of_those_who_wait()
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        Add(queue, 1);
        Assert.Single(_wakes);
        Assert.Single(Take(queue, willPollAgain: true));
        Add(queue, 2);
        Assert.Single(_wakes);
        Add(queue, new byte[64 << 10]);
        Assert.Equal([WakeReason.Collect, WakeReason.CollectMany], _wakes);
        Add(queue, 3, isAwaited: true);
        Assert.Equal([WakeReason.Collect, WakeReason.CollectMany, WakeReason.Write], _wakes);

        // It has come back, and does not say that it will again.
        Assert.Equal(2, Take(queue).Count);
        Assert.Equal(WakeReason.None, queue.Look(taken: 0));
        Add(queue, 4);
        Assert.Equal(4, _wakes.Count);
    }

    [Fact]
    public async Task Commits_of_many_threads_are_all_found_by_a_writer_that_looks_only_when_it_is_woken()
    {
        const int Threads = 3;
        const int Commits = 5000;
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System, lanes: 2);
        var found = new List<string>();
        void Wake()
        {
            // Runs on whichever thread wakes: as the writer does, one call after the other.
            lock (found)
            {
                do
                {
                    foreach (var batch in Take(queue))
                    {
                        found.AddRange(Text(batch).Split(", "));
                        queue.Return(batch);
                    }
                }
                while (queue.Look(taken: 0) != WakeReason.None);
            }
        }

        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Commits; i++)
                {
                    queue.TryAdd(thread, Encoding.ASCII.GetBytes($"{thread}-{i}"), [], _waiter, out var wake);
                    if (wake != WakeReason.None)
                    {
                        Wake();
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(Threads * Commits, found.Count);
        for (var thread = 0; thread < Threads; thread++)
        {
            Assert.Equal(Enumerable.Range(0, Commits).Select(i => $"{thread}-{i}"), found.Where(entry => entry[0] == '0' + thread));
        }
    }

    [Fact]
    public void Durable_commits_must_wait_and_relaxed_ones_only_while_the_disk_refuses_or_much_of_their_lane_is_unwritten()
    {
        Assert.True(new CommitQueue(Durability.Durable, TimeProvider.System).MustWait(0));
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System, lanes: 4);
        Assert.False(queue.MustWait(0));
        queue.IsHeldUp = true;
        Assert.True(queue.MustWait(0));
        queue.IsHeldUp = false;
        Assert.False(queue.MustWait(0));

        var entry = new byte[CommitQueue.BatchBytes];
        for (var i = 0; i < 4; i++)
        {
            Assert.False(queue.MustWait(0));
            Add(queue, entry);
        }

        Add(queue, 0);
        Assert.True(queue.MustWait(0));
        Assert.False(queue.MustWait(1));
        Assert.Single(Take(queue));
        Assert.False(queue.MustWait(0));
    }

    [Fact]
    public void Each_who_waits_for_a_batch_is_given_out_once_and_a_batch_is_used_again_without_them()
    {
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System);
        var waiters = Enumerable.Range(0, 3).Select(_ => new RecordingWaiter()).ToList();
        Add(queue, [.. "1"u8], waiters[0]);
        Add(queue, [.. "2"u8], waiters[1]);
        var batch = Assert.Single(Take(queue));
        Assert.Equal(waiters[..2], batch.TakeWaiters());
        queue.Return(batch);

        queue.TryAdd(0, "4"u8, [Created(4)], waiters[2], out _);
        Assert.Same(batch, Assert.Single(Take(queue)));
        Assert.Equal("4", Text(batch));
        Assert.Equal([4L], DocumentIds(batch));
        Assert.Equal(waiters[2..], batch.TakeWaiters());
        Assert.Empty(batch.TakeWaiters());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everybody_who_waits_hears_once_what_became_of_the_batch_on_a_thread_of_the_engine(bool isRefused)
    {
        const int Waiters = 100;
        var workers = new Workers("test");
        var refusal = isRefused ? new SessionStoreException("path", "refused") : null;
        var (left, names, all) = (Waiters, new ConcurrentDictionary<string, bool>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var waiters = Enumerable.Range(0, Waiters).Select(_ => new RecordingWaiter(_ =>
        {
            names[Thread.CurrentThread.Name!] = true;
            if (Interlocked.Decrement(ref left) == 0)
            {
                all.SetResult();
            }
        })).ToList();
        new Outcome([.. waiters], refusal).TellOn(workers);
        await all.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.All(waiters, waiter => Assert.Same(refusal, Assert.Single(waiter.Outcomes)));
        Assert.All(names.Keys, name => Assert.StartsWith("jam.sessions.test-", name, StringComparison.Ordinal));
        workers.Shutdown();
    }

    [Fact]
    public void A_batch_that_has_grown_large_is_not_kept()
    {
        var batch = new CommitBatch();
        batch.Add(new byte[1 << 16], [Created(1)], _waiter);
        Assert.True(batch.TryReuse());
        Assert.Equal((true, false, 0), (batch.IsEmpty, batch.IsAwaited, batch.Changes.Length));
        batch.Add(new byte[CommitQueue.BatchBytes], [], waiter: null);
        Assert.True(batch.TryReuse());
        batch.Add(new byte[(2 * CommitQueue.BatchBytes) + 1], [], waiter: null);
        Assert.False(batch.TryReuse());
    }

    [Fact]
    public void A_queue_that_is_closed_gives_what_it_holds_and_takes_no_more()
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        Add(queue, 1);
        queue.Close();
        Assert.False(queue.TryAdd(0, "2"u8, [], waiter: null, out _));
        Assert.False(queue.TryAdd(1, "3"u8, [], _waiter, out _));
        Assert.Equal("1", Assert.Single(Take(queue).Select(batch => Encoding.ASCII.GetString(batch.Entries))));
        Assert.False(queue.TryAdd(0, "4"u8, [], waiter: null, out _));
        Assert.Single(_wakes);
    }

    private void Add(CommitQueue queue, int number, bool isAwaited = false)
    {
        Assert.True(queue.TryAdd(ownerHash: 0, Encoding.ASCII.GetBytes($"{number}"), [Created(number)], isAwaited ? _waiter : null, out var wake));
        Note(wake);
    }

    private void Add(CommitQueue queue, byte[] entry, ICommitWaiter? waiter = null)
    {
        Assert.True(queue.TryAdd(ownerHash: 0, entry, [], waiter, out var wake));
        Note(wake);
    }

    private void Note(WakeReason wake)
    {
        if (wake != WakeReason.None)
        {
            _wakes.Add(wake);
        }
    }

    private static DocumentChange Created(int number) => new(null, new Document($"id{number}", "key", SessionData.Empty, 1.5, number, raw: null));

    /// <summary>Of this number, and of one of four lengths.</summary>
    private static byte[] Entry(int number, int size) => Encoding.ASCII.GetBytes($"{number}{new string('x', size switch { 0 => 0, 1 => 300, 2 => 5000, _ => 40_000 })}");

    private static List<CommitBatch> Take(CommitQueue queue, bool willPollAgain = false)
    {
        var batches = new Queue<CommitBatch>();
        queue.Take(batches, willPollAgain);
        return [.. batches];
    }

    private static string Text(CommitBatch batch) => Encoding.ASCII.GetString(batch.Entries);

    private static List<long> DocumentIds(CommitBatch batch) => [.. batch.Changes.ToArray().Select(change => change.After!.DocumentId)];
}
