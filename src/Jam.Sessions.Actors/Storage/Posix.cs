using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Storage;

/// <summary>What .NET has no call for: syncing a directory, reading a file that is locked, and a thread's priority.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0;
    private const int Process = 0, ThisThread = 0, Nice = 10;

    /// <summary>A rename or creation survives power loss only after its directory was synced. Windows has no such call and needs none.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = Open(directory);
        if (handle.IsInvalid || FSync(handle) != 0)
        {
            throw new IOException($"The directory {directory} cannot be synced: {LastError()}");
        }
    }

    /// <summary>The first bytes of a file, whoever has locked it; null where they cannot be had.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            using var handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : Open(path);
            var buffer = new byte[512];
            var text = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0)).Trim();
            return text.Length > 0 ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>From now on the calling thread, which should be no pool's, leaves the processor to whoever else wants it.</summary>
    /// <remarks>
    /// .NET sets priorities on Windows alone. On Linux a niceness is a thread's own (setpriority(2), "C library/kernel differences"), and raising it
    /// needs no right; elsewhere it is the whole process's, and is left as it is.
    /// </remarks>
    public static void LowerPriority()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, ThisThread, Nice);
        }
    }

    private static SafeFileHandle Open(string path) => new(OpenPath(path, ReadOnly), ownsHandle: true);

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
