using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Commit;

/// <summary>What the writer goes by.</summary>
/// <param name="FlushInterval">How long an acknowledged change may stay unwritten.</param>
/// <param name="SnapshotJournalBytes">From which length of the journal on a snapshot pays.</param>
/// <param name="TimeProvider">The clock.</param>
internal sealed record WriterSettings(TimeSpan FlushInterval, long SnapshotJournalBytes, TimeProvider TimeProvider)
{
    public static WriterSettings Of(ResolvedOptions options) => new(options.FlushInterval, options.SnapshotJournalBytes, options.TimeProvider);
}
