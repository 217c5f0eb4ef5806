using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>OpenTelemetry's SDK, as a host attaches it: metrics once a second, and every span in batches; what is exported goes nowhere.</summary>
internal sealed class Listener : IDisposable
{
    private const string Source = "Jam.Sessions.Actors";

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _spans;

    public Listener(bool hearsMetrics, bool hearsSpans)
    {
        if (hearsMetrics)
        {
            _metrics = Sdk.CreateMeterProviderBuilder().AddMeter(Source).AddReader(new PeriodicExportingMetricReader(new Nowhere<Metric>(), exportIntervalMilliseconds: 1000)).Build();
        }

        if (hearsSpans)
        {
            _spans = Sdk.CreateTracerProviderBuilder().AddSource(Source).SetSampler(new AlwaysOnSampler()).AddProcessor(new BatchActivityExportProcessor(new Nowhere<System.Diagnostics.Activity>())).Build();
        }
    }

    public void Dispose()
    {
        _metrics?.Dispose();
        _spans?.Dispose();
    }

    private sealed class Nowhere<T> : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch) => ExportResult.Success;
    }
}
