using Jam.Sessions.Actors.Engine;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Engine;

/// <summary>Which actor a key's commands go to, from the first one to the last answer, and what a drain finds.</summary>
public sealed class LiveKeysSpec
{
    private readonly LiveKeys _keys = new();
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

        spawn.Key.Start(_actor);
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
        first.Key.Start(actor);
        Assert.Equal([first, second, late!], requests);
        Assert.Equal(Pass("a"), actor.Messages[^1]);
    }

    [Fact]
    public void With_the_last_answer_a_key_is_over_and_its_actor_takes_the_next_one()
    {
        Start("a");
        for (var i = 0; i < 1000; i++)
        {
            var before = LastTold(_actor).Key;
            Assert.True(_keys.Contains(before.Owner));
            Assert.Equal(Departure.Last, before.Leave());
            Assert.True(before.IsFree);
            _keys.Release(before, _actor);
            Assert.False(_keys.Contains(before.Owner));

            var request = Pass($"{i % 3}");
            Assert.Same(request, LastTold(_actor));
            Assert.NotSame(before, request.Key);
            Assert.False(request.Key.IsFree);
        }

        Assert.Single(_manager.Messages);
    }

    [Fact]
    public void A_key_with_a_command_that_has_no_answer_keeps_its_actor()
    {
        var key = Start("a");
        Pass("a");
        Assert.Equal(Departure.OneOfMany, key.Leave());
        Assert.False(key.IsFree);
        var third = Pass("a");
        Assert.Same(third, LastTold(_actor));
        Assert.Equal(Departure.OneOfMany, key.Leave());

        Pass("b");
        Assert.Equal(["a", "b"], _manager.Messages.Select(spawn => ((Spawn)spawn).Key.Owner));
        Assert.Equal(Departure.Last, key.Leave());
    }

    [Fact]
    public void Who_finds_a_key_that_is_over_begins_a_new_one_and_the_old_one_does_not_end_it()
    {
        var over = Start("a");
        Assert.Equal(Departure.Last, over.Leave());
        var request = Pass("a");
        Assert.NotSame(over, request.Key);
        Assert.Equal(2, _manager.Messages.Count);
        request.Key.Start(_other);

        _keys.Release(over, _actor);
        Assert.True(_keys.Contains("a"));
        Assert.Same(request.Key, Pass("a").Key);
        Assert.Same(_actor, Idle());
    }

    [Fact]
    public void An_actor_that_was_not_needed_is_given_up_and_one_that_has_a_key_is_not()
    {
        var (a, b) = (Start("a"), Start("b", _other));
        a.Leave();
        _keys.Release(a, _actor);
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
        Assert.Equal(Departure.OneOfMany, key.Leave());
        Assert.False(TryPass("a"));
        Assert.Equal(Departure.LastOfDrain, key.Leave());
        Assert.False(TryPass("a"));
        Assert.False(key.IsFree);
        Assert.Equal(2, _actor.Messages.Count);
    }

    [Fact]
    public void The_end_does_not_wait_for_a_key_that_is_over()
    {
        var over = Start("a");
        over.Leave();
        Assert.Equal(0, _keys.Close());
        Assert.True(over.IsFree);
        _keys.Release(over, _actor);

        // Its actor serves nobody any more: whoever still comes is for the manager to refuse.
        var late = Pass("a");
        Assert.Same(late.Key, ((Spawn)_manager.Messages[^1]).Key);
        Assert.Single(_actor.Messages);
    }

    [Fact]
    public void The_end_does_not_wait_for_a_key_without_an_actor_whose_commands_the_manager_gets()
    {
        var (first, second) = (Pass("a"), Pass("a"));
        Assert.Equal(0, _keys.Close());
        Assert.False(TryPass("a"));
        ((Spawn)_manager.Messages[0]).Key.Start(_manager);
        Assert.Equal([first, second], _manager.Messages.Skip(1));
    }

    [Fact]
    public void A_command_that_entered_before_the_end_and_is_sent_after_it_reaches_the_manager_even_where_an_actor_is_idle()
    {
        var idle = new IdleActors();
        idle.Add(_actor);
        var key = new LiveKey("a");
        Assert.True(key.TryEnter());
        Assert.False(key.Close());
        var request = Request("a");
        key.Send(request, idle, _manager);
        key.Start(_manager);
        Assert.Equal(["Spawn", "Request"], _manager.Messages.Select(message => message.GetType().Name));
        Assert.Same(request, _manager.Messages[^1]);
        Assert.Empty(_actor.Messages);
        Assert.Same(_actor, idle.Take());
    }

    [Fact]
    public void A_key_is_closed_once()
    {
        var key = Start("a");
        Assert.True(key.Close());
        Assert.False(key.Close());
        Assert.Equal(Departure.LastOfDrain, key.Leave());

        var fresh = new LiveKey("b");
        Assert.False(fresh.Close());
        Assert.False(fresh.TryEnter());
        Assert.False(fresh.IsFree);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_enters_while_answers_leave_is_left_for_and_after_the_last_nobody_enters(bool isDrain)
    {
        const int Callers = 3;
        for (var round = 0; round < 200; round++)
        {
            var key = Start("a");
            var entered = 1;
            using var start = new Barrier(Callers + 2);
            var callers = Enumerable.Range(0, Callers).Select(_ => Run(start, () =>
            {
                for (var i = 0; i < 1000 && key.TryEnter(); i++)
                {
                    Interlocked.Increment(ref entered);
                }

                return 0;
            })).ToList();
            var closing = Run(start, () => isDrain && key.Close());
            var (left, departure) = await Run(start, () =>
            {
                for (var left = 1; ; left++)
                {
                    SpinWait.SpinUntil(() => Volatile.Read(ref entered) >= left);
                    if (key.Leave() is var departure and not Departure.OneOfMany)
                    {
                        return (left, departure);
                    }
                }
            });

            await Task.WhenAll(callers);
            Assert.Equal(await closing ? Departure.LastOfDrain : Departure.Last, departure);
            Assert.Equal(entered, left);
            Assert.False(key.TryEnter());
            _keys.Release(key, _actor);
        }

        static Task<T> Run<T>(Barrier start, Func<T> action) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return action();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private LiveKey Start(string owner, RecordingRef? actor = null)
    {
        var key = Pass(owner).Key;
        if (_manager.Messages is [.., Spawn spawn] && spawn.Key == key)
        {
            key.Start(actor ?? _actor);
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

    /// <summary>The actor that gets a new key.</summary>
    private RecordingRef? Idle()
    {
        var request = Pass("new");
        return new[] { _actor, _other }.SingleOrDefault(actor => actor.Messages is [.., var last] && last == request);
    }

    private static Request LastTold(RecordingRef actor) => (Request)actor.Messages[^1];

    private static Request Request(string owner) => new(new ClearSessions(owner), new RecordingRef("asker"));
}
