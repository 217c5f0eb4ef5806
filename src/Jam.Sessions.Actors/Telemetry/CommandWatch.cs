using System.Diagnostics;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>A command from its call to its answer, where anybody wants to know of it.</summary>
internal sealed class CommandWatch
{
    private readonly EngineMeter _meter;
    private readonly string _kind;
    private readonly long _began;
    private readonly Activity? _span;

    private CommandWatch(EngineMeter meter, string kind)
    {
        (_meter, _kind) = (meter, kind);
        _span = Spans.BeginCommand(kind, meter.Tags());
        _began = Stopwatch.GetTimestamp();
    }

    /// <summary>The command's span, where it is recorded: the commit in which it ends up links to it.</summary>
    public ActivityContext? Recorded => _span is { Recorded: true } span ? span.Context : null;

    /// <summary>Null where nobody listens.</summary>
    public static CommandWatch? Begin(EngineMeter meter, ISessionCommand command) =>
        meter.CommandDuration.Enabled || meter.LimitRejections.Enabled || Spans.AreHeard ? new CommandWatch(meter, CommandKind.Of(command)) : null;

    /// <param name="failure">What the caller gets thrown; null where it gets an answer.</param>
    public void End(Exception? failure)
    {
        Listeners.Tell(static end => end.Watch.Record(end.Failure), (Watch: this, Failure: failure));
        if (_span is not null)
        {
            Spans.End(_span, failure);
        }
    }

    private void Record(Exception? failure)
    {
        if (_meter.CommandDuration.Enabled)
        {
            var tags = _meter.Tags();
            tags.Add(Names.CommandTag, _kind);
            if (failure is not null)
            {
                tags.Add(Names.ErrorTag, failure.GetType().FullName);
            }

            _meter.CommandDuration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds, tags);
        }

        if (failure is SessionLimitException or SessionCapacityException && _meter.LimitRejections.Enabled)
        {
            var tags = _meter.Tags();
            tags.Add(Names.LimitTag, failure is SessionLimitException ? "key" : "store");
            _meter.LimitRejections.Add(1, tags);
        }
    }
}
