using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Storage;

/// <summary>What .NET has no call for: syncing a directory, and reading a file that is locked.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0;

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

    private static SafeFileHandle Open(string path) => new(OpenPath(path, ReadOnly), ownsHandle: true);

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);
}
