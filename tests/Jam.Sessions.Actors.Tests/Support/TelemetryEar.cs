using System.Diagnostics;
using System.Diagnostics.Metrics;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Hears all that engines of this process tell of themselves, as text.</summary>
internal sealed class TelemetryEar : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<string> _measurements = [];
    private readonly List<string> _spans = [];
    private readonly HashSet<string> _tagSets = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public TelemetryEar()
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Names.Source)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>(Hear);
        _meters.SetMeasurementEventCallback<int>(Hear);
        _meters.SetMeasurementEventCallback<double>(Hear);
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Names.Source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Hear,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public List<string> Measurements
    {
        get
        {
            lock (_lock)
            {
                return [.. _measurements];
            }
        }
    }

    public List<string> Spans
    {
        get
        {
            lock (_lock)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>All sets of tags that measurements and spans had.</summary>
    public HashSet<string> TagSets
    {
        get
        {
            lock (_lock)
            {
                return [.. _tagSets];
            }
        }
    }

    public void Observe() => _meters.RecordObservableInstruments();

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    private void Hear<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_lock)
        {
            _tagSets.Add(Text(tags.ToArray()));
            _measurements.Add($"{instrument.Name} {instrument.Unit} {instrument.Description} {value} {string.Join(' ', tags.ToArray())} {string.Join(' ', instrument.Meter.Tags ?? [])}");
        }
    }

    private static string Text(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));

    private void Hear(Activity span)
    {
        lock (_lock)
        {
            _tagSets.Add(Text(span.TagObjects));
            _spans.Add($"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Baggage)} {string.Join(' ', span.Events)} {string.Join(' ', span.Links.SelectMany(link => link.Tags ?? []))}");
        }
    }
}
