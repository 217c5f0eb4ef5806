using System.Text;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>The hand-over under a scheduler that stops threads between any two steps: what was acknowledged before is never written later.</summary>
public sealed class InterleavedHandOverSpec
{
    private const int Seeds = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_was_acknowledged_before_another_change_began_is_in_no_later_cut_than_that_one(int lanes)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (random, outcomes) = (new Random(seed), new Dictionary<string, (int Begun, int Acknowledged)>());
            var threads = new SteppedThreads(random);
            var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System, lanes, threads);
            var cuts = new List<List<string>>();
            var added = 0;
            threads.Run(
                [
                    () => Cut(() => added < 12),
                    .. Enumerable.Range(0, 3).Select(thread => (Action)(() =>
                    {
                        for (var i = 0; i < 4; i++)
                        {
                            var begun = threads.Now;
                            Assert.True(queue.TryAdd((thread * 7) + i, Encoding.ASCII.GetBytes($"{thread}-{i}"), [], waiter: null, out _));
                            outcomes.Add($"{thread}-{i}", (begun, threads.Now));
                            added++;
                            threads.Pause();
                        }
                    })),
                ]);

            Assert.Equal(outcomes.Keys.Order(), cuts.SelectMany(cut => cut).Order());
            var cutOf = cuts.SelectMany((cut, number) => cut.Select(entry => (entry, number))).ToDictionary(at => at.entry, at => at.number);
            foreach (var (first, (_, acknowledged)) in outcomes)
            {
                foreach (var (second, (begun, _)) in outcomes)
                {
                    // Within one cut they stand in that order, too.
                    if (acknowledged <= begun && first != second)
                    {
                        Assert.True(
                            cutOf[first] < cutOf[second] || (cutOf[first] == cutOf[second] && cuts[cutOf[first]].IndexOf(first) < cuts[cutOf[first]].IndexOf(second)),
                            $"seed {seed}: {first} was acknowledged before {second} began, and is in cut {cutOf[first]}, the other in {cutOf[second]}");
                    }
                }
            }

            void Cut(Func<bool> isMore)
            {
                var batches = new Queue<CommitBatch>();
                for (var isLast = false; !isLast;)
                {
                    isLast = !isMore();
                    queue.Take(batches);
                    cuts.Add([.. batches.SelectMany(batch => Encoding.ASCII.GetString(batch.Entries).Split(", "))]);
                    batches.Clear();
                    threads.Pause();
                }
            }
        }
    }

    [Fact]
    public void Whoever_comes_while_the_writer_finds_nothing_is_found_by_it_or_wakes_it()
    {
        for (var seed = 0; seed < 3 * Seeds; seed++)
        {
            var random = new Random(seed);
            var threads = new SteppedThreads(random);
            var queue = new CommitQueue(Durability.Durable, TimeProvider.System, lanes: 4, threads);
            var (wakes, found, isOver) = (0, 0, 0);
            threads.Run(
                [
                    () =>
                    {
                        // As the writer does: asleep until it is woken, then at work until there is nothing more.
                        while (isOver < 3 || wakes > 0)
                        {
                            if (wakes == 0)
                            {
                                threads.Pause();
                                continue;
                            }

                            wakes--;
                            do
                            {
                                var batches = new Queue<CommitBatch>();
                                queue.Take(batches);
                                found += batches.Sum(batch => batch.TakeWaiters().Count);
                            }
                            while (queue.Look(taken: 0) != WakeReason.None);
                        }
                    },
                    .. Enumerable.Range(0, 3).Select(thread => (Action)(() =>
                    {
                        for (var delay = random.Next(30); delay > 0; delay--)
                        {
                            threads.Pause();
                        }

                        // One each: whoever comes later would wake the writer for those who were forgotten.
                        queue.TryAdd(thread, "1"u8, [], new RecordingWaiter(), out var wake);
                        wakes += wake == WakeReason.None ? 0 : 1;
                        isOver++;
                    })),
                ]);
            Assert.True(found == 3, $"seed {seed}: {found} of 3 were found");
        }
    }

    [Fact]
    public async Task A_hand_over_that_is_held_up_in_its_lane_delays_no_other_lane()
    {
        var (isHeld, goOn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new ManualResetEventSlim());
        var queue = new CommitQueue(Durability.Durable, TimeProvider.System, lanes: 2, new HeldUp(isHeld, goOn));
        var held = Task.Run(() => queue.TryAdd(0, "0"u8, [], new RecordingWaiter(), out _));
        await isHeld.Task;
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(queue.TryAdd(1, "1"u8, [], new RecordingWaiter(), out _));
        }

        Assert.False(held.IsCompleted);
        goOn.Set();
        Assert.True(await held);
        var batches = new Queue<CommitBatch>();
        queue.Take(batches);
        Assert.Equal(1001, Assert.Single(batches).TakeWaiters().Count);
    }

    /// <summary>The first who has a lock keeps it until it is told to go on.</summary>
    private sealed class HeldUp(TaskCompletionSource isHeld, ManualResetEventSlim goOn) : HandOverSteps
    {
        public override void Locked(Lane lane)
        {
            if (isHeld.TrySetResult())
            {
                goOn.Wait();
            }
        }
    }
}
