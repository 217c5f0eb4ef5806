using CsCheck;
using Jam.Sessions.Actors.Keys;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>Key actors without a key: the longest idle is taken first, and those that are too many all the time are let go.</summary>
public sealed class IdleActorsSpec
{
    private readonly IdleActors _idle = new();
    private readonly KeySlot[] _actors = [.. Enumerable.Range(0, 4).Select(i => new KeySlot { Owner = $"{i}" })];

    [Fact]
    public void The_one_that_waits_longest_is_taken_first()
    {
        Assert.Null(_idle.Take());
        Add(0, 1, 2);
        Assert.Same(_actors[0], _idle.Take());
        Add(0);
        Assert.Same(_actors[1], _idle.Take());
        Assert.Same(_actors[2], _idle.Take());
        Assert.Same(_actors[0], _idle.Take());
        Assert.Null(_idle.Take());
    }

    [Fact]
    public void Those_that_came_since_the_last_call_are_kept_until_the_next()
    {
        Add(0, 1);
        Assert.Empty(_idle.TakeUnneeded());
        Add(2);
        Assert.Equal([_actors[0], _actors[1]], _idle.TakeUnneeded());
        Assert.Equal([_actors[2]], _idle.TakeUnneeded());
        Assert.Empty(_idle.TakeUnneeded());
        Assert.Null(_idle.Take());
    }

    [Fact]
    public void Those_that_were_needed_are_kept()
    {
        Add(0, 1, 2, 3);
        _idle.TakeUnneeded();
        _idle.Take();
        _idle.Take();
        Add(0, 1);
        Assert.Equal([_actors[2], _actors[3]], _idle.TakeUnneeded());
        Assert.Same(_actors[0], _idle.Take());
        Assert.Same(_actors[1], _idle.Take());
        Assert.Null(_idle.Take());
    }

    [Fact]
    public void If_all_were_needed_at_once_all_are_kept()
    {
        Add(0, 1);
        _idle.TakeUnneeded();
        Assert.NotNull(_idle.Take());
        Assert.NotNull(_idle.Take());
        Assert.Null(_idle.Take());
        Add(0, 1, 2);
        Assert.Empty(_idle.TakeUnneeded());
    }

    [Fact]
    public void As_many_are_unneeded_as_there_always_were() => Gen.Int[0, 9].Array[0, 200].Sample(steps =>
    {
        var idle = new IdleActors();
        var model = new Queue<KeySlot>();
        var unneeded = 0;
        for (var step = 0; step < steps.Length; step++)
        {
            switch (steps[step])
            {
                case < 5:
                    var actor = new KeySlot { Owner = $"{step}" };
                    idle.Add(actor);
                    model.Enqueue(actor);
                    break;
                case < 9:
                    Assert.Same(model.TryDequeue(out var oldest) ? oldest : null, idle.Take());
                    unneeded = Math.Min(unneeded, model.Count);
                    break;
                default:
                    Assert.Equal(Enumerable.Range(0, unneeded).Select(_ => model.Dequeue()).ToList(), idle.TakeUnneeded());
                    unneeded = model.Count;
                    break;
            }
        }
    });

    private void Add(params int[] actors)
    {
        foreach (var actor in actors)
        {
            _idle.Add(_actors[actor]);
        }
    }
}
