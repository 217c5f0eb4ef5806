namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>How a measurement is made.</summary>
internal sealed record RunSettings
{
    private static readonly ManualResetEventSlim s_never = new();

    public TimeSpan Seconds { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(4);

    /// <inheritdoc cref="Window" path="/param[@name='isFair']" />
    public bool IsFair { get; init; }

    /// <summary>How many cores other processes may use meanwhile; a measurement with more is made again, a few times at most.</summary>
    public double MaxOthers { get; init; } = double.PositiveInfinity;

    /// <summary>Lets the time pass on the calling thread: those of the pool belong to the callers.</summary>
    public static void Wait(TimeSpan time) => s_never.Wait(time);
}
