using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>Relaxed durability: what was acknowledged is written when the flush interval is over, and its writer is left alone until then.</summary>
public sealed class RelaxedWritesSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_change_is_written_though_nobody_waits_for_it_and_none_follows()
    {
        var written = new SemaphoreSlim(0);
        var disk = new FaultyDisk();
        await using var engine = await StartOnAsync(disk, o => (o.Durability, o.FlushInterval) = (Durability.Relaxed, TimeSpan.FromMilliseconds(1)));
        disk.Before = (operation, path) =>
        {
            if (operation == "Sync" && path.Contains(".journal-", StringComparison.Ordinal))
            {
                written.Release();
            }
        };
        for (var round = 0; round < 5; round++)
        {
            await engine.Client.CreateAsync("user1", Data());
            Assert.True(await written.WaitAsync(s_patience), $"Change {round} was not written.");
        }
    }

    /// <remarks>Where syncs take longer than the flush interval, every round is such a one: the journal must not grow without end.</remarks>
    [Fact]
    public void A_write_that_was_due_while_the_writer_was_busy_takes_a_snapshot_where_one_is_due()
    {
        var time = new FakeTimeProvider();
        var log = Writer(new FaultyDisk(), time, snapshotJournalBytes: 4096);
        Assert.True(log.TryAppend(ownerHash: 0, Change(1, new string('x', 10_000)), waiter: null));
        time.Advance(TimeSpan.FromHours(2));
        log.Turn();
        Assert.NotNull(log.Begun);
        log.WriteSnapshot();
    }

    [Fact]
    public void A_writer_that_has_let_go_of_its_file_does_not_touch_it_any_more()
    {
        var disk = new FaultyDisk();
        var log = Writer(disk, new FakeTimeProvider());
        disk.Fail("Sync", "Create");
        Assert.True(log.TryAppend(ownerHash: 0, Change(1), waiter: null));
        SessionStoreException? shortfall = null;
        log.Close(reason => shortfall = reason);
        Assert.Contains("that is lost", shortfall!.Message, StringComparison.Ordinal);

        var operations = 0;
        disk.Before = (_, _) => operations++;
        log.Writer.Wake(WakeReason.Write);
        log.Writer.Wake(WakeReason.Collect);
        log.Writer.SnapshotIfChanged();
        log.Writer.EndSnapshot(failure: null);
        JamSessionsException? refusal = null;
        log.Flush(reason => refusal = reason);
        Assert.IsType<SessionsStoppingException>(refusal);
        var isClosedAgain = false;
        log.Close(_ => isClosedAgain = true);
        Assert.True(isClosedAgain);
        Assert.Equal(0, operations);
    }

    [Fact]
    public void The_writer_is_not_woken_for_a_change_while_the_flush_interval_goes_on()
    {
        var log = Writer(new FaultyDisk(), new FakeTimeProvider());
        Add(1);
        Assert.Equal([WakeReason.Collect], log.Woken);
        Add(2);
        Assert.Single(log.Woken);

        // The interval is over: whatever comes from here on begins another one.
        log.WriteNow();
        Add(3);
        Assert.Equal([WakeReason.Collect, WakeReason.Collect], log.Woken);

        void Add(int number)
        {
            log.TryAppend(ownerHash: 0, Change(number), waiter: null);
            log.Turn();
        }
    }

    private ManualWriter Writer(FaultyDisk disk, FakeTimeProvider time, long snapshotJournalBytes = long.MaxValue)
    {
        var (store, documents) = Recovery.Open(disk, JsonPath, new DocumentCodec(null), "a test");
        return new ManualWriter(
            new JournaledFile(store, documents), new CommitQueue(Durability.Relaxed, time), new WriterSettings(TimeSpan.FromHours(1), snapshotJournalBytes, time));
    }

    private static DocumentChange[] Change(int number, string text = "") =>
        [new(null, new Document($"id{number}", "user1", Data($$"""{"a": "{{text}}"}"""), 1.5, number, raw: null))];
}
