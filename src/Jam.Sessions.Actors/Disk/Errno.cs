namespace Jam.Sessions.Actors.Disk;

/// <summary>Answers of system calls that mean something to the engine. Sources: errno.h of Linux and of macOS.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoSuchFile = 2;
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Invalid = 22;
    public const int ReadOnlyFileSystem = 30;

    public static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    private static readonly int s_noLocks = OperatingSystem.IsMacOS() ? 77 : 37;
    private static readonly int s_noSuchCall = OperatingSystem.IsMacOS() ? 78 : 38;
    private static readonly int s_notSupported = OperatingSystem.IsMacOS() ? 45 : 95;
    private static readonly int s_operationNotSupported = OperatingSystem.IsMacOS() ? 102 : 95;

    /// <summary>Whether the file system has no such call for this kind of file, as opposed to one that failed.</summary>
    public static bool IsUnsupported(int error) =>
        error == Invalid || error == s_noSuchCall || error == s_notSupported || error == s_operationNotSupported;

    /// <summary>Whether a lock cannot be had at all, as opposed to one that somebody else has.</summary>
    public static bool IsWithoutLocks(int error) => error == s_noLocks || IsUnsupported(error);
}
