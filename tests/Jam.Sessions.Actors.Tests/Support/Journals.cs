using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Reads a journal by its name.</summary>
internal static class Journals
{
    public static JournalSummary? Read(IDisk disk, string path, JournalReader.OnBatch? onBatch = null)
    {
        using var file = disk.OpenRead(path)!;
        return JournalReader.Read(path, file, onBatch);
    }
}
