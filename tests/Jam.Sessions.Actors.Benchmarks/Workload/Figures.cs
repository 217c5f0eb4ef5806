namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>What a measurement found: numbers by name.</summary>
internal sealed class Figures : Dictionary<string, double>
{
    public Figures()
    {
    }

    public Figures(IEnumerable<(string Name, double Value)> figures)
        : base(figures.Select(figure => KeyValuePair.Create(figure.Name, figure.Value)))
    {
    }

    /// <summary>The first operation that failed, if any did.</summary>
    public string? FirstError { get; init; }

    public Figures With(string kind, Latencies latencies)
    {
        this[$"{kind}_p50_us"] = latencies.Microseconds(0.5);
        this[$"{kind}_p99_us"] = latencies.Microseconds(0.99);
        this[$"{kind}_p999_us"] = latencies.Microseconds(0.999);
        return this;
    }
}
