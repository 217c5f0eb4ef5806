using System.Diagnostics.Metrics;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>What the observable instruments of the engines of this process say.</summary>
internal static class Instruments
{
    /// <summary>What an instrument says now; of several measurements the sum, and not a number where there is none.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tag">The value that one of the measurement's tags has; null: any.</param>
    public static double Observe(string instrument, string? tag = null)
    {
        var seen = double.NaN;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (published, self) =>
        {
            if (published.Meter.Name == Names.Source && published.Name == instrument)
            {
                self.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => See(value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => See(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => See(value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;

        void See(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tag is null || tags.ToArray().Any(found => tag.Equals(found.Value)))
            {
                seen = double.IsNaN(seen) ? value : seen + value;
            }
        }
    }
}
