using System.Text;
using CsCheck;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>From the key actors to the writer: batches in the order of arrival, and one wake however much waits.</summary>
public sealed class CommitQueueSpec
{
    private readonly List<WakeReason> _wakes = [];
    private readonly RecordingWaiter _waiter = new();

    [Fact]
    public void Commits_come_out_in_the_order_of_their_arrival_those_that_are_awaited_apart() =>
        Gen.Bool.Array[0, 60].Sample(commits =>
        {
            var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
            for (var i = 0; i < commits.Length; i++)
            {
                Add(queue, i, isAwaited: commits[i]);
            }

            var (number, wasAwaited) = (0, (bool?)null);
            while (queue.TryTake(out var batch))
            {
                // Neighbours are of the two kinds by turns: none was broken without need.
                Assert.NotEqual(wasAwaited, batch.IsAwaited);
                wasAwaited = batch.IsAwaited;
                var first = number;
                while (number < commits.Length && commits[number] == wasAwaited)
                {
                    number++;
                }

                Assert.False(batch.IsEmpty);
                Assert.Equal(string.Join(", ", Enumerable.Range(first, number - first)), Text(batch));
                Assert.Equal(Enumerable.Range(first, number - first).Select(i => (long)i), DocumentIds(batch));
                queue.Return(batch);
            }

            Assert.Equal(commits.Length, number);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_so_many_bytes_a_new_batch_begins(bool isAwaited)
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        var half = new byte[CommitQueue.BatchBytes / 2];
        foreach (var _ in Enumerable.Range(0, 5))
        {
            Add(queue, half, isAwaited ? _waiter : null);
        }

        Assert.Equal([(2 * half.Length) + 2, (2 * half.Length) + 2, half.Length], Take(queue).Select(batch => batch.Length));
    }

    [Fact]
    public void A_commit_that_is_larger_than_a_batch_is_one_by_itself()
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        Add(queue, new byte[CommitQueue.BatchBytes + 1]);
        Add(queue, 1);
        Assert.Equal([CommitQueue.BatchBytes + 1, 1], Take(queue).Select(batch => batch.Length));
    }

    [Fact]
    public void The_writer_is_woken_once_when_somebody_waits_until_it_found_the_queue_empty()
    {
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System);
        for (var round = 1; round <= 3; round++)
        {
            Add(queue, 1, isAwaited: true);
            Add(queue, 2, isAwaited: true);
            Assert.True(queue.TryTake(out _));

            // It is still about to look: what comes now is found.
            Add(queue, 3, isAwaited: true);
            Assert.Equal(Enumerable.Repeat(WakeReason.Write, round), _wakes);
            Assert.True(queue.TryTake(out _));
            Assert.False(queue.TryTake(out _));
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
            Assert.Equal(3, Take(queue).Count);
        }
    }

    [Fact]
    public void A_writer_that_will_poll_again_is_woken_only_for_much_and_of_those_who_wait()
    {
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        Add(queue, 1);
        Assert.Single(_wakes);
        Assert.True(queue.TryTake(out _, willPollAgain: true));
        Assert.False(queue.TryTake(out _, willPollAgain: true));
        Add(queue, 2);
        Assert.Single(_wakes);
        Add(queue, new byte[64 << 10]);
        Assert.Equal([WakeReason.Collect, WakeReason.CollectMany], _wakes);
        Add(queue, 3, isAwaited: true);
        Assert.Equal([WakeReason.Collect, WakeReason.CollectMany, WakeReason.Write], _wakes);

        // It has come back, and does not say that it will again.
        Assert.Equal(2, Take(queue).Count);
        Add(queue, 4);
        Assert.Equal(4, _wakes.Count);
    }

    [Fact]
    public async Task Commits_of_many_threads_are_all_found_by_a_writer_that_looks_only_when_it_is_woken()
    {
        const int Threads = 3;
        const int Commits = 5000;
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System);
        var found = new List<string>();
        void Wake()
        {
            // Runs on whichever thread wakes: as the writer does, one call after the other.
            lock (found)
            {
                while (queue.TryTake(out var batch))
                {
                    found.AddRange(Text(batch).Split(", "));
                    queue.Return(batch);
                }
            }
        }

        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Commits; i++)
                {
                    queue.TryAdd(Encoding.ASCII.GetBytes($"{thread}-{i}"), [], _waiter, out var wake);
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
    public void Durable_commits_must_wait_and_relaxed_ones_only_while_the_disk_refuses_or_much_is_unwritten()
    {
        Assert.True(new CommitQueue(Durability.Durable, TimeProvider.System).MustWait);
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        Assert.False(queue.MustWait);
        queue.IsHeldUp = true;
        Assert.True(queue.MustWait);
        queue.IsHeldUp = false;
        Assert.False(queue.MustWait);

        var entry = new byte[CommitQueue.BatchBytes];
        for (var i = 0; i < 16; i++)
        {
            Assert.False(queue.MustWait);
            Add(queue, entry);
        }

        Add(queue, 1);
        Assert.True(queue.MustWait);
        Assert.True(queue.TryTake(out _));
        Assert.False(queue.MustWait);
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

        // The batch that is filled was begun before; the next one is the one that came back.
        Add(queue, [.. "3"u8]);
        queue.TryAdd("4"u8, [Created(4)], waiters[2], out _);
        var batches = Take(queue);
        Assert.Same(batch, batches[1]);
        Assert.Equal(["3", "4"], batches.Select(Text));
        Assert.Equal([4L], DocumentIds(batch));
        Assert.Equal(waiters[2..], batch.TakeWaiters());
        Assert.Empty(batch.TakeWaiters());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_who_takes_long_to_hear_of_a_batch_does_not_keep_the_others_waiting(bool isRefused)
    {
        const int Others = 20;
        var patience = TimeSpan.FromMinutes(1);
        var others = new CountdownEvent(Others);
        var slow = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var refusal = isRefused ? new SessionStoreException("path", "refused") : null;
        List<ICommitWaiter> waiters = [new RecordingWaiter(_ => slow.SetResult(others.Wait(patience)))];
        waiters.AddRange(Enumerable.Range(0, Others).Select(_ => new RecordingWaiter(_ => others.Signal())));
        ThreadPool.UnsafeQueueUserWorkItem(new Outcome(waiters, refusal), preferLocal: false);
        Assert.True(await slow.Task);
        Assert.All(waiters.Cast<RecordingWaiter>(), waiter => Assert.Same(refusal, Assert.Single(waiter.Outcomes)));
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
        Assert.False(queue.TryAdd("2"u8, [], waiter: null, out _));
        Assert.False(queue.TryAdd("3"u8, [], _waiter, out _));
        Assert.Equal("1", Assert.Single(Take(queue).Select(batch => Encoding.ASCII.GetString(batch.Entries))));
        Assert.False(queue.TryAdd("4"u8, [], waiter: null, out _));
        Assert.Single(_wakes);
    }

    private void Add(CommitQueue queue, int number, bool isAwaited = false)
    {
        Assert.True(queue.TryAdd(Encoding.ASCII.GetBytes($"{number}"), [Created(number)], isAwaited ? _waiter : null, out var wake));
        Note(wake);
    }

    private void Add(CommitQueue queue, byte[] entry, ICommitWaiter? waiter = null)
    {
        Assert.True(queue.TryAdd(entry, [], waiter, out var wake));
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

    private static List<CommitBatch> Take(CommitQueue queue)
    {
        var batches = new List<CommitBatch>();
        while (queue.TryTake(out var batch))
        {
            batches.Add(batch);
        }

        return batches;
    }

    private static string Text(CommitBatch batch) => Encoding.ASCII.GetString(batch.Entries);

    private static List<long> DocumentIds(CommitBatch batch) => [.. batch.Changes.ToArray().Select(change => change.After!.DocumentId)];
}
