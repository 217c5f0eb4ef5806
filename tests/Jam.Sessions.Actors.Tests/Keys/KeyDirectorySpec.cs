using Akka.Actor;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>Which actor a key's commands go to, from the first one until the key was idle for long, and what a drain finds.</summary>
public sealed class KeyDirectorySpec
{
    private readonly List<RecordingRef> _actors = [];
    private readonly KeyDirectory _keys;

    public KeyDirectorySpec() => _keys = Directory();

    [Fact]
    public void The_actor_of_a_key_is_made_once_and_gets_all_its_commands()
    {
        var (first, second) = (Pass("a"), Pass("a"));
        Assert.Same(first.Key, second.Key);
        Assert.Equal("a", first.Key.Owner);
        Leave(first);
        Leave(second);
        var third = Pass("a");
        Assert.Same(first.Key, third.Key);
        Assert.Equal([first, second, third], Assert.Single(_actors).Messages);
    }

    [Fact]
    public void What_comes_while_the_actor_is_made_or_is_given_early_commands_comes_after_them()
    {
        var keys = new KeyDirectory(100);
        var (told, passed) = (new List<object>(), new List<object>());
        var isTold = false;
        keys.MakeActor = () =>
        {
            passed.Add(Pass("a", keys));
            passed.Add(Pass("a", keys));
            return new RecordingRef("actor", message =>
            {
                told.Add(message);
                if (!isTold)
                {
                    isTold = true;
                    passed.Add(Pass("a", keys));
                }
            });
        };
        var first = Pass("a", keys);
        Assert.Equal([first, .. passed], told);
        Assert.Same(Pass("a", keys), told[^1]);
    }

    [Fact]
    public void A_key_that_was_idle_for_the_timeout_loses_its_actor_and_no_other_key_does()
    {
        Leave(Pass("idle"));
        Pass("busy");
        for (var sweep = 0; sweep < KeyDirectory.SweepsPerTimeout; sweep++)
        {
            Assert.Empty(_keys.Sweep());
        }

        Leave(Pass("late"));
        Assert.Equal([_actors[0]], _keys.Sweep());
        Assert.Empty(_keys.Sweep());
        Assert.Equal(2, _keys.Count);
        Pass("idle");
        Assert.Equal(4, _actors.Count);
    }

    [Fact]
    public void A_key_that_has_a_command_now_and_then_keeps_its_actor()
    {
        for (var sweep = 0; sweep < 100; sweep++)
        {
            Leave(Pass("a"));
            Assert.Empty(_keys.Sweep());
        }

        Assert.Single(_actors);
    }

    [Fact]
    public void Above_so_many_idle_keys_the_longest_idle_gives_its_actor_to_the_next_key_and_busy_ones_keep_theirs()
    {
        // No key may idle: each that comes takes what idles in its stripe.
        var keys = Directory(maxIdleKeys: 0);
        var same = SameStripe().Take(4).ToList();
        var (first, second, third) = (Pass(same[0], keys), Pass(same[1], keys), Pass(same[2], keys));
        var busy = second.Key;
        keys.Leave(third.Key);
        keys.Leave(first.Key);
        var fourth = Pass(same[3], keys);
        Assert.Same(_actors[2], _actors.Single(actor => actor.Messages.Contains(fourth)));
        Assert.Equal(same[3], fourth.Key.Owner);
        Assert.Equal((same[1], 3), (busy.Owner, _actors.Count));

        // The one that is too many loses its actor with the next sweep.
        Assert.Equal([_actors[0]], keys.Sweep());
        Assert.Equal(2, keys.Count);
    }

    [Fact]
    public void A_key_with_a_command_that_has_no_answer_is_busy()
    {
        Assert.False(_keys.IsBusy("a"));
        var (first, _) = (Pass("a"), Pass("a"));
        Assert.True(_keys.IsBusy("a"));
        Assert.Equal(ReleaseResult.OneOfMany, Leave(first));
        Assert.True(_keys.IsBusy("a"));
        Assert.Equal(ReleaseResult.Last, Leave(first));
        Assert.False(_keys.IsBusy("a"));
    }

    [Fact]
    public void The_end_waits_for_the_last_answer_of_a_busy_key_and_lets_nothing_more_in()
    {
        var (first, second) = (Pass("a"), Pass("a"));
        Leave(Pass("b"));
        Assert.Equal(1, _keys.Close());
        Assert.False(TryPass("a"));
        Assert.False(TryPass("b"));
        Assert.False(TryPass("c"));
        Assert.Equal(ReleaseResult.OneOfMany, Leave(first));
        Assert.Equal(ReleaseResult.LastOfDrain, Leave(second));
        Assert.Equal(2, _actors.Count);
    }

    [Fact]
    public void The_end_without_a_drain_names_all_actors_and_one_that_is_being_made_then_is_stopped_by_its_maker()
    {
        Pass("busy");
        Leave(Pass("idle"));
        Assert.Equal(2, _keys.End().Intersect(_actors).Count());
        Assert.False(TryPass("busy"));

        var (late, isStopped) = ((KeyDirectory?)null, false);
        late = new KeyDirectory(100)
        {
            MakeActor = () =>
            {
                Assert.Empty(late!.End());
                return new RecordingRef("late", _ => { }, () => isStopped = true);
            },
        };
        Assert.True(late.TryPass("a", Request("a")));
        Assert.True(isStopped);
    }

    [Fact]
    public void Commands_whose_actor_cannot_be_made_are_refused_and_the_next_one_tries_again()
    {
        var asker = new RecordingRef("asker");
        var makes = 0;
        var actor = new RecordingRef("actor");
        var keys = new KeyDirectory(100) { MakeActor = () => ++makes == 1 ? throw new InvalidOperationException("terminating") : actor };
        Assert.True(keys.TryPass("a", new ToldRequest(new ClearSessions("a"), asker)));
        Assert.IsType<SessionsStoppingException>(Assert.IsType<Status.Failure>(Assert.Single(asker.Messages)).Cause);
        Assert.Equal(0, keys.Count);
        var again = Pass("a", keys);
        Assert.Equal([again], actor.Messages);
    }

    [Theory]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    [InlineData(true, 0)]
    public async Task Every_command_reaches_an_actor_while_that_has_its_key_and_the_end_waits_for_the_last_one(bool isDrain, int maxIdleKeys)
    {
        const int Callers = 4;
        const int Keys = 3;
        for (var round = 0; round < 50; round++)
        {
            var keys = new KeyDirectory(maxIdleKeys);
            var (passed, left, drained) = (0, 0, 0);
            keys.MakeActor = () => new RecordingRef("actor", Answer);
            using var start = new Barrier(Callers + 1);
            var callers = Enumerable.Range(0, Callers).Select(caller => Run(start, () =>
            {
                for (var i = 0; i < 1000 && keys.TryPass($"{(i + caller) % Keys}", Request($"{(i + caller) % Keys}")); i++)
                {
                    Interlocked.Increment(ref passed);
                    if (i % 100 == 0)
                    {
                        keys.Sweep();
                    }
                }

                return 0;
            })).ToList();
            var undrained = await Run(start, () => isDrain ? keys.Close() : 0);
            await Task.WhenAll(callers);
            Assert.Equal(passed, left);
            Assert.Equal(undrained, drained);

            void Answer(object told)
            {
                var request = (Request)told;
                Assert.Equal(((ClearSessions)request.Command).SessionKey, request.Key.Owner);
                Interlocked.Increment(ref left);
                if (keys.Leave(request.Key) == ReleaseResult.LastOfDrain)
                {
                    Interlocked.Increment(ref drained);
                }
            }
        }

        static Task<T> Run<T>(Barrier start, Func<T> action) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return action();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Keys that meet in one stripe.</summary>
    private static IEnumerable<string> SameStripe() => Enumerable.Range(0, int.MaxValue).Select(i => $"{i}").Where(key => (TextHash.Of(key) & 63) == 0);

    private KeyDirectory Directory(int maxIdleKeys = 10_000) => new(maxIdleKeys)
    {
        MakeActor = () =>
        {
            _actors.Add(new RecordingRef($"{_actors.Count}"));
            return _actors[^1];
        },
    };

    private Request Pass(string owner, KeyDirectory? keys = null)
    {
        var request = Request(owner);
        Assert.True((keys ?? _keys).TryPass(owner, request));
        return request;
    }

    private ReleaseResult Leave(Request request) => _keys.Leave(request.Key);

    private bool TryPass(string owner) => _keys.TryPass(owner, Request(owner));

    private static Request Request(string owner) => new ToldRequest(new ClearSessions(owner), new RecordingRef("asker"));
}
