using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Crash;
using Jam.Sessions.Actors.Tests.Support;
using static Jam.Sessions.Actors.Tests.JsonFile.StoredFiles;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Opening a file and its journals: which batches count, what is refused, and with which words.</summary>
public sealed class RecoverySpec
{
    private readonly StoredFiles _files = new();

    [Fact]
    public void A_missing_batch_is_refused_where_the_next_one_stands()
    {
        string[] good = [Header(1), Batch(1)];
        _files.Journal(1, [.. good, Batch(3)]);
        var damage = Assert.Throws<SessionStoreCorruptException>(() => _files.Open());
        Assert.Equal((JournalPath(1), good.Sum(line => Line(line).Length)), (damage.Path, damage.Offset));
        Assert.Contains("batch 2 is missing; batch 3 follows batch 1", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_is_missing_before_an_empty_journal_is_refused()
    {
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(3));
        var damage = Assert.Throws<SessionStoreCorruptException>(() => _files.Open());
        Assert.Equal((JournalPath(2), 0L), (damage.Path, damage.Offset));
        Assert.Contains("batch 2 is missing; the journal begins with batch 3", damage.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the journal before it from a backup, or move it away", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_was_cut_before_it_repeated_a_lost_batch_was_never_served()
    {
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(3, repeats: true));
        Assert.Equal("id1", _files.Ids());
    }

    [Fact]
    public void A_repeated_batch_counts_where_the_journal_before_lost_it()
    {
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(3, repeats: true), Batch(2));
        Assert.Equal("id1,id2", _files.Ids());
    }

    [Fact]
    public void A_journal_that_repeats_another_batch_than_the_lost_one_is_refused()
    {
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(3, repeats: true), Batch(1));
        Assert.Contains("batch 2 is missing", Assert.Throws<SessionStoreCorruptException>(() => _files.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_from_the_number_on_with_which_the_next_journal_begins_were_given_up()
    {
        _files.Journal(1, Header(1), Batch(1), Batch(2, "given up"), Batch(3, "given up"));
        _files.Journal(2, Header(2), Batch(2, "served"));
        Assert.Equal("id1,served", _files.Ids());
    }

    [Fact]
    public void A_batch_that_the_file_holds_is_not_applied_again()
    {
        var json = $$$"""{"_default": {"2": {{{Document("newer")}}}}}""";
        _files.Json(json);
        _files.Journal(1, Header(1), Batch(1), Batch(2, "older"), Base(3, Of(json)), Batch(3));
        Assert.Equal("newer", _files.Ids());
    }

    [Fact]
    public void Of_two_snapshots_with_the_same_bytes_the_later_one_counts()
    {
        const string Json = """{"_default": {}}""";
        _files.Json(Json);
        _files.Journal(1, Header(1, 0, Of(Json)), Batch(1), "{\"batch\": 2, \"changes\": [{\"1\": null}]", Base(2, Of(Json)));
        var (store, documents) = _files.Open();
        Assert.Empty(documents);
        Assert.False(store.HasUncoveredBatches);
    }

    [Fact]
    public void A_file_that_no_journal_knows_is_a_conflict_that_names_all_journals()
    {
        _files.Json("""{"_default": {}} """);
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(2));
        var conflict = Assert.Throws<SessionStoreConflictException>(() => _files.Open());
        Assert.Equal(JsonPath, conflict.Path);
        Assert.Contains(
            "To keep those changes, put back the file that the journal belongs to; to give them up, move sessions.json.journal-1, sessions.json.journal-2 away.",
            conflict.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_no_journal_knows_is_taken_where_they_hold_nothing_and_batches_are_counted_on()
    {
        _files.Json($$$"""{"_default": {"4": {{{Document("foreign")}}}}}""");
        _files.Journal(1, Header(5));
        _files.Journal(2, Header(9));
        var (store, documents) = _files.Open();
        Assert.Equal(["foreign"], documents.Select(document => document.Id));
        Assert.Equal(9, Journals.Read(_files.Disk, JournalPath(3))!.First);
        Assert.False(store.HasUncoveredBatches);
    }

    [Fact]
    public void Journals_follow_each_other_by_number_and_other_files_are_left_alone()
    {
        _files.Journal(9, Header(1), Batch(1));
        _files.Journal(10, Header(2), Batch(2));
        _files.Journal(11, "cut"[..0]);
        _files.Disk.Put($"{JsonPath}.journal-x", "mine"u8.ToArray());
        _files.Disk.Put($"{JsonPath}.journal-1.bak", "mine"u8.ToArray());
        _files.Disk.Put($"{JsonPath}.journal--1", "mine"u8.ToArray());
        var (store, documents) = _files.Open();
        Assert.Equal(["id1", "id2"], documents.Select(document => document.Id));
        Assert.NotNull(_files.Text(JournalPath(12)));
        store.WriteAndComplete(store.BeginSnapshot([.. documents], eraseHistory: true));
        store.Dispose();
        Assert.Equal(["sessions.json", "sessions.json.journal--1", "sessions.json.journal-1.bak", "sessions.json.journal-x"], _files.Names);
    }

    [Fact]
    public void The_first_journal_has_number_one_and_begins_with_batch_one()
    {
        using var store = _files.Open().Store;
        Assert.Equal((1L, 0), Journals.Read(_files.Disk, JournalPath(1)) is { } journal ? (journal.First, journal.Batches) : default);
    }

    [Fact]
    public void Bytes_of_all_journals_count_as_not_yet_in_the_file()
    {
        _files.Journal(1, Header(1), Batch(1));
        _files.Journal(2, Header(2), Batch(2));
        using var store = _files.Open().Store;
        Assert.Equal(_files.Disk.Content(JournalPath(1))!.Length + _files.Disk.Content(JournalPath(2))!.Length, store.UncoveredBytes);
        Assert.Equal((true, 0L), (store.HasUncoveredBatches, store.SnapshotBytes));
    }

    [Fact]
    public void A_snapshot_that_a_crash_left_behind_goes_and_the_file_becomes_private_once_all_was_read()
    {
        _files.Json("{}");
        _files.Disk.Put($"{JsonPath}.tmp", "half"u8.ToArray());
        using (_files.Open().Store)
        {
            Assert.DoesNotContain("sessions.json.tmp", _files.Names);
            Assert.Contains("MakePrivate sessions.json", _files.Asked);
        }

        _files.Asked.Clear();
        _files.Disk.Put($"{JsonPath}.tmp", "half"u8.ToArray());
        _files.Json("{");
        Assert.Throws<SessionStoreCorruptException>(() => _files.Open());
        Assert.Contains("sessions.json.tmp", _files.Names);
        Assert.DoesNotContain("MakePrivate sessions.json", _files.Asked);
    }

    /// <remarks>They may hold what the snapshot was to erase, or to convert: a batch that was repeated at a start, and one that the disk refused.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Journals_that_a_crash_has_left_behind_their_snapshot_are_gone_when_the_next_start_returns(bool isRefused)
    {
        var (store, _) = _files.Open();
        store.Add(Change(1));
        store.Commit();
        if (isRefused)
        {
            store.Add(Change(2));
            _files.FailOnce("Sync");
            Assert.Throws<SessionStoreException>(store.Commit);
            store.Discard();
        }

        var disk = isRefused ? _files.Disk : _files.Disk.AfterKill();
        store = isRefused ? store : Open(disk);
        SimulatedDisk? crashed = null;
        disk.OnStep = (operation, path) => crashed = operation == "Rename" && path == JsonPath ? disk.AfterKill() : crashed;
        store.WriteAndComplete(store.BeginSnapshot([Session(1)], eraseHistory: true));
        Assert.Contains(JournalPath(1), crashed!.List("", "sessions.json"));
        using var next = Open(crashed);
        Assert.Equal([JsonPath, JournalPath(4 - (isRefused ? 1 : 0))], crashed.List("", "sessions.json").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_start_removes_the_journals_that_the_file_holds_and_no_other()
    {
        var json = $$$"""{"_default": {"1": {{{Document("id1")}}}}}""";
        _files.Json(json);
        _files.Journal(4, Header(1), Batch(1), Base(1, Of(json)));
        _files.Journal(5, Header(2, 1, Of(json)), Batch(2));
        using var store = _files.Open().Store;
        Assert.Equal(["sessions.json", "sessions.json.journal-5", "sessions.json.journal-6"], _files.Names);
    }

    [Fact]
    public void A_start_that_is_refused_leaves_neither_the_lock_nor_a_file_open()
    {
        _files.Json("{");
        _files.Journal(1, Header(1));
        Assert.Throws<SessionStoreCorruptException>(() => _files.Open());
        Assert.Equal(0, _files.Disk.OpenFiles);
        _files.Json("{}");
        _files.Open().Store.Dispose();
        Assert.Equal(0, _files.Disk.OpenFiles);
        Assert.Contains("Lock sessions.json.lock", _files.Asked);
    }

    [Theory]
    [InlineData("Lock")]
    [InlineData("List")]
    [InlineData("OpenRead")]
    [InlineData("Delete")]
    [InlineData("Create")]
    [InlineData("Sync")]
    [InlineData("SyncDirectory")]
    public void A_disk_that_refuses_is_named_as_the_reason(string operation)
    {
        foreach (Exception fault in new Exception[] { new IOException("it is worn out"), new UnauthorizedAccessException("it is not yours") })
        {
            _files.Json("{}");
            _files.FailOnce(operation, fault);
            var refusal = Assert.Throws<SessionStoreException>(() => _files.Open());
            Assert.Equal((JsonPath, $"{JsonPath} cannot be opened: {fault.Message}"), (refusal.Path, refusal.Message));
            Assert.Same(fault, refusal.InnerException);
            Assert.Equal(0, _files.Disk.OpenFiles);
        }

        _files.Open().Store.Dispose();
    }

    private static SessionStore Open(SimulatedDisk disk) => Recovery.Open(disk, JsonPath, new DocumentCodec(null), "a test").Store;
}
