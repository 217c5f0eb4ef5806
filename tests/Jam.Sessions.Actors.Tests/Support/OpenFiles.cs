using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Reads files that a running engine has locked, as programs do that ask for no lock.</summary>
internal static class OpenFiles
{
    public static byte[] Read(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using var shared = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadToEnd(shared);
        }

        using var handle = new SafeFileHandle(Open(path, flags: 0), ownsHandle: true);
        using var stream = handle.IsInvalid ? throw new FileNotFoundException(path) : new FileStream(handle, FileAccess.Read);
        return ReadToEnd(stream);
    }

    public static void Copy(string source, string target) => File.WriteAllBytes(target, Read(source));

    private static byte[] ReadToEnd(FileStream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    [DllImport("libc", EntryPoint = "open")]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
