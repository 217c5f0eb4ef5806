using System.Diagnostics.Metrics;
using Jam.Sessions.Actors.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>The meters of one test: those of other engines in the process are not heard.</summary>
internal sealed class Instruments : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(Factory, Names.Source, instrument);

    public void Dispose() => _services.Dispose();

    /// <summary>What an observable instrument says now; of several measurements the sum, and not a number where there is none.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tag">The value that one of the measurement's tags has; null: any.</param>
    public double Observe(string instrument, string? tag = null)
    {
        var seen = double.NaN;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (published, self) =>
        {
            if (ReferenceEquals(published.Meter.Scope, Factory) && published.Name == instrument)
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
