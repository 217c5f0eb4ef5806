using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Disk;

/// <summary>System calls by their own names, and what they answered: 0, or the error.</summary>
/// <remarks>
/// .NET's file API ignores a failed fsync(2) and flock(2), follows symbolic links, and copies where a rename crosses file systems. Reading,
/// writing and cutting an open file it reports faithfully, so these go through <see cref="RandomAccess"/>.
/// </remarks>
internal static partial class Libc
{
    // A call that a signal interrupts did nothing and is repeated; one that never ends otherwise is a fault.
    private const int MaxInterruptions = 100;

    private const int FullSyncCommand = 51;

    private static readonly bool s_isApple = OperatingSystem.IsMacOS();
    private static readonly bool s_isArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    public static SafeFileHandle? TryOpen(string path, OpenFlags flags, out int error)
    {
        var (bits, descriptor) = (BitsOf(flags), -1);
        error = Uninterrupted((path, bits), static call => Open(call.path, call.bits), ref descriptor);
        return error == 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    /// <summary>The content and length of a file. What else its directory entry says, as the time of the last write, may come later.</summary>
    /// <remarks>fsync(2) on macOS leaves the content in the drive's cache; F_FULLFSYNC does not, and not every file system there has it.</remarks>
    public static int Sync(SafeFileHandle file)
    {
        if (!s_isApple)
        {
            return Uninterrupted(file, DataSync);
        }

        var error = Uninterrupted(file, static file => Control(file, FullSyncCommand));
        return Errno.IsUnsupported(error) ? SyncAll(file) : error;
    }

    public static int SyncAll(SafeFileHandle file) => Uninterrupted(file, FullSync);

    /// <summary>An exclusive lock, without waiting for it.</summary>
    public static int Lock(SafeFileHandle file) => Uninterrupted(file, static file => FileLock(file, 2 | 4));

    public static int Rename(string source, string target) => Uninterrupted((source, target), static call => RenameFile(call.source, call.target));

    public static int Unlink(string path) => Uninterrupted(path, UnlinkFile);

    public static int RemoveDirectory(string path) => Uninterrupted(path, RemoveEmptyDirectory);

    public static int SetMode(SafeFileHandle file, int mode) => Uninterrupted((file, mode), static call => ChangeMode(call.file, call.mode));

    private static int Uninterrupted<T>(T arguments, Func<T, int> call)
    {
        var result = -1;
        return Uninterrupted(arguments, call, ref result);
    }

    private static int Uninterrupted<T>(T arguments, Func<T, int> call, ref int result)
    {
        var error = Errno.Interrupted;
        for (var tries = 0; error == Errno.Interrupted && tries < MaxInterruptions; tries++)
        {
            result = call(arguments);
            error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        }

        return error;
    }

    /// <summary>The numbers of fcntl.h: macOS has its own, and on Linux two of them differ on ARM.</summary>
    private static int BitsOf(OpenFlags flags)
    {
        var (create, exclusive, noFollow, closeOnExec, nonBlocking, noTerminal) = s_isApple
            ? (0x200, 0x800, 0x100, 0x1000000, 0x4, 0x20000)
            : (0x40, 0x80, s_isArm ? 0x8000 : 0x20000, 0x80000, 0x800, 0x100);
        return closeOnExec | nonBlocking | noTerminal
            | (flags.HasFlag(OpenFlags.Write) ? 2 : 0)
            | (flags.HasFlag(OpenFlags.Create) ? create : 0)
            | (flags.HasFlag(OpenFlags.MustNotExist) ? exclusive : 0)
            | (flags.HasFlag(OpenFlags.NoFollow) ? noFollow : 0);
    }

    /// <remarks>The mode is a variadic argument, which macOS on ARM takes from the stack, behind the eight that go into registers.</remarks>
    private static int Open(string path, int flags) => s_isApple && s_isArm
        ? OpenOnAppleArm(path, flags, 0, 0, 0, 0, 0, 0, FileStatus.OwnerOnly)
        : OpenFile(path, flags, FileStatus.OwnerOnly);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenOnAppleArm(string path, int flags, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, int mode);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FullSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle file, int mode);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string source, string target);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkFile(string path);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveEmptyDirectory(string path);
}

/// <summary>How a file is opened: always closed on exec, and without waiting for a pipe's other end.</summary>
[Flags]
internal enum OpenFlags
{
    Read = 0,
    Write = 1,
    Create = 2,
    MustNotExist = 4,
    NoFollow = 8,
}
