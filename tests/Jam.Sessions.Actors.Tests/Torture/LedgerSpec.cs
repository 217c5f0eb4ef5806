using Jam.Sessions.Actors.Torture;

namespace Jam.Sessions.Actors.Tests.Torture;

/// <summary>The checker of the torture program finds what it is there to find, and nothing else.</summary>
public sealed class LedgerSpec
{
    private Ledger _ledger = new(SecretMode.Plain);
    private long _operation;

    private static StoredSession Stored(string id, long number, int version, string key = "k") =>
        new(id, key, number, version, Payload.Text(number, key, version));

    private static string Digest(string id) => SecretMode.Hashed.StoredIdOf(id);

    private void Tell(string line) => _ledger.Read(Report.Parse($"{line} .")!);

    private long Begin(string verb, long number, string key, int version)
    {
        Tell($"> {++_operation} {verb} {number} {key} {version}");
        return _operation;
    }

    private void Done(string verb, long number, string key, int version, string answer) => Tell($"< {Begin(verb, number, key, version)} {answer}");

    private void AssertFinds(int lost, int halfApplied, int revived, params StoredSession[] stored)
    {
        var verdict = _ledger.Check(stored);
        Assert.True(
            (lost, halfApplied, revived) == (verdict.Lost.Count, verdict.HalfApplied.Count, verdict.Revived.Count), string.Join("\n", verdict.Findings));
    }

    [Fact]
    public void What_was_acknowledged_and_is_there_is_fine()
    {
        Done("create", 1, "k", 1, "a");
        Done("update", 1, "-", 2, "-");
        Done("rework", 1, "-", 2, "b");
        Done("create", 2, "k", 1, "c");
        Done("delete", 2, "-", 1, "-");
        AssertFinds(0, 0, 0, Stored("b", 1, 2));
        AssertFinds(0, 0, 0, Stored("b", 1, 2));
    }

    [Fact]
    public void An_acknowledged_create_that_is_gone_is_lost()
    {
        Done("create", 1, "k", 1, "a");
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void An_older_version_than_acknowledged_is_lost()
    {
        Done("create", 1, "k", 1, "a");
        Done("update", 1, "-", 2, "-");
        AssertFinds(1, 0, 0, Stored("a", 1, 1));
    }

    [Fact]
    public void What_a_check_found_must_stay()
    {
        Begin("create", 1, "k", 1);
        AssertFinds(0, 0, 0, Stored("a", 1, 1));
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void A_session_that_its_writer_does_not_find_is_lost()
    {
        Done("create", 1, "k", 1, "a");
        Tell($"? {Begin("update", 1, "-", 2)} -");
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void An_operation_that_failed_is_lost()
    {
        Tell($"# {Begin("create", 1, "k", 1)} IOException");
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void A_clear_that_counts_too_few_lost_one()
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Done("clear", 0, "k", 0, "1");
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void A_refused_operation_that_happened_is_found()
    {
        Done("create", 1, "k", 1, "a");
        Tell($"! {Begin("delete", 1, "-", 1)} -");
        AssertFinds(1, 0, 0);
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("a", 2)]
    public void An_update_that_was_cut_off_has_happened_or_not(string id, int version)
    {
        Done("create", 1, "k", 1, "a");
        Begin("update", 1, "-", 2);
        AssertFinds(0, 0, 0, Stored(id, 1, version));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void A_rework_that_was_cut_off_has_happened_or_not(string id)
    {
        Done("create", 1, "k", 1, "a");
        Begin("rework", 1, "-", 1);
        AssertFinds(0, 0, 0, Stored(id, 1, 1));
    }

    [Fact]
    public void A_rework_that_left_neither_id_or_both_is_half_applied()
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Begin("rework", 1, "-", 1);
        Begin("rework", 2, "-", 1);
        AssertFinds(0, 2, 0, Stored("b", 2, 1), Stored("c", 2, 1));
    }

    [Fact]
    public void An_id_or_a_version_or_a_key_that_nobody_wrote_is_half_applied()
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Done("create", 3, "k", 1, "c");
        AssertFinds(0, 3, 0, Stored("x", 1, 1), Stored("b", 2, 2), Stored("c", 3, 1, "other"));
    }

    [Fact]
    public void Data_that_nobody_wrote_is_half_applied()
    {
        Done("create", 1, "k", 1, "a");
        AssertFinds(0, 1, 0, Stored("a", 1, 1) with { Text = """{"number": 1, "version": 1}""" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_clear_that_was_cut_off_took_all_or_none(bool all)
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Begin("clear", 0, "k", 0);
        AssertFinds(0, 0, 0, all ? [] : [Stored("a", 1, 1), Stored("b", 2, 1)]);
    }

    [Fact]
    public void A_clear_that_took_some_is_half_applied()
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Begin("clear", 0, "k", 0);
        AssertFinds(0, 1, 0, Stored("b", 2, 1));
    }

    [Fact]
    public void A_clear_that_a_writer_has_seen_took_all()
    {
        Done("create", 1, "k", 1, "a");
        Done("create", 2, "k", 1, "b");
        Begin("clear", 0, "k", 0);
        Tell($"? {Begin("update", 1, "-", 2)} -");
        AssertFinds(0, 1, 0, Stored("b", 2, 1));
    }

    [Fact]
    public void A_create_beside_a_clear_may_be_gone_or_not()
    {
        var create = Begin("create", 1, "k", 1);
        var clear = Begin("clear", 0, "k", 0);
        Done("create", 2, "k", 1, "b");
        Tell($"< {clear} 1");
        Tell($"< {create} a");
        AssertFinds(0, 0, 0, Stored("b", 2, 1));
    }

    [Fact]
    public void A_session_that_lived_after_a_clear_is_lost_if_it_is_gone()
    {
        var clear = Begin("clear", 0, "k", 0);
        Done("create", 1, "k", 1, "a");
        Tell($"< {clear} 0");
        Done("update", 1, "-", 2, "-");
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void What_was_deleted_and_is_there_is_revived()
    {
        Done("create", 1, "k", 1, "a");
        Done("delete", 1, "-", 1, "-");
        Assert.Contains("a", _ledger.DeadThisRun);
        AssertFinds(0, 0, 2, Stored("a", 1, 1));
    }

    [Fact]
    public void What_was_cleared_and_is_there_is_revived()
    {
        Done("create", 1, "k", 1, "a");
        Done("clear", 0, "k", 0, "1");
        AssertFinds(0, 0, 2, Stored("a", 1, 1));
    }

    [Fact]
    public void An_update_that_was_acknowledged_after_a_clear_revives()
    {
        Done("create", 1, "k", 1, "a");
        var before = Begin("update", 1, "-", 2);
        Done("clear", 0, "k", 0, "1");
        Tell($"< {before} -");
        AssertFinds(0, 0, 0);

        Done("create", 2, "k", 1, "b");
        Done("clear", 0, "k", 0, "1");
        Done("update", 2, "-", 2, "-");
        AssertFinds(0, 0, 1);
    }

    [Fact]
    public void The_old_id_of_a_rework_is_revived_if_it_is_there()
    {
        Done("create", 1, "k", 1, "a");
        Done("rework", 1, "-", 1, "b");
        AssertFinds(0, 0, 1, Stored("a", 1, 1));
    }

    [Fact]
    public void What_nobody_created_is_revived()
    {
        AssertFinds(0, 0, 1, Stored("a", 1, 1));
    }

    [Fact]
    public void An_id_that_was_issued_before_is_found()
    {
        Done("create", 1, "k", 1, "a");
        Done("delete", 1, "-", 1, "-");
        Done("create", 2, "k", 1, "a");
        AssertFinds(0, 0, 2, Stored("a", 2, 1));
    }

    [Fact]
    public void Where_ids_are_hashed_the_file_is_compared_by_digests()
    {
        _ledger = new Ledger(SecretMode.Hashed);
        Done("create", 1, "k", 1, "a");
        Done("rework", 1, "-", 1, "b");
        Done("create", 2, "k", 1, "c");
        Assert.Equal(["b", "c"], _ledger.Alive.Select(session => session.Id));
        AssertFinds(0, 1, 1, Stored("c", 2, 1), Stored(Digest("a"), 1, 1));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("rework")]
    public void A_session_whose_id_no_client_ever_heard_must_stay_and_nobody_goes_on_with_it(string verb)
    {
        _ledger = new Ledger(SecretMode.Hashed);
        if (verb == "rework")
        {
            Done("create", 1, "k", 1, "a");
        }

        Begin(verb, 1, "k", 1);
        AssertFinds(0, 0, 0, Stored(Digest("unheard"), 1, 1));
        Assert.Equal(verb == "rework" ? ["a"] : [], _ledger.DeadThisRun);
        Assert.Empty(_ledger.Alive);
        Assert.Empty(_ledger.Predecessors);
        AssertFinds(1, 0, 0);
    }

    [Fact]
    public void With_a_grace_the_id_before_a_rework_works_until_the_next_one()
    {
        _ledger = new Ledger(SecretMode.WithGrace);
        Done("create", 1, "k", 1, "a");
        Done("rework", 1, "-", 1, "b");
        Assert.Equal([("a", Digest("b"))], _ledger.Predecessors);
        Assert.Empty(_ledger.DeadThisRun);
        Done("rework", 1, "-", 1, "c");
        Assert.Equal([("b", Digest("c"))], _ledger.Predecessors);
        Assert.Equal(["a"], _ledger.DeadThisRun);
        Done("delete", 1, "-", 1, "-");
        Assert.Equal(["a", "c", "b"], _ledger.DeadThisRun);
        Assert.Empty(_ledger.Predecessors);
    }

    [Theory]
    [InlineData("b", 0)]
    [InlineData("another", 1)]
    public void With_a_grace_a_client_whose_answer_was_cut_off_reworks_again_and_must_be_given_the_same_id(string answer, int halfApplied)
    {
        _ledger = new Ledger(SecretMode.WithGrace);
        Done("create", 1, "k", 1, "a");
        Begin("rework", 1, "-", 1);
        AssertFinds(0, 0, 0, Stored(Digest("b"), 1, 1));
        Assert.Equal(["a"], _ledger.Alive.Select(session => session.Id));
        Assert.Equal((1, 0), _ledger.Reworks);

        // Cut off once more, it changes nothing.
        Begin("rework", 1, "-", 1);
        AssertFinds(0, 0, 0, Stored(Digest("b"), 1, 1));
        Done("rework", 1, "-", 1, answer);
        AssertFinds(0, halfApplied, 0, Stored(Digest("b"), 1, 1));
        Assert.Equal((1, 1), _ledger.Reworks);
        Assert.Equal([("a", Digest("b"))], _ledger.Predecessors);
        Assert.Equal([answer], _ledger.Alive.Select(session => session.Id));
    }

    [Fact]
    public void With_a_grace_a_second_session_from_the_same_rework_is_half_applied()
    {
        _ledger = new Ledger(SecretMode.WithGrace);
        Done("create", 1, "k", 1, "a");
        Begin("rework", 1, "-", 1);
        AssertFinds(0, 0, 0, Stored(Digest("b"), 1, 1));
        Begin("rework", 1, "-", 1);
        AssertFinds(0, 1, 0, Stored(Digest("c"), 1, 1));
    }

    [Fact]
    public void Half_a_report_is_none()
    {
        Assert.Null(Report.Parse("< 17 6f1c"));
    }
}
