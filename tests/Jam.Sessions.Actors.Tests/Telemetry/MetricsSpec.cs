using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>What each instrument says of an engine, as whoever listens to its meter hears it.</summary>
public sealed class MetricsSpec : MeteredTest
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Reads_are_counted_found_and_missing_and_ids_that_were_never_issued_beside_them()
    {
        using var reads = Instruments.Collect<long>(Names.Reads);
        using var unknown = Instruments.Collect<long>(Names.UnknownIds);
        await using var engine = await StartMeteredAsync();
        var id = await engine.Client.CreateAsync("ann", Data());
        for (var i = 0; i < 3; i++)
        {
            await engine.Client.GetAsync(id);
        }

        await engine.Client.LookupAsync(id);
        await engine.Client.GetAsync("nobody's");
        await engine.Client.LookupAsync("nobody's");
        await engine.Client.DeleteAsync("nobody's");
        await engine.Client.DeleteAsync(id);
        await engine.Client.GetAsync(id);
        reads.RecordObservableInstruments();
        unknown.RecordObservableInstruments();
        Assert.Equal(["found 4", "missing 3"], Last(reads, 2).Select(measured => $"{measured.Tags[Names.ResultTag]} {measured.Value}"));
        Assert.Equal(3, Assert.Single(Last(unknown, 1)).Value);
    }

    [Fact]
    public async Task Each_command_has_a_duration_by_its_kind_and_by_what_it_failed_with()
    {
        using var durations = Instruments.Collect<double>(Names.CommandDuration);
        await using var engine = await StartMeteredAsync(o => o.MaxSessionsPerKey = 2);
        var id = await engine.Client.CreateAsync("ann", Data());
        await engine.Client.UpdateAsync(id, Data());
        await engine.Client.PatchAsync(id, Data());
        await engine.Client.TouchAsync(id);
        id = await engine.Ref.Ask<string>(new ReworkSession(id));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => engine.Client.UpdateAsync("nobody's", Data()));
        await engine.Client.CreateAsync("ann", Data());
        await Assert.ThrowsAsync<SessionLimitException>(() => engine.Client.CreateAsync("ann", Data()));
        await engine.Client.EndAsync("ann", (await engine.Client.GetAsync(id))!.Handle);
        await engine.Client.DeleteAsync("nobody's");
        await engine.Client.ClearAsync("ann");
        Assert.Equal(
            ["create", "update", "patch", "touch", "rework", $"update {typeof(SessionNotFoundException)}", "create", $"create {typeof(SessionLimitException)}", "end", "delete", "clear"],
            durations.GetMeasurementSnapshot().Select(measured => $"{measured.Tags[Names.CommandTag]} {measured.Tags.GetValueOrDefault(Names.ErrorTag)}".TrimEnd()));
        Assert.All(durations.GetMeasurementSnapshot(), measured => Assert.InRange(measured.Value, 0, 60));
    }

    /// <summary>One that is new is named before it is released.</summary>
    [Fact]
    public void Each_command_has_a_name()
    {
        var commands = typeof(ISessionCommand).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ISessionCommand)) && type is { IsAbstract: false, IsPublic: true }).ToList();
        var names = commands.ConvertAll(type => CommandKind.Of((ISessionCommand)RuntimeHelpers.GetUninitializedObject(type)));
        Assert.DoesNotContain(CommandKind.Other, names);
        Assert.Equal(commands.Count, names.Distinct().Count());
    }

    [Fact]
    public async Task Sessions_that_come_and_go_are_counted_by_reason_as_they_are_told()
    {
        using var created = Instruments.Collect<long>(Names.Created);
        using var ended = Instruments.Collect<long>(Names.Ended);
        using var rejected = Instruments.Collect<long>(Names.LimitRejections);
        using var swept = Instruments.Collect<double>(Names.SweepDuration);
        await using var engine = await StartMeteredAsync(o => (o.TimeProvider, o.IdleTimeout, o.SweepInterval, o.MaxSessions) = (_time, TimeSpan.FromMinutes(20), Timeout.InfiniteTimeSpan, 4));
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(i => engine.Client.CreateAsync(i < 2 ? "ann" : "bob", Data())))];
        await Assert.ThrowsAsync<SessionCapacityException>(() => engine.Client.CreateAsync("cleo", Data()));
        await engine.Client.DeleteAsync(ids[0]);
        await engine.Client.ReworkAsync(ids[1]);
        await engine.Client.ClearAsync("ann");
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(2, await engine.Client.SendAsync(new SweepSessions()));
        Assert.Equal(4, created.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(["cleared", "deleted", "idle", "idle"], ended.GetMeasurementSnapshot().Select(measured => measured.Tags[Names.ReasonTag]).Order());
        Assert.Equal("store", Assert.Single(rejected.GetMeasurementSnapshot()).Tags[Names.LimitTag]);
        Assert.NotEmpty(swept.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task Sessions_of_a_key_that_nobody_has_used_since_the_start_are_counted_when_they_are_swept()
    {
        string id;
        await using (var before = await StartMeteredAsync(Timed))
        {
            id = await before.Client.CreateAsync("ann", Data());
        }

        using var ended = Instruments.Collect<long>(Names.Ended);
        await using var engine = await StartMeteredAsync(Timed);
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(1, await engine.Client.SendAsync(new SweepSessions()));
        Assert.Equal("idle", Assert.Single(ended.GetMeasurementSnapshot()).Tags[Names.ReasonTag]);
        Assert.Equal(SessionEndReason.Idle, Assert.IsType<SessionMissing>(await engine.Client.LookupAsync(id)).Why);

        void Timed(JamSessionsOptions o) => (o.TimeProvider, o.IdleTimeout, o.SweepInterval) = (_time, TimeSpan.FromMinutes(20), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task A_snapshot_is_written_when_its_interval_is_over()
    {
        using var snapshots = Instruments.Collect<double>(Names.SnapshotDuration);
        await using var engine = await StartMeteredAsync(o => o.SnapshotInterval = TimeSpan.FromSeconds(1));
        var written = snapshots.WaitForMeasurementsAsync(snapshots.GetMeasurementSnapshot().Count + 1, TimeSpan.FromMinutes(1));
        await engine.Client.CreateAsync("ann", Data());
        await written;
        Assert.Contains("\"ann\"", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_instrument_says_what_it_is()
    {
        var silent = new List<string>();
        using var listener = new MeterListener();
        using var meter = new EngineMeter(Instruments.Factory, "", hasFile: true);
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, Instruments.Factory) && string.IsNullOrEmpty(instrument.Description))
            {
                silent.Add(instrument.Name);
            }
        };
        listener.Start();
        Assert.Empty(silent);
    }

    [Fact]
    public async Task Commits_snapshots_and_sizes_are_those_of_the_disk()
    {
        using var commits = Instruments.Collect<double>(Names.CommitDuration);
        using var changes = Instruments.Collect<int>(Names.CommitChanges);
        using var snapshots = Instruments.Collect<double>(Names.SnapshotDuration);
        var disk = new FaultyDisk();
        await using var engine = await StartMeteredAsync(disk: disk);
        await engine.Client.CreateAsync("ann", Data());
        Assert.Equal(1, Assert.Single(changes.GetMeasurementSnapshot()).Value);
        Assert.Empty(Assert.Single(commits.GetMeasurementSnapshot()).Tags);
        Assert.InRange(Instruments.Observe(Names.JournalSize), 100, 10_000);
        Assert.Equal(0, Instruments.Observe(Names.FileSize));
        Assert.Equal((1, 1, 1), (Instruments.Observe(Names.Active), Instruments.Observe(Names.Keys), Instruments.Observe(Names.KeyActors)));

        await engine.Client.FlushAsync();
        Assert.Empty(Assert.Single(snapshots.GetMeasurementSnapshot()).Tags);
        Assert.Equal(new FileInfo(JsonPath).Length, Instruments.Observe(Names.FileSize));
        Assert.Equal(0, Instruments.Observe(Names.JournalSize));

        disk.Fail("Sync", "Create");
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.CreateAsync("ann", Data()));
        Assert.Equal(typeof(SessionStoreException).FullName, commits.GetMeasurementSnapshot()[^1].Tags[Names.ErrorTag]);
        Assert.Equal(1, Instruments.Observe(Names.Health));
        disk.Heal();
        await engine.Client.CreateAsync("ann", Data());
        Assert.Equal(0, Instruments.Observe(Names.Health));
    }

    /// <remarks>Or an engine that has ended would be held, and counted, for as long as anybody listens.</remarks>
    [Fact]
    public async Task An_engine_that_has_ended_is_observed_no_more()
    {
        using var active = Instruments.Collect<long>(Names.Active);
        var engine = await StartMeteredAsync();
        await engine.Client.CreateAsync("ann", Data());
        active.RecordObservableInstruments();
        Assert.Equal(1, Assert.Single(active.GetMeasurementSnapshot()).Value);
        await engine.DisposeAsync();
        active.RecordObservableInstruments();
        Assert.Single(active.GetMeasurementSnapshot());
    }

    [Fact]
    public void A_factory_makes_the_meter_and_the_name_of_a_store_is_a_tag_of_the_meter_and_of_each_measurement()
    {
        var factory = Instruments.Factory;
        using var unnamed = Observed(factory, "", active: 1);
        using var mobile = Observed(factory, "mobile", active: 2);
        using var ear = new TelemetryEar();
        ear.Observe();
        var tag = $"[{Names.StoreTag}, mobile]";
        Assert.Equal(["1", $"2 {tag} {tag}"], ear.Measurements.Where(line => line.StartsWith($"{Names.Active} ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(". ", StringComparison.Ordinal) + 2)..].Trim()).Order());

        static EngineMeter Observed(IMeterFactory factory, string store, int active)
        {
            var meter = new EngineMeter(factory, store, hasFile: true);
            meter.Observe(() => new SessionsStatus(SessionsHealth.Healthy, "") { Sessions = active }, new ReadCells());
            return meter;
        }
    }

    [Fact]
    public void The_page_has_each_instrument_with_its_unit_and_kind()
    {
        var published = new List<string>();
        using var listener = new MeterListener();
        using var meter = new EngineMeter(Instruments.Factory, "", hasFile: true);
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, Instruments.Factory))
            {
                var kind = instrument.GetType().Name.Split('`')[0].Replace("Observable", "", StringComparison.Ordinal);
                kind = kind == "UpDownCounter" ? "up-down counter" : kind.ToLowerInvariant();
                published.Add($"`{instrument.Name}` | {(instrument.Unit is { Length: > 0 } unit ? $"{unit}, {kind}" : kind)}");
            }
        };
        listener.Start();
        var page = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "observability.md"))
            .Where(line => line.StartsWith("| `jam.sessions.", StringComparison.Ordinal)).Select(line => string.Join(" | ", line.Split('|', StringSplitOptions.TrimEntries)[1..3]));
        Assert.Equal(published.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    /// <summary>.NET hands on to the engine what a listener throws.</summary>
    [Fact]
    public async Task A_listener_that_throws_fails_no_command_and_no_write()
    {
        var thrown = 0;
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, Instruments.Factory))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        meters.SetMeasurementEventCallback<int>((_, _, _, _) => Throw());
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        meters.Start();
        using var spans = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Names.Source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => Throw(),
        };
        ActivitySource.AddActivityListener(spans);
        await using var engine = await StartMeteredAsync(o => o.MaxSessionsPerKey = 1);
        var id = await engine.Client.CreateAsync("ann", Data());
        await Assert.ThrowsAsync<SessionLimitException>(() => engine.Client.CreateAsync("ann", Data()));
        Assert.NotNull(await engine.Client.GetAsync(id));
        await engine.Client.FlushAsync();
        Assert.True(await engine.Client.DeleteAsync(id));
        Assert.True(thrown > 10);
        Assert.Null(Activity.Current);

        void Throw()
        {
            Interlocked.Increment(ref thrown);
            throw new InvalidOperationException("a careless listener");
        }
    }

    /// <summary>Keys that are needed come with what counts them; until then there is no such series.</summary>
    [Fact]
    public void Encryption_keys_are_told_where_they_are_known()
    {
        using var needed = Instruments.Collect<long>(Names.EncryptionKeysNeeded);
        using var meter = new EngineMeter(Instruments.Factory, "", hasFile: true);
        var known = default(int?);
        meter.Observe(() => new SessionsStatus(SessionsHealth.Healthy, "") { EncryptionKeysNeeded = known }, new ReadCells());
        needed.RecordObservableInstruments();
        Assert.Empty(needed.GetMeasurementSnapshot());
        known = 2;
        needed.RecordObservableInstruments();
        Assert.Equal(2, Assert.Single(needed.GetMeasurementSnapshot()).Value);
    }

    /// <summary>Only these tags, and of each only a few values: none of them grows with sessions, keys or ids.</summary>
    [Fact]
    public async Task No_tag_has_many_values()
    {
        using var ear = new TelemetryEar();
        await using var engine = await StartMeteredAsync();
        for (var i = 0; i < 50; i++)
        {
            var id = await engine.Client.CreateAsync($"user{i}", Data());
            await engine.Client.GetAsync(id);
            await engine.Client.GetAsync($"guess{i}");
            await engine.Client.DeleteAsync(id);
        }

        ear.Observe();
        Assert.InRange(ear.TagSets.Count, 5, 30);
        Assert.Subset(
            new HashSet<string> { Names.StoreTag, Names.CommandTag, Names.ResultTag, Names.ReasonTag, Names.LimitTag, Names.ErrorTag, Names.CommitChanges },
            ear.TagSets.SelectMany(set => set.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(tag => tag.Split('=')[0]).ToHashSet());
    }

    [Fact]
    public async Task A_read_allocates_nothing_though_the_meter_is_listened_to()
    {
        using var ear = new TelemetryEar();
        await using var engine = await StartMeteredAsync(o => o.InMemory = true);
        var id = await engine.Client.CreateAsync("ann", Data());
        await engine.Client.GetAsync(id);
        await engine.Client.GetAsync("nobody's");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = engine.Client.GetAsync(id).IsCompletedSuccessfully;
            _ = engine.Client.GetAsync("nobody's").IsCompletedSuccessfully;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static IEnumerable<CollectedMeasurement<long>> Last(MetricCollector<long> collector, int count) => collector.GetMeasurementSnapshot().TakeLast(count);
}
