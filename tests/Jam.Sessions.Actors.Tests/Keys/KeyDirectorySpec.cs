using Akka.Actor;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>Which actor a key's commands go to, from the first one to the last answer, and what a drain finds.</summary>
public sealed class KeyDirectorySpec
{
    private readonly KeyDirectory _keys = new();
    private readonly RecordingRef _manager = new("manager");
    private readonly RecordingRef _actor = new("actor");
    private readonly RecordingRef _other = new("other");

    [Fact]
    public void The_first_command_waits_for_the_actor_that_the_manager_is_asked_for_once()
    {
        var (first, second) = (Pass("a"), Pass("a"));
        var spawn = Assert.IsType<Spawn>(Assert.Single(_manager.Messages));
        Assert.Same(first.Key, spawn.Key);
        Assert.Same(first.Key, second.Key);
        Assert.Equal("a", spawn.Key.Owner);

        _keys.Start(spawn.Key, _actor);
        var third = Pass("a");
        Assert.Equal([first, second, third], _actor.Messages);
        Assert.Single(_manager.Messages);
    }

    [Fact]
    public void What_comes_while_early_commands_are_handed_over_comes_after_them()
    {
        Request? late = null;
        var requests = new List<object>();
        var actor = new RecordingRef("actor", told =>
        {
            requests.Add(told);
            late ??= Pass("a");
        });
        var (first, second) = (Pass("a"), Pass("a"));
        _keys.Start(first.Key, actor);
        Assert.Equal([first, second, late!], requests);
        Assert.Equal(Pass("a"), actor.Messages[^1]);
    }

    [Fact]
    public void With_the_last_answer_a_key_is_over_and_its_actor_takes_the_next_one()
    {
        Start("a");
        for (var i = 0; i < 1000; i++)
        {
            var owner = LastTold(_actor).Key.Owner;
            Assert.True(_keys.Contains(owner));
            Assert.Equal(ReleaseResult.Last, _keys.Leave(LastTold(_actor).Key));
            Assert.False(_keys.Contains(owner));

            var request = Pass($"{i % 3}");
            Assert.Same(request, LastTold(_actor));
            Assert.Equal($"{i % 3}", request.Key.Owner);
        }

        Assert.Single(_manager.Messages);
    }

    [Fact]
    public void A_key_with_a_command_that_has_no_answer_keeps_its_actor()
    {
        var key = Start("a");
        Pass("a");
        Assert.Equal(ReleaseResult.OneOfMany, _keys.Leave(key));
        Assert.True(_keys.Contains("a"));
        var third = Pass("a");
        Assert.Same(third, LastTold(_actor));
        Assert.Equal(ReleaseResult.OneOfMany, _keys.Leave(key));

        Pass("b");
        Assert.Equal(["a", "b"], _manager.Messages.Select(spawn => ((Spawn)spawn).Key.Owner));
        Assert.Equal(ReleaseResult.Last, _keys.Leave(key));
    }

    [Fact]
    public void A_key_that_is_over_begins_anew_with_whichever_actor_is_idle()
    {
        var (a, b) = (Start("a"), Start("b", _other));
        _keys.Leave(b);
        _keys.Leave(a);
        Assert.Same(Pass("a"), LastTold(_other));
        Assert.Same(Pass("b"), LastTold(_actor));
        Assert.Equal(("b", "a"), (a.Owner, b.Owner));
        Assert.Equal(2, _manager.Messages.Count);
    }

    [Fact]
    public void An_actor_that_was_not_needed_is_given_up_and_one_that_has_a_key_is_not()
    {
        var (a, b) = (Start("a"), Start("b", _other));
        _keys.Leave(a);
        Assert.Empty(_keys.TakeUnneeded());
        Assert.Equal([_actor], _keys.TakeUnneeded());
        Assert.Empty(_keys.TakeUnneeded());
        Pass("c");
        Assert.Equal(3, _manager.Messages.Count);
        Assert.Same(b, Pass("b").Key);
    }

    [Fact]
    public void The_end_waits_for_the_last_answer_of_a_busy_key_and_lets_nothing_more_in()
    {
        var key = Start("a");
        Pass("a");
        Assert.Equal(1, _keys.Close());
        Assert.False(TryPass("a"));
        Assert.Equal(ReleaseResult.OneOfMany, _keys.Leave(key));
        Assert.False(TryPass("a"));
        Assert.Equal(ReleaseResult.LastOfDrain, _keys.Leave(key));
        Assert.False(TryPass("a"));
        Assert.Equal(2, _actor.Messages.Count);
    }

    [Fact]
    public void The_end_does_not_wait_for_a_key_that_is_over_and_its_actor_serves_nobody_any_more()
    {
        _keys.Leave(Start("a"));
        Assert.Equal(0, _keys.Close());
        Assert.False(TryPass("a"));
        Assert.False(TryPass("b"));
        Assert.Single(_actor.Messages);
        Assert.Single(_manager.Messages);
    }

    [Fact]
    public void The_end_does_not_wait_for_a_key_without_an_actor_whose_commands_the_manager_gets()
    {
        var (first, second) = (Pass("a"), Pass("a"));
        Assert.Equal(0, _keys.Close());
        Assert.False(TryPass("a"));
        _keys.Start(((Spawn)_manager.Messages[0]).Key, _manager);
        Assert.Equal([first, second], _manager.Messages.Skip(1));
    }

    [Fact]
    public void Commands_whose_actor_is_never_made_are_refused_and_those_that_have_one_are_left_to_it()
    {
        var askers = Enumerable.Range(0, 3).Select(i => new RecordingRef($"{i}")).ToList();
        Start("a");
        Assert.True(_keys.TryPass("a", new ToldRequest(new ClearSessions("a"), askers[0]), _manager));
        Assert.True(_keys.TryPass("b", new ToldRequest(new ClearSessions("b"), askers[1]), _manager));
        Assert.True(_keys.TryPass("b", new ToldRequest(new ClearSessions("b"), askers[2]), _manager));
        _keys.Close();
        _keys.RejectKept(_manager);
        _keys.RejectKept(_manager);
        Assert.Empty(askers[0].Messages);
        Assert.All(askers.Skip(1), asker => Assert.IsType<SessionsStoppingException>(Assert.IsType<Status.Failure>(Assert.Single(asker.Messages)).Cause));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_command_reaches_an_actor_while_that_has_its_key_and_the_end_waits_for_the_last_one(bool isDrain)
    {
        const int Callers = 4;
        const int Keys = 3;
        for (var round = 0; round < 50; round++)
        {
            var keys = new KeyDirectory();
            var (passed, left, drained) = (0, 0, 0);
            var actors = new Stack<RecordingRef>(Enumerable.Range(0, Keys).Select(_ => new RecordingRef("actor", Answer)));

            // As many actors as keys, and all of them idle: none has to be made during the race.
            var spawned = new List<KeySlot>();
            var manager = new RecordingRef("manager", spawn => spawned.Add(((Spawn)spawn).Key));
            Enumerable.Range(0, Keys).ToList().ForEach(key => keys.TryPass($"{key}", Request($"{key}"), manager));
            spawned.ForEach(key => keys.Start(key, actors.Pop()));

            left = 0;
            using var start = new Barrier(Callers + 1);
            var callers = Enumerable.Range(0, Callers).Select(caller => Run(start, () =>
            {
                for (var i = 0; i < 1000 && keys.TryPass($"{(i + caller) % Keys}", Request($"{(i + caller) % Keys}"), manager); i++)
                {
                    Interlocked.Increment(ref passed);
                }

                return 0;
            })).ToList();
            var undrained = await Run(start, () => isDrain ? keys.Close() : 0);
            await Task.WhenAll(callers);
            Assert.Equal(passed, left);
            Assert.Equal(undrained, drained);
            Assert.Equal(Keys, spawned.Count);

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

    private KeySlot Start(string owner, RecordingRef? actor = null)
    {
        var key = Pass(owner).Key;
        if (_manager.Messages is [.., Spawn spawn] && spawn.Key == key)
        {
            _keys.Start(key, actor ?? _actor);
        }

        return key;
    }

    private Request Pass(string owner)
    {
        var request = Request(owner);
        Assert.True(_keys.TryPass(owner, request, _manager));
        return request;
    }

    private bool TryPass(string owner) => _keys.TryPass(owner, Request(owner), _manager);

    private static Request LastTold(RecordingRef actor) => (Request)actor.Messages[^1];

    private static Request Request(string owner) => new ToldRequest(new ClearSessions(owner), new RecordingRef("asker"));
}
