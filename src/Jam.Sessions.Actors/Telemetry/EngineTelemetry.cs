using System.Diagnostics.Metrics;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>What one engine lets be seen of it from outside: metrics, spans, health, and the alarm about guessed ids.</summary>
/// <param name="factory">Whoever makes the meters of the host; null: nobody does.</param>
/// <param name="store">The store's name; empty for the one that needs none.</param>
/// <param name="health">How the engine is.</param>
/// <param name="alarm">Hears of ids that were never issued; null: nobody does.</param>
/// <param name="hasFile">Whether there is a JSON file with its journal.</param>
internal sealed class EngineTelemetry(IMeterFactory? factory, string store, StoreHealth health, GuessAlarm? alarm, bool hasFile) : IDisposable
{
    private readonly EngineMeter _meter = new(factory, store, hasFile);

    public ReadCells Reads { get; } = new();

    public StoreHealth Health => health;

    public WriterTelemetry Writer => new(_meter);

    /// <summary>What is observed from now on.</summary>
    public void Observe(Func<SessionsStatus> status) => _meter.Observe(status, Reads);

    /// <summary>A command is on its way; null where nobody wants to know.</summary>
    public CommandWatch? Begin(ISessionCommand command) => CommandWatch.Begin(_meter, command);

    /// <summary>An id was looked up that was never issued, as far as is remembered.</summary>
    public void Unknown()
    {
        if (Reads.Unknown() is var count && alarm is not null && count % alarm.Step == 0)
        {
            alarm.Add(alarm.Step);
        }
    }

    /// <summary>Changes are committed: counts the sessions that came and went.</summary>
    /// <param name="stated">What each command changes.</param>
    public void Count(ReadOnlySpan<DocumentChange> stated)
    {
        if (!_meter.Created.Enabled && !_meter.Ended.Enabled)
        {
            return;
        }

        for (var i = 0; i < stated.Length; i++)
        {
            if (i == 0 || !stated[i].Repeats(stated[i - 1]))
            {
                Count(stated[i]);
            }
        }
    }

    /// <summary>A sweep was made.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="failure">Why it failed; null where it did not.</param>
    public void Swept(TimeSpan took, Exception? failure)
    {
        var tags = _meter.Tags();
        if (failure is not null)
        {
            tags.Add(Names.ErrorTag, failure.GetType().FullName);
        }

        Listeners.Tell(static told => told.SweepDuration.Record(told.TotalSeconds, told.tags), (_meter.SweepDuration, took.TotalSeconds, tags));
    }

    public void Dispose()
    {
        _meter.Dispose();
        Reads.Close();
    }

    private void Count(in DocumentChange change)
    {
        var tags = _meter.Tags();
        switch (change)
        {
            case { Before: null }:
                Listeners.Tell(static told => told.Created.Add(1, told.tags), (_meter.Created, tags));
                break;
            case { After: null }:
                tags.Add(Names.ReasonTag, ReasonOf(change.Intent.Why()));
                Listeners.Tell(static told => told.Ended.Add(1, told.tags), (_meter.Ended, tags));
                break;
        }
    }

    private static string ReasonOf(SessionEndReason why) => why switch
    {
        SessionEndReason.Deleted => "deleted",
        SessionEndReason.Cleared => "cleared",
        SessionEndReason.Idle => "idle",
        SessionEndReason.MaxLifetime => "max_lifetime",
        SessionEndReason.Limit => "limit",
        SessionEndReason.Replayed => "replayed",
        _ => "other",
    };
}
