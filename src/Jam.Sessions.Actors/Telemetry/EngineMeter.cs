using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>The meter of one engine, and its instruments. What nobody listens to costs one look at a flag.</summary>
/// <remarks>An engine that has ended is held by none of them, whoever goes on listening to the meter.</remarks>
internal sealed class EngineMeter : IDisposable
{
    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<int> s_changes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] };

    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?>[] _store;
    private volatile Sources? _sources;

    /// <param name="factory">Whoever makes the meters of the host; null: nobody does.</param>
    /// <param name="store">The store's name; empty for the one that needs none.</param>
    /// <param name="hasFile">Whether there is a JSON file with its journal: without one nothing is said of it.</param>
    public EngineMeter(IMeterFactory? factory, string store, bool hasFile)
    {
        _store = store.Length == 0 ? [] : [new(Names.StoreTag, store)];

        // The tags of the meter tell the meters of several stores from each other; some exporters leave them out, so each measurement has them too.
        var options = new MeterOptions(Names.Source) { Version = Version, Tags = _store };
        _meter = factory?.Create(options) ?? new Meter(options);
        CommandDuration = _meter.CreateHistogram(Names.CommandDuration, "s", "How long a command took, from its call to its answer.", tags: null, s_seconds);
        Created = _meter.CreateCounter<long>(Names.Created, "{session}", "Sessions that were created.");
        Ended = _meter.CreateCounter<long>(Names.Ended, "{session}", "Sessions that ended, by reason.");
        LimitRejections = _meter.CreateCounter<long>(Names.LimitRejections, "{session}", "Creates that a limit refused: that of the key, or that of the store.");
        CommitDuration = _meter.CreateHistogram(Names.CommitDuration, "s", "How long the disk took to write and sync the changes of a commit.", tags: null, s_seconds);
        CommitChanges = _meter.CreateHistogram(Names.CommitChanges, "{change}", "Changes in a commit.", tags: null, s_changes);
        SnapshotDuration = _meter.CreateHistogram(Names.SnapshotDuration, "s", "How long it took to rewrite the JSON file.", tags: null, s_seconds);
        SweepDuration = _meter.CreateHistogram(Names.SweepDuration, "s", "How long it took to look for sessions that have ended, and to remove them.", tags: null, s_seconds);

        _meter.CreateObservableUpDownCounter(Names.Active, () => Of(static s => s.Sessions), "{session}", "Sessions in memory; those that have ended count until they are swept.");
        _meter.CreateObservableUpDownCounter(Names.Keys, () => Of(static s => s.Keys), "{key}", "Session keys that have a session.");
        _meter.CreateObservableUpDownCounter(Names.KeyActors, () => Of(static s => s.KeyActors), "{actor}", "Session keys that have an actor.");
        _meter.CreateObservableGauge(Names.Health, () => Of(static s => (int)s.Health), description: "0: healthy; 1: degraded; 2: unhealthy.");

        // Of their own, and 0 from the beginning: who looks at rates does not see the first step of what was not there before.
        _meter.CreateObservableCounter(Names.CommitFailures, () => Of(static s => s.FailedCommits), "{commit}", "Commits that the disk, or the database, refused.");
        _meter.CreateObservableCounter(Names.Reads, ObserveReads, "{read}", "Sessions that were asked for.");
        _meter.CreateObservableCounter(Names.UnknownIds, ObserveUnknown, "{lookup}", "Look-ups of ids that were never issued, or ended longer ago than is remembered.");
        if (hasFile)
        {
            CreateInstrumentsOfFile();
        }
    }

    public static string Version { get; } = typeof(EngineMeter).Assembly.GetName().Version!.ToString(3);

    public Histogram<double> CommandDuration { get; }

    public Counter<long> Created { get; }

    public Counter<long> Ended { get; }

    public Counter<long> LimitRejections { get; }

    public Histogram<double> CommitDuration { get; }

    public Histogram<int> CommitChanges { get; }

    public Histogram<double> SnapshotDuration { get; }

    public Histogram<double> SweepDuration { get; }

    /// <summary>The tags that all measurements have.</summary>
    public TagList Tags() => new(_store);

    /// <summary>What is observed from now on.</summary>
    public void Observe(Func<SessionsStatus> status, ReadCells reads) => _sources = new Sources(status, reads);

    /// <summary>Nothing is observed any more. A factory's meters end with the factory.</summary>
    public void Dispose()
    {
        _sources = null;
        _meter.Dispose();
    }

    private void CreateInstrumentsOfFile()
    {
        _meter.CreateObservableUpDownCounter(Names.JournalSize, () => Of(static s => s.JournalBytes), "By", "The journal's bytes that the JSON file does not hold.");
        _meter.CreateObservableUpDownCounter(Names.FileSize, () => Of(static s => s.FileBytes), "By", "The JSON file's bytes.");
        _meter.CreateObservableGauge(Names.CommitWait, () => Of(static s => s.LongestWait.TotalSeconds), "s", "How long the oldest change that is not on the disk has waited.");
        _meter.CreateObservableGauge(Names.EncryptionKeysNeeded, () => Of(static s => (long?)s.EncryptionKeysNeeded), "{key}", "Encryption keys without which some session could not be read.");
        _meter.CreateObservableCounter(Names.SnapshotFailures, () => Of(static s => s.FailedSnapshots), "{snapshot}", "Rewrites of the JSON file that failed.");
    }

    private Measurement<T>[] Of<T>(Func<SessionsStatus, T?> value)
        where T : struct => _sources is { } sources && value(sources.Status()) is { } measured ? [new(measured, _store)] : [];

    private IEnumerable<Measurement<T>> Of<T>(Func<SessionsStatus, T> value)
        where T : struct => Of<T>(status => (T?)value(status));

    private Measurement<long>[] ObserveReads()
    {
        if (_sources?.Reads.Total() is not { } total)
        {
            return [];
        }

        return [new(total.Found, [.. _store, new(Names.ResultTag, "found")]), new(total.Missing, [.. _store, new(Names.ResultTag, "missing")])];
    }

    private Measurement<long>[] ObserveUnknown() => _sources?.Reads.Total() is { } total ? [new(total.Unknown, _store)] : [];

    private sealed record Sources(Func<SessionsStatus> Status, ReadCells Reads);
}
