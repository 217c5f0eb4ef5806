using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;
using static Jam.Sessions.Actors.Tests.JsonFile.StoredFiles;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Commits, snapshots and the end of a store: which files there are afterwards, and which error a caller gets.</summary>
public sealed class SessionStoreSpec
{
    private readonly StoredFiles _files = new();

    [Fact]
    public void Changes_of_several_keys_are_one_line()
    {
        using (var store = _files.Open().Store)
        {
            store.Commit([Change(1), Change(2), Change(3)]);
        }

        Assert.Equal(1, Journals.Read(_files.Disk, JournalPath(1))!.Batches);
        Assert.Equal("id1,id2,id3", _files.Ids());
    }

    [Fact]
    public void What_the_file_does_not_hold_yet_is_counted()
    {
        using var store = _files.Open().Store;
        Assert.Equal((0L, 0L, false), (store.UncoveredBytes, store.SnapshotBytes, store.HasUncoveredBatches));
        var header = _files.Disk.Content(JournalPath(1))!.Length;
        store.Commit([Change(1)]);
        store.Commit([Change(2)]);
        Assert.Equal((_files.Disk.Content(JournalPath(1)).AsSpan().TrimEnd((byte)0).Length - header, true), (store.UncoveredBytes, store.HasUncoveredBatches));

        var snapshot = store.BeginSnapshot([Session(1), Session(2)], eraseHistory: false);
        store.Commit([Change(3)]);
        store.WriteAndComplete(snapshot);
        var line = Line(Batch(3)).Length;
        Assert.Equal((line, Text().Length, true), (store.UncoveredBytes, store.SnapshotBytes, store.HasUncoveredBatches));

        Save(store, 1, 2, 3);
        Assert.Equal((0L, Text().Length, false), (store.UncoveredBytes, store.SnapshotBytes, store.HasUncoveredBatches));
    }

    [Fact]
    public void A_snapshot_leaves_the_journal_that_began_with_it_and_a_file_for_the_next_one()
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        var first = store.BeginSnapshot([Session(1)], eraseHistory: false);
        store.Commit([Change(2)]);
        store.WriteAndComplete(first);
        Assert.Equal(["sessions.json", "sessions.json.journal-2", "sessions.json.journal-spare"], _files.Names);
        Assert.Equal("id1,id2", Crashed());
        Save(store, 1, 2);
        Assert.Equal(["sessions.json", "sessions.json.journal-3", "sessions.json.journal-spare"], _files.Names);
        Assert.Equal("id1,id2", Crashed());
    }

    [Fact]
    public void A_snapshot_of_what_the_file_holds_already_begins_no_journal()
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        Save(store, 1);
        Save(store, 1);
        Assert.Equal(["sessions.json", "sessions.json.journal-2", "sessions.json.journal-spare"], _files.Names);
    }

    [Fact]
    public void What_stands_around_the_table_is_in_every_snapshot()
    {
        _files.Json("""{"a": [1], "_default": {}, "z" : 2}""");
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        Save(store, 1);
        Assert.Equal($$"""{"a": [1], "_default": {"1": {{Document("id1")}}}, "z" : 2}""", Text());
    }

    [Fact]
    public void A_snapshot_is_whole_and_synced_before_it_replaces_the_file_which_is_not_read_again()
    {
        _files.Json("{}");
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.Disk.Put($"{JsonPath}.tmp", "left over"u8.ToArray());
        _files.Asked.Clear();
        Save(store, 1);
        Assert.Equal(
            [
                "Create sessions.json.journal-2", "Write sessions.json.journal-2", "Sync sessions.json.journal-2", "SyncDirectory",
                "Cut sessions.json.journal-1",
                "Delete sessions.json.tmp", "Create sessions.json.tmp", "Write sessions.json.tmp", "Sync sessions.json.tmp",
                "Write sessions.json.journal-2", "Write sessions.json.journal-2", "Write sessions.json.journal-2", "Sync sessions.json.journal-2",
                "Stamp sessions.json.tmp", "Stamp sessions.json",
                "Rename sessions.json", "SyncDirectory", "List", "Rename sessions.json.journal-spare",
            ],
            _files.Asked.Select(asked => asked.Split(' ')[0] is "SyncDirectory" or "List" ? asked.Split(' ')[0] : asked));

        Save(store, 1);
        Assert.DoesNotContain("OpenRead sessions.json", _files.Asked);
    }

    [Theory]
    [InlineData(30, 64 << 10)]
    [InlineData(5_000, null)]
    [InlineData(40_000, 1 << 20)]
    [InlineData(70_000, 0)]
    public void A_line_reserves_room_for_more_of_its_kind_but_a_very_long_one(int idLength, int? fixedRoom)
    {
        using var store = _files.Open().Store;
        var header = _files.Disk.Content(JournalPath(1))!.Length;
        store.Commit([Change(1, new string('x', idLength))]);
        var length = _files.Disk.Content(JournalPath(1))!.Length;
        var room = fixedRoom ?? 32 * (store.UncoveredBytes - JournalFormat.TailLength);
        Assert.Equal(header + store.UncoveredBytes + room, length);
        store.Commit([Change(2)]);
        Assert.Equal(room > 0, length == _files.Disk.Content(JournalPath(1))!.Length);
    }

    [Fact]
    public void Room_that_the_disk_does_not_have_behind_a_line_is_not_needed()
    {
        using var store = _files.Open().Store;
        var writes = 0;
        _files.Fault = (asked, _) => asked == "Write" && ++writes > 2 ? new IOException("it is full") : null;
        store.Commit([Change(1)]);
        Assert.True(writes > 2);
        _files.Fault = (_, _) => null;
        store.Commit([Change(2)]);
        Assert.DoesNotContain("sessions.json.journal-2", _files.Names);
        Assert.Equal("id1,id2", Crashed());
    }

    [Fact]
    public void A_journal_that_the_file_holds_lends_its_file_to_the_next_one()
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1, new string('x', 5000))]);
        Save(store, 1);
        store.Commit([Change(2)]);
        var length = _files.Disk.Content(JournalFiles.SpareOf(JsonPath))!.Length;
        _files.Asked.Clear();
        var snapshot = store.BeginSnapshot([Session(1), Session(2)], eraseHistory: false);

        // The spare's old name must be gone before its content is, and its new content must be there before its new name.
        Assert.Equal(
            [
                "SyncDirectory", "Open sessions.json.journal-spare", "Write sessions.json.journal-spare", "Sync sessions.json.journal-spare",
                "Rename sessions.json.journal-3", "SyncDirectory", "Open sessions.json.journal-3", "Cut sessions.json.journal-2",
            ],
            _files.Asked.Select(asked => asked.StartsWith("SyncDirectory", StringComparison.Ordinal) ? "SyncDirectory" : asked));
        store.Commit([Change(3)]);
        Assert.Equal(length, _files.Disk.Content(JournalPath(3))!.Length);
        Assert.Equal("id1,id2,id3", Crashed());
        store.WriteAndComplete(snapshot);
        Assert.Equal("id1,id2,id3", Crashed());
    }

    [Fact]
    public void What_was_deleted_is_in_no_file_any_more_after_three_snapshots()
    {
        const string secret = "a-secret-that-was-deleted";
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        store.Commit([Change(1)]);
        store.Commit([Change(1, secret)]);
        store.Commit([JournalEntry.Encode([new DocumentChange(Session(1, secret), null)], store.Codec).ToArray()]);
        for (var batch = 2; batch <= 4; batch++)
        {
            Assert.Contains(_files.Names, name => _files.Text(Path.Combine(Path.GetTempPath(), name))!.Contains(secret, StringComparison.Ordinal));
            Save(store, [.. Enumerable.Range(2, batch - 2)]);
            store.Commit([Change(batch)]);
        }

        Assert.DoesNotContain(_files.Names, name => _files.Text(Path.Combine(Path.GetTempPath(), name))!.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_thorough_snapshot_leaves_nothing_but_the_file_and_a_journal_of_its_own()
    {
        using var store = _files.Open().Store;
        Assert.False(store.HasLeftovers);
        for (var batch = 1; batch <= 2; batch++)
        {
            store.Commit([Change(batch)]);
            Save(store, [.. Enumerable.Range(1, batch)]);
            Assert.Equal((false, true), (store.HasUncoveredBatches, store.HasLeftovers));
        }

        SaveThoroughly();
        Assert.Equal(["sessions.json", "sessions.json.journal-4"], _files.Names);
        Assert.Equal((false, "id1,id2"), (store.HasLeftovers, Crashed()));
        store.Commit([Change(3)]);
        SaveThoroughly();
        Assert.Equal(["sessions.json", "sessions.json.journal-5"], _files.Names);

        void SaveThoroughly()
        {
            var snapshot = store.BeginSnapshot([Session(1), Session(2)], eraseHistory: true);
            store.WriteAndComplete(snapshot);
        }
    }

    [Theory]
    [InlineData("Open")]
    [InlineData("Write")]
    [InlineData("Sync")]
    [InlineData("Rename")]
    [InlineData("SyncDirectory")]
    public void A_spare_that_the_disk_refuses_to_lend_is_given_up_and_the_next_try_does_without(string operation)
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        Save(store, 1);
        store.Commit([Change(2)]);
        _files.FailOnce(operation);
        Assert.Equal(Refused("begin a snapshot"), Assert.Throws<SessionStoreException>(() => store.BeginSnapshot([], eraseHistory: false)).Message);
        Assert.Equal(["sessions.json", "sessions.json.journal-2"], _files.Names);
        store.Commit([Change(3)]);
        string[] next = operation is "Rename" or "SyncDirectory" && _files.Names.Count() > 2 ? ["sessions.json.journal-3"] : [];
        Assert.Equal(["sessions.json", "sessions.json.journal-2", .. next], _files.Names);
        Assert.Equal("id1,id2,id3", Crashed());
        Assert.Equal(1, _files.Disk.OpenFiles);
    }

    /// <summary>No handles, no room or no right to create a file: the journal that works goes on, for nothing of the next one may be on the disk.</summary>
    [Theory]
    [InlineData("Create", true)]
    [InlineData("Write", true)]
    [InlineData("Sync", false)]
    [InlineData("SyncDirectory", false)]
    public void A_journal_that_cannot_begin_leaves_the_one_in_use_where_it_left_no_whole_line(string operation, bool goesOn)
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.Fault = (asked, path) => asked == operation && (asked == "SyncDirectory" || path.EndsWith("journal-2", StringComparison.Ordinal)) ? new IOException("no handles left") : null;
        Assert.Throws<SessionStoreException>(() => store.BeginSnapshot([], eraseHistory: false));
        Assert.Equal(goesOn, Record.Exception(() => store.Commit([Change(2)])) is null);
        Assert.Equal(goesOn ? "id1,id2" : "id1", Crashed());
        _files.Fault = (_, _) => null;
        store.Discard();
        store.Commit([Change(3)]);
        Assert.Equal(goesOn ? "id1,id2,id3" : "id1,id3", Crashed());
        Assert.Equal(1, _files.Disk.OpenFiles);
    }

    [Fact]
    public void A_journal_of_somebody_else_under_the_next_name_is_left_alone()
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.Disk.Put(JournalPath(2), "somebody else's"u8.ToArray());
        Assert.Throws<SessionStoreException>(() => store.BeginSnapshot([], eraseHistory: false));
        Assert.Equal("somebody else's", _files.Text(JournalPath(2)));
        store.Commit([Change(2)]);
    }

    [Theory]
    [InlineData("Cut")]
    [InlineData("Write")]
    public void A_journal_that_the_disk_refused_something_lends_nothing(string operation)
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.FailOnce(operation);
        if (operation == "Write")
        {
            Assert.Throws<SessionStoreException>(() => store.Commit([Change(2)]));
        }

        Save(store, 1);
        Assert.Equal(["sessions.json", "sessions.json.journal-2"], _files.Names);
    }

    [Fact]
    public void A_start_removes_what_a_journal_left()
    {
        _files.Disk.Put(JournalFiles.SpareOf(JsonPath), "left over"u8.ToArray());
        using var store = _files.Open().Store;
        Assert.Equal(["sessions.json.journal-1"], _files.Names);
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("Sync")]
    public void A_batch_that_the_disk_refused_is_given_up_in_a_new_journal(string operation)
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        var fault = new IOException("it is full");
        _files.FailOnce(operation, fault);
        var refusal = Assert.Throws<SessionStoreException>(() => store.Commit([Change(2, "refused")]));
        if (operation == "Sync")
        {
            Assert.Equal((JsonPath, $"{JsonPath}: the disk refused to write the journal (it is full)"), (refusal.Path, refusal.Message));
            Assert.Same(fault, refusal.InnerException);
        }

        Assert.Equal(Line(Batch(1)).Length, store.UncoveredBytes);
        Assert.DoesNotContain("sessions.json.journal-2", _files.Names);
        store.Commit([Change(2)]);
        Assert.Contains("sessions.json.journal-2", _files.Names);
        Assert.Equal("id1,id2", Crashed());
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("Sync")]
    public void A_batch_that_the_disk_refused_can_be_tried_again_as_it_is(string operation)
    {
        using var store = _files.Open().Store;
        _files.FailOnce(operation);
        store.Add(Change(1));
        store.Add(Change(2));
        Assert.Throws<SessionStoreException>(() => store.Commit());
        Assert.True(store.WasRefused);
        store.Commit();
        Assert.Equal((false, 0), (store.WasRefused, store.OpenBytes));
        store.Commit([Change(3)]);
        Assert.Equal("id1,id2,id3", Crashed());
    }

    [Fact]
    public void A_snapshot_after_a_refused_batch_begins_a_new_journal_though_the_file_holds_all_others()
    {
        using var store = _files.Open().Store;
        _files.FailOnce("Sync");
        Assert.Throws<SessionStoreException>(() => store.Commit([Change(1, "refused")]));
        Save(store);
        Assert.Equal(["sessions.json", "sessions.json.journal-2"], _files.Names);
        Assert.Equal("", Crashed());
    }

    [Fact]
    public void Every_step_of_a_snapshot_names_itself_where_the_disk_refuses_it()
    {
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.FailOnce("Create");
        Assert.Equal(Refused("begin a snapshot"), Assert.Throws<SessionStoreException>(() => store.BeginSnapshot([], eraseHistory: false)).Message);
        var snapshot = store.BeginSnapshot([Session(1)], eraseHistory: false);
        _files.FailOnce("Rename");
        Assert.Equal(Refused("replace the file by its snapshot"), Assert.Throws<SessionStoreException>(() => store.WriteAndComplete(snapshot)).Message);
        _files.FailOnce("Sync");
        var refusal = Assert.Throws<SessionStoreException>(() => snapshot.Write());
        Assert.Equal(($"{JsonPath}.tmp", $"{JsonPath}.tmp: the disk refused to write a snapshot (no space left on device)"), (refusal.Path, refusal.Message));
        Assert.DoesNotContain("sessions.json.tmp", _files.Names);
        Assert.Equal(1, _files.Disk.OpenFiles);
    }

    [Fact]
    public void A_temporary_file_that_cannot_be_removed_does_not_hide_why_the_snapshot_failed()
    {
        using var store = _files.Open().Store;
        var snapshot = store.BeginSnapshot([], eraseHistory: false);
        _files.Fault = (_, path) => path.EndsWith(".tmp", StringComparison.Ordinal) ? new IOException("it is worn out") : null;
        Assert.Contains("refused to write a snapshot (it is worn out)", Assert.Throws<SessionStoreException>(() => snapshot.Write()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void A_file_that_was_only_written_again_is_read_once_and_is_no_conflict(int length)
    {
        _files.Json($$"""{"_default": {}, "other": "{{new string('x', length)}}"}""");
        using var store = _files.Open().Store;
        _files.Json(Text());
        var first = store.BeginSnapshot([], eraseHistory: false);
        _files.FailOnce("Rename");
        Assert.Throws<SessionStoreException>(() => store.WriteAndComplete(first));
        _files.Asked.Clear();
        Save(store);
        Assert.DoesNotContain("OpenRead sessions.json", _files.Asked);
    }

    [Theory]
    [InlineData("""{"_default": {}}""")]
    [InlineData("""{"_default":  {} }""")]
    [InlineData("")]
    public void A_file_that_another_program_changed_is_left_alone(string other)
    {
        _files.Json("""{"_default":  {}}""");
        using var store = _files.Open().Store;
        store.Commit([Change(1)]);
        _files.Json(other);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var conflict = Assert.Throws<SessionStoreConflictException>(() => Save(store, 1));
            Assert.Equal(JsonPath, conflict.Path);
            Assert.Contains(
                "Changes are safe in the journal. Move the other program's file away, put the file back that it replaced, and restart.",
                conflict.Message,
                StringComparison.Ordinal);
        }

        Assert.Equal(other, Text());
    }

    [Fact]
    public void A_file_that_was_deleted_is_a_conflict_and_the_next_start_is_refused_too()
    {
        using (var store = _files.Open().Store)
        {
            store.Commit([Change(1)]);
            Save(store, 1);
            store.Commit([Change(2)]);
            _files.Disk.Delete(JsonPath);
            Assert.Throws<SessionStoreConflictException>(() => Save(store, 1, 2));
        }

        Assert.ThrowsAny<SessionStoreException>(() => _files.Open());
        Assert.Contains("sessions.json.journal-2", _files.Names);
    }

    [Fact]
    public void The_end_removes_the_journals_oldest_first_and_each_for_good_where_the_file_holds_all()
    {
        _files.Json("{}");
        var store = _files.Open().Store;

        // A start removes such journals; later a disk may refuse to.
        _files.Journal(2, Header(1));
        _files.Journal(3, Header(1));
        _files.Asked.Clear();
        store.Dispose();
        Assert.Equal(
            ["Delete sessions.json.journal-spare", "List", "SyncDirectory", "Delete sessions.json.journal-1", "SyncDirectory", "Delete sessions.json.journal-2", "SyncDirectory", "Delete sessions.json.journal-3"],
            _files.Asked.Select(asked => asked.StartsWith("Delete", StringComparison.Ordinal) ? asked : asked.Split(' ')[0]));
        Assert.Equal(["sessions.json"], _files.Names);
        Assert.Equal(0, _files.Disk.OpenFiles);
    }

    [Fact]
    public void The_end_keeps_the_journals_where_the_file_lacks_a_batch()
    {
        var store = _files.Open().Store;
        store.Commit([Change(1)]);
        store.Dispose();
        Assert.Equal(["sessions.json.journal-1"], _files.Names);
        Assert.Equal(0, _files.Disk.OpenFiles);
    }

    [Fact]
    public void A_disk_that_refuses_to_remove_journals_does_not_disturb_the_end()
    {
        foreach (Exception fault in new Exception[] { new IOException(), new UnauthorizedAccessException() })
        {
            var store = _files.Open().Store;
            _files.FailOnce("Delete", fault);
            store.Dispose();
            Assert.Equal("", _files.Ids());
        }
    }

    private string Text() => _files.Text(JsonPath)!;

    private static string Refused(string what) => $"{JsonPath}: the disk refused to {what} (no space left on device)";

    private static void Save(SessionStore store, params int[] documents)
    {
        var snapshot = store.BeginSnapshot([.. documents.Select(document => Session(document))], eraseHistory: false);
        store.WriteAndComplete(snapshot);
    }

    /// <summary>What the next start would serve if this process ended now.</summary>
    private string Crashed() => string.Join(',', Recovery.Open(_files.Disk.AfterKill(), JsonPath, new DocumentCodec(null), "a test").Documents.Select(d => d.Id));
}
