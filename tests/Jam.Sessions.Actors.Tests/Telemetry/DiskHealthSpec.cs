using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>What the writer says of a disk that refuses, recovers, or does not answer; with a clock and a disk of the test's own.</summary>
public sealed class DiskHealthSpec : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FaultyDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failed_write_degrades_until_the_disk_takes_a_line_without_any_change_which_is_tried_every_5_s()
    {
        var log = Writer(Durability.Durable);
        _disk.Fail("Sync", "Create");
        Assert.False(Change(log, 1));
        Assert.Equal(SessionsHealth.Degraded, Of(log));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(5), log.TryDelay);
            log.TryDiskNow();
            Assert.Equal(SessionsHealth.Degraded, Of(log));
        }

        _disk.Heal();
        log.TryDiskNow();
        Assert.Equal((SessionsHealth.Healthy, null), (Of(log), log.TryDelay));

        // What was refused stays refused, and what comes next is read by the next start.
        Assert.True(Change(log, 2));
        log.Writer.Close();
        Assert.Equal(["id2"], Reopened());
    }

    [Fact]
    public void A_change_that_the_disk_takes_is_as_good_as_a_try()
    {
        var log = Writer(Durability.Durable);
        _disk.Fail("Sync", "Create");
        Assert.False(Change(log, 1));
        _disk.Heal();
        Assert.True(Change(log, 2));
        Assert.Equal(SessionsHealth.Healthy, Of(log));
        var operations = 0;
        _disk.Before = (_, _) => operations++;
        log.TryDiskNow();
        Assert.Equal((0, null), (operations, log.TryDelay));
    }

    /// <remarks>Else a snapshot interval without changes would say that a full disk is well.</remarks>
    [Fact]
    public void A_write_that_has_nothing_to_write_says_nothing_of_the_disk()
    {
        var log = Writer(Durability.Durable);
        _disk.Fail("Sync", "Create");
        Assert.False(Change(log, 1));
        log.Writer.SnapshotIfChanged();
        log.WriteNow();
        Assert.Equal(SessionsHealth.Degraded, Of(log));
    }

    [Fact]
    public void Acknowledged_changes_that_the_disk_has_refused_for_more_than_5_s_are_unhealthy()
    {
        var log = Writer(Durability.Relaxed);
        _disk.Fail("Sync", "Create");
        Assert.True(log.TryAppend(0, [Created(1)], waiter: null));
        log.Turn();
        _time.Advance(log.WriteDelay!.Value);
        log.WriteNow();
        Assert.Equal(SessionsHealth.Degraded, Of(log));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(SessionsHealth.Unhealthy, Of(log));
        _disk.Heal();
        log.WriteNow();
        Assert.Equal((SessionsHealth.Healthy, TimeSpan.Zero), (Of(log), log.Health.LongestWait(log.Commits.Waiting)));
    }

    [Fact]
    public void A_change_that_waits_for_a_sync_that_does_not_end_is_unhealthy_after_5_s_and_one_that_waits_behind_it_too()
    {
        var log = Writer(Durability.Durable);
        var seen = new List<SessionsHealth>();
        _disk.Before = (operation, _) =>
        {
            if (operation == "Sync")
            {
                _disk.Heal();
                seen.Add(Of(log));
                _time.Advance(TimeSpan.FromSeconds(5));
                seen.Add(Of(log));
                log.TryAppend(0, [Created(2)], new RecordingWaiter());
                _time.Advance(TimeSpan.FromTicks(1));
                seen.Add(Of(log));
            }
        };
        Assert.True(Change(log, 1));
        Assert.Equal([SessionsHealth.Healthy, SessionsHealth.Healthy, SessionsHealth.Unhealthy], seen);
        Assert.Equal((SessionsHealth.Healthy, TimeSpan.Zero), (Of(log), log.Commits.Waiting));
    }

    /// <summary>A queue that never gets empty is no wait: what there was when the writer last looked is written.</summary>
    [Fact]
    public void Changes_that_come_all_the_time_do_not_add_up_to_a_wait()
    {
        var log = Writer(Durability.Durable);
        var left = 10;
        _disk.Before = (operation, _) =>
        {
            if (operation == "Sync" && left-- > 0)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                log.TryAppend(0, [Created(100 + left)], new RecordingWaiter());
                Assert.InRange(log.Commits.Waiting, TimeSpan.Zero, TimeSpan.FromSeconds(2));
            }
        };
        Assert.True(Change(log, 1));
        Assert.Equal(-1, left);
        Assert.Equal(TimeSpan.Zero, log.Commits.Waiting);
    }

    [Fact]
    public void One_snapshot_that_fails_is_no_sign_and_two_in_a_row_degrade_until_one_succeeds()
    {
        var log = Writer(Durability.Durable);
        Assert.True(Change(log, 1));
        foreach (var expected in new[] { SessionsHealth.Healthy, SessionsHealth.Degraded, SessionsHealth.Degraded })
        {
            _disk.Fail("Rename");
            log.Flush(_ => { });
            log.WriteSnapshot();
            Assert.Equal(expected, Of(log));
        }

        _disk.Heal();
        log.Flush(_ => { });
        log.WriteSnapshot();
        Assert.Equal(SessionsHealth.Healthy, Of(log));
    }

    private static SessionsHealth Of(ManualWriter log) => log.Health.Assess(log.Health.LongestWait(log.Commits.Waiting)).Health;

    private static DocumentChange Created(int number) =>
        DocumentChange.Created(new Document($"id{number}", "user1", SessionData.Empty, 1.5, number, raw: null));

    /// <summary>Whether the disk took it.</summary>
    private static bool Change(ManualWriter log, int number)
    {
        var waiter = new RecordingWaiter();
        Assert.True(log.TryAppend(0, [Created(number)], waiter));
        log.Turn();
        return Assert.Single(waiter.Outcomes) is null;
    }

    private ManualWriter Writer(Durability durability)
    {
        var (store, documents) = Recovery.Open(_disk, _folder.File("sessions.json"), new DocumentCodec(null), "a test");
        return new ManualWriter(new JournaledFile(store, documents), new CommitQueue(durability, _time), new WriterSettings(TimeSpan.FromMilliseconds(100), 1 << 20, _time));
    }

    private List<string> Reopened()
    {
        var (store, documents) = Recovery.Open(_disk, _folder.File("sessions.json"), new DocumentCodec(null), "a test");
        store.Dispose();
        return [.. documents.Select(document => document.Id)];
    }
}
