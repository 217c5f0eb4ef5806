namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Another program that replaces the JSON file, or removes it, when the engine turns to the disk for the n-th time.</summary>
/// <param name="disk">The disk that both use.</param>
/// <param name="content">What it leaves there; null for no file.</param>
/// <param name="after">How many operations of the engine come before.</param>
internal sealed class ForeignProgram(SimulatedDisk disk, byte[]? content, long after) : IFaults
{
    private long _left = after;

    public Random Random { get; } = new(1);

    public bool HasStruck { get; private set; }

    /// <summary>Whether what it left is still there.</summary>
    public bool IsUntouched => (content ?? []).AsSpan().SequenceEqual(disk.Content(Life.JsonPath)) && content is null == disk.Content(Life.JsonPath) is null;

    /// <summary>What it took away.</summary>
    public byte[]? Replaced { get; private set; }

    public void Before(string operation, string path)
    {
        // Between the last look at a file and its replacement nobody can keep another program out.
        var file = disk.Content(Life.JsonPath);
        if (operation != "Rename" && !HasStruck && _left-- <= 0 && (file ?? content) is not null)
        {
            HasStruck = true;
            Replaced = file;
            disk.ReplaceFromOutside(Life.JsonPath, content);
        }
    }

    public int RoomFor(string path, int bytes) => bytes;
}
