using Jam.Sessions.Actors.Index;

namespace Jam.Sessions.Actors.Tests.Index;

/// <summary>Why sessions are gone, in bounded memory.</summary>
public sealed class RecentEndsSpec
{
    [Fact]
    public void An_end_is_remembered_and_the_last_one_of_an_id_counts()
    {
        var ends = new RecentEnds(1000);
        Assert.Equal(SessionEndReason.Unknown, ends.Find("a"));
        ends.Add("a", SessionEndReason.Idle);
        ends.Add("b", SessionEndReason.Reworked);
        ends.Add("a", SessionEndReason.Cleared);
        ends.Add("b", SessionEndReason.Unknown);
        Assert.Equal((SessionEndReason.Cleared, SessionEndReason.Reworked, SessionEndReason.Unknown), (ends.Find("a"), ends.Find("b"), ends.Find("c")));
    }

    [Fact]
    public void The_latest_ends_are_remembered_and_older_ones_make_room()
    {
        var ends = new RecentEnds(1024);
        for (var i = 0; i < 100_000; i++)
        {
            ends.Add($"id{i}", SessionEndReason.Deleted);
            Assert.Equal(SessionEndReason.Deleted, ends.Find($"id{i}"));
        }

        var remembered = Enumerable.Range(0, 100_000).Count(i => ends.Find($"id{i}") == SessionEndReason.Deleted);
        Assert.Equal(1024, remembered);
        Assert.All(Enumerable.Range(99_900, 100), i => Assert.Equal(SessionEndReason.Deleted, ends.Find($"id{i}")));
    }

    [Fact]
    public void Without_room_nothing_is_remembered()
    {
        var ends = new RecentEnds(0);
        ends.Add("a", SessionEndReason.Idle);
        Assert.Equal(SessionEndReason.Unknown, ends.Find("a"));
    }
}
