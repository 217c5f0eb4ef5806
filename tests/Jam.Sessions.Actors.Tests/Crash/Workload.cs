namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>What a workload begins with: nothing, or a file that jam wrote, with things in it that the engine does not know.</summary>
internal static class Workload
{
    private static ReadOnlySpan<byte> JamFile =>
        """
        {"other": {"1": {"kept": [1, 2.50]}}, "_default": {"1": {"key": "anna", "session_id": "one", "data": "{\"a\": 1}", "created_at": 1795367285.296665}, "3": {"key": "bert", "session_id": "two", "extra": null, "data": "{}", "created_at": 1}, "x": [true], "7": {"key": 5}}, "last": {}}
        """u8;

    /// <param name="seed">Decides what it begins with.</param>
    /// <param name="disk">Where; null for a disk that lacks nothing.</param>
    /// <param name="mode">How the store keeps its secrets; null: as jam does.</param>
    public static (SimulatedDisk Disk, Oracle Oracle) Begin(int seed, SimulatedDisk? disk = null, StoreMode? mode = null)
    {
        disk ??= new SimulatedDisk();
        mode ??= StoreMode.Plain;
        if (seed % 2 == 0)
        {
            disk.Put(Life.JsonPath, JamFile.ToArray());
        }

        var documents = Actors.JsonFile.SnapshotReader.Read(disk, Life.JsonPath, mode.Reader()).Documents;
        return (disk, new Oracle(Documents.Of(documents), mode, ["one", "two"]));
    }
}
