using static Jam.Sessions.Actors.Tests.Races.Operation;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>The checker itself: what it must find, and what it must let pass.</summary>
public sealed class LinearizabilitySpec
{
    private readonly List<Operation> _history = [];

    [Fact]
    public void A_serial_history_passes()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 4, Verb.Update, "s1", Done, "b");
        Add(5, 6, Verb.Get, "s1", Found("k", "b"));
        Add(7, 8, Verb.Rework, "s1", "s2");
        Add(9, 10, Verb.Get, "s1", Missing);
        Add(11, 12, Verb.Get, "s2", Found("k", "b"));
        Add(13, 14, Verb.Clear, "k", "1");
        Add(15, 16, Verb.Delete, "s2", Missing);
        Passes();
    }

    [Theory]
    [InlineData(3, "a", true)]
    [InlineData(3, "b", true)]
    [InlineData(7, "a", false)]
    [InlineData(7, "b", true)]
    public void A_read_beside_an_update_gives_either_and_after_it_the_new_data_only(long readAt, string read, bool passes)
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(4, 6, Verb.Update, "s1", Done, "b");
        Add(readAt, readAt + 2, Verb.Get, "s1", Found("k", read));
        Check(passes);
    }

    [Fact]
    public void Two_reads_that_see_an_update_come_and_go_are_found()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 20, Verb.Update, "s1", Done, "b");
        Add(4, 5, Verb.Get, "s1", Found("k", "b"));
        Add(6, 7, Verb.Get, "s1", Found("k", "a"));
        Fails();
    }

    [Fact]
    public void Two_reworks_of_one_id_that_both_win_are_found()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 10, Verb.Rework, "s1", "s2");
        Add(4, 9, Verb.Rework, "s1", "s3");
        Fails();
    }

    [Fact]
    public void Of_two_reworks_of_one_id_one_may_win()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 10, Verb.Rework, "s1", "s2");
        Add(4, 9, Verb.Rework, "s1", Missing);
        Passes();
    }

    [Fact]
    public void A_rework_with_an_instant_at_which_neither_id_is_there_is_found()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 20, Verb.Rework, "s1", "s2");
        Add(4, 5, Verb.Get, "s1", Missing);
        Add(6, 7, Verb.Get, "s2", Missing);
        Fails();
    }

    [Fact]
    public void A_session_revived_by_an_update_that_came_after_its_delete_is_found()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 20, Verb.Update, "s1", Done, "b");
        Add(4, 5, Verb.Delete, "s1", Done);
        Add(21, 22, Verb.Get, "s1", Found("k", "b"));
        Fails();
    }

    [Fact]
    public void Half_a_clear_is_found()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 4, Verb.Create, "k", "s2", "b");
        Add(5, 20, Verb.Clear, "k", "2");
        Add(6, 7, Verb.Get, "s1", Missing);
        Add(8, 9, Verb.Get, "s2", Found("k", "b"));
        Fails();
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("2", true)]
    [InlineData("3", false)]
    [InlineData("0", false)]
    public void A_clear_beside_a_create_counts_it_or_does_not(string count, bool passes)
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 10, Verb.Create, "k", "s2", "b");
        Add(4, 9, Verb.Clear, "k", count);
        Check(passes);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", true)]
    [InlineData("b", "b", true)]
    [InlineData("b", "a", false)]
    public void An_update_without_an_answer_happens_once_or_never(string first, string second, bool passes)
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, Never, Verb.Update, "s1", null, "b");
        Add(4, 5, Verb.Get, "s1", Found("k", first));
        Add(100, 101, Verb.Get, "s1", Found("k", second));
        Check(passes);
    }

    [Fact]
    public void A_session_that_was_read_before_the_create_without_an_answer_began_is_found()
    {
        Add(1, 2, Verb.Get, "s1", Found("k", "a"));
        Add(3, Never, Verb.Create, "k", null, "a");
        Fails();
    }

    [Fact]
    public void What_follows_from_a_create_and_a_rework_without_answers_passes()
    {
        Add(1, Never, Verb.Create, "k", null, "a");
        Add(2, Never, Verb.Update, "s1", null, "b");
        Add(3, Never, Verb.Rework, "s1", null);
        Add(4, 5, Verb.Get, "s1", Missing);
        Add(6, 7, Verb.Get, "s2", Found("k", "b"));
        Add(8, 9, Verb.Clear, "k", "1");
        Passes();
    }

    [Fact]
    public void One_create_without_an_answer_explains_one_session_and_no_second()
    {
        Add(1, Never, Verb.Create, "k", null, "a");
        Add(2, 3, Verb.Get, "s1", Found("k", "a"));
        Add(4, 5, Verb.Clear, "k", "2");
        Fails();
    }

    [Fact]
    public void A_history_falls_into_one_part_for_each_key()
    {
        Add(1, 2, Verb.Create, "k", "s1", "a");
        Add(3, 4, Verb.Create, "l", "s2", "b");
        Add(5, 6, Verb.Rework, "s1", "s3");
        Add(7, 8, Verb.Update, "s3", Done, "c");
        Add(9, 10, Verb.Get, "s2", Found("l", "b"));
        Add(11, 12, Verb.Get, "s9", Missing);
        Assert.Equal([3, 2, 1], HistoryParts.Of(_history).Select(part => part.Count));
    }

    private void Add(long begin, long end, Verb verb, string target, string? answer, string? data = null) =>
        _history.Add(new Operation(_history.Count, verb, target, data, begin, end, answer));

    private void Passes() => Assert.Null(Linearizability.Violation(_history));

    private void Fails() => Assert.NotNull(Linearizability.Violation(_history));

    private void Check(bool passes) => Assert.Equal(passes, Linearizability.Violation(_history) is null);
}
