namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>How a fault behaves once it has struck.</summary>
public enum FaultKind
{
    Once,
    UntilHealed,
}

/// <summary>Makes one kind of operation fail from its n-th call on, or lets the disk run full after a number of bytes.</summary>
/// <param name="operation">The name of the operation; "Full" for a disk without room, "ReadOnlyDirectory" for one that takes no new names.</param>
/// <param name="kind">Once, or until <see cref="Heal"/>.</param>
/// <param name="after">How many calls, or bytes, still work.</param>
/// <param name="random">Draws what a short write or a failed sync leaves.</param>
internal sealed class FaultPlan(string operation, FaultKind kind, long after, Random random) : IFaults
{
    public const string Full = nameof(Full);

    public const string ShortWrite = "Write";

    /// <summary>Files that are open can be written; none can be created, renamed or removed.</summary>
    public const string ReadOnlyDirectory = nameof(ReadOnlyDirectory);

    private static readonly string[] s_needDirectory = ["Create", "Rename", "Delete"];

    /// <summary>The operations that may fail.</summary>
    public static readonly string[] Operations =
        [Full, ShortWrite, ReadOnlyDirectory, "Create", "Open", "Cut", "Sync", "Rename", "SyncDirectory", "Delete", "OpenRead", "Read", "Stamp", "List", "Lock", "MakePrivate", "RequireReplaceable"];

    private long _left = after;
    private bool _isHealed;

    public Random Random => random;

    /// <summary>Whether the fault was met.</summary>
    public bool HasStruck { get; private set; }

    public void Heal() => _isHealed = true;

    public void Before(string asked, string path)
    {
        if (operation == ReadOnlyDirectory && s_needDirectory.Contains(asked) && Strikes())
        {
            throw new UnauthorizedAccessException($"{asked} of {Path.GetFileName(path)} was denied");
        }

        if (asked == operation && Strikes())
        {
            throw random.Next(2) == 0
                ? new IOException($"{asked} of {Path.GetFileName(path)} failed")
                : new UnauthorizedAccessException($"{asked} of {Path.GetFileName(path)} was denied");
        }
    }

    public int RoomFor(string path, int bytes)
    {
        if (operation == ShortWrite)
        {
            return Strikes() ? random.Next(bytes) : bytes;
        }

        if (operation != Full || _isHealed || (kind == FaultKind.Once && HasStruck))
        {
            return bytes;
        }

        var room = (int)Math.Min(bytes, _left);
        _left -= room;
        HasStruck |= room < bytes;
        return room;
    }

    private bool Strikes()
    {
        if (_isHealed || _left-- > 0 || (kind == FaultKind.Once && HasStruck))
        {
            return false;
        }

        return HasStruck = true;
    }
}
