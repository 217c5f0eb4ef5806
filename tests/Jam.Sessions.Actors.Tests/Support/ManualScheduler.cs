using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A scheduler whose time is the test's: what is due is told by whoever lets time pass, also while something that was due is handled.</summary>
/// <remarks>Akka.TestKit's own cannot do the latter.</remarks>
public sealed class ManualScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log)
{
    private readonly List<(TimeSpan At, Action Tell, ICancelable? Cancelable)> _items = [];

    public static Config Config { get; } = ConfigurationFactory.ParseString(
        $"akka {{ loglevel = OFF, stdout-loglevel = OFF, scheduler.implementation = \"{typeof(ManualScheduler).AssemblyQualifiedName}\" }}");

    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    public override TimeSpan HighResMonotonicClock => Elapsed;

    protected override DateTimeOffset TimeNow => DateTimeOffset.UnixEpoch + Elapsed;

    private TimeSpan Elapsed { get; set; }

    public void Advance(TimeSpan duration)
    {
        Elapsed += duration;
        while (Next() is { } due)
        {
            due();
        }
    }

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Add(delay, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Add(delay, action.Run, cancelable);

    // Akka's own: nothing that a test of time waits for.
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
    }

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable)
    {
    }

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable)
    {
    }

    private void Add(TimeSpan delay, Action tell, ICancelable? cancelable)
    {
        lock (_items)
        {
            _items.Add((Elapsed + delay, tell, cancelable));
        }
    }

    private Action? Next()
    {
        lock (_items)
        {
            _items.RemoveAll(item => item.Cancelable is { IsCancellationRequested: true });
            var due = _items.Where(item => item.At <= Elapsed).OrderBy(item => item.At).FirstOrDefault();
            _items.Remove(due);
            return due.Tell;
        }
    }
}
