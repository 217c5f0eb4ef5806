using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Engine;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Engine;

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
    public async Task A_write_that_was_due_while_the_writer_was_busy_takes_a_snapshot_where_one_is_due()
    {
        var begun = new SemaphoreSlim(0);
        var time = new FakeTimeProvider();
        var disk = new FaultyDisk();
        var (queue, codec, writer) = Writer(disk, time);
        disk.Before = (operation, path) =>
        {
            if (operation == "Create" && path.EndsWith(".tmp", StringComparison.Ordinal))
            {
                begun.Release();
            }
        };
        Add(queue, codec, new string('x', 10_000));
        time.Advance(TimeSpan.FromHours(2));
        writer.Tell(CollectBatch.Instance);
        Assert.True(await begun.WaitAsync(s_patience), "No snapshot was begun.");
    }

    [Fact]
    public async Task A_writer_that_has_let_go_of_its_file_does_not_touch_it_any_more()
    {
        var disk = new FaultyDisk();
        var (queue, codec, writer) = Writer(disk, new FakeTimeProvider());
        disk.Fail("Sync", "Create");
        Add(queue, codec, "x");
        Assert.NotNull((await writer.Ask<Drained>(Drain.Instance, s_patience)).Shortfall);

        var operations = 0;
        disk.Before = (_, _) => operations++;
        writer.Tell(WriteBatch.Instance);
        writer.Tell(CollectBatch.Instance);
        writer.Tell(SnapshotDue.Instance);
        await Assert.ThrowsAsync<SessionsStoppingException>(() => writer.Ask<Akka.Done>(new FlushSessions(), s_patience));
        Assert.Equal(0, operations);
    }

    /// <summary>A writer whose queue wakes nobody, so that the test decides when it looks.</summary>
    private (CommitQueue Queue, DocumentCodec Codec, IActorRef Writer) Writer(FaultyDisk disk, FakeTimeProvider time)
    {
        var (store, documents) = Recovery.Open(disk, JsonPath, new DocumentCodec(null), "a test");
        var options = ResolvedOptions.Resolve(
            new JamSessionsOptions { JsonPath = JsonPath, Durability = Durability.Relaxed, FlushInterval = TimeSpan.FromHours(1), SnapshotJournalBytes = 4096, TimeProvider = time },
            ConfigurationFactory.Empty);
        var queue = new CommitQueue(Durability.Relaxed, time);
        return (queue, store.Codec, System.ActorOf(PersistenceActor.Props(store, new FileOrder(documents), queue, options)));
    }

    private static void Add(CommitQueue queue, DocumentCodec codec, string text)
    {
        DocumentChange[] changes = [new(null, new Session("id", "user1", Data($$"""{"a": "{{text}}"}"""), 1.5, 1, raw: null))];
        Assert.True(queue.TryAdd(JournalEntry.Encode(changes, codec), changes, waiting: null, new RecordingRef("nobody")));
    }

    [Fact]
    public async Task The_writer_is_not_woken_for_a_change_while_the_flush_interval_goes_on()
    {
        var (store, documents) = Recovery.Open(PhysicalDisk.Of(allowUnlocked: false, _ => { }), JsonPath, new DocumentCodec(null), "a test");
        var queue = new CommitQueue(Durability.Relaxed, TimeProvider.System);
        var options = ResolvedOptions.Resolve(
            new JamSessionsOptions { JsonPath = JsonPath, Durability = Durability.Relaxed, FlushInterval = TimeSpan.FromHours(1) }, ConfigurationFactory.Empty);
        var writer = System.ActorOf(PersistenceActor.Props(store, new FileOrder(documents), queue, options));
        var wakes = new RecordingRef("persistence", writer.Tell);

        await AddAsync(1);
        Assert.Equal([CollectBatch.Instance], wakes.Messages);
        await AddAsync(2);
        Assert.Single(wakes.Messages);

        // The interval is over: whatever comes from here on begins another one.
        writer.Tell(WriteBatch.Instance);
        await SettleAsync();
        await AddAsync(3);
        Assert.Equal([CollectBatch.Instance, CollectBatch.Instance], wakes.Messages);

        async Task AddAsync(int number)
        {
            DocumentChange[] changes = [new(null, new Session($"id{number}", "user1", Data(), 1.5, number, raw: null))];
            queue.TryAdd(JournalEntry.Encode(changes, store.Codec), changes, waiting: null, wakes);
            await SettleAsync();
        }

        Task SettleAsync() => writer.Ask<ActorIdentity>(new Identify(null), s_patience);
    }
}
