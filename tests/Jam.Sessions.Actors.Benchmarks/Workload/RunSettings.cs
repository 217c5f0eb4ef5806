namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>How a measurement is made.</summary>
internal sealed record RunSettings
{
    public TimeSpan Seconds { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <inheritdoc cref="Window" path="/param[@name='isFair']" />
    public bool IsFair { get; init; }

    /// <summary>Ends every wait; a cancelled measurement is of no use.</summary>
    public CancellationToken Interrupted { get; init; }

    /// <summary>Waits on the calling thread: those of the pool belong to the callers.</summary>
    public void Wait(TimeSpan time)
    {
        Interrupted.WaitHandle.WaitOne(time);
        Interrupted.ThrowIfCancellationRequested();
    }
}
