using System.Diagnostics;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>What the writer tells of its commits and snapshots.</summary>
internal sealed class WriterTelemetry(EngineMeter meter)
{
    /// <summary>Begins a commit.</summary>
    /// <param name="commands">The recorded commands in it.</param>
    public CommitWatch Begin(List<ActivityContext> commands) => new(Stopwatch.GetTimestamp(), Spans.BeginCommit(commands, meter.Tags()));

    /// <summary>The disk has taken a commit, or refused it.</summary>
    public void End(in CommitWatch watch, int changes, Exception? failure)
    {
        Record(meter.CommitDuration, watch.Began, failure);
        if (failure is null && meter.CommitChanges.Enabled)
        {
            Listeners.Tell(static told => told.meter.CommitChanges.Record(told.changes, told.meter.Tags()), (meter, changes));
        }

        if (watch.Span is { } span)
        {
            span.SetTag(Names.CommitChanges, changes);
            Spans.End(span, failure);
        }
    }

    /// <summary>A snapshot has replaced the file, or has failed.</summary>
    /// <param name="began">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="failure">Why it failed; null where it did not.</param>
    public void Snapshot(long began, Exception? failure) => Record(meter.SnapshotDuration, began, failure);

    private void Record(System.Diagnostics.Metrics.Histogram<double> duration, long began, Exception? failure)
    {
        if (!duration.Enabled)
        {
            return;
        }

        var tags = meter.Tags();
        if (failure is not null)
        {
            tags.Add(Names.ErrorTag, failure.GetType().FullName);
        }

        Listeners.Tell(static told => told.duration.Record(told.TotalSeconds, told.tags), (duration, Stopwatch.GetElapsedTime(began).TotalSeconds, tags));
    }
}

/// <summary>A commit that is on its way to the disk.</summary>
internal readonly record struct CommitWatch(long Began, Activity? Span);
