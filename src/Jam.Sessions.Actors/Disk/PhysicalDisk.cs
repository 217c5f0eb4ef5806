namespace Jam.Sessions.Actors.Disk;

/// <summary>The disk of this operating system.</summary>
internal static class PhysicalDisk
{
    /// <param name="allowUnlocked">Whether to go on where the file system gives no locks.</param>
    /// <param name="warn">Hears, once for each kind, of what this file system cannot do.</param>
    public static IDisk Of(bool allowUnlocked, Action<string> warn) =>
        OperatingSystem.IsWindows() ? new WindowsDisk() : new UnixDisk(allowUnlocked, warn);
}
