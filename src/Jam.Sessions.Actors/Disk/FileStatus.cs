using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Disk;

/// <summary>What a Unix file system says of a file.</summary>
/// <param name="Mode">Kind and rights, as in stat(2).</param>
/// <param name="Owner">A user's number.</param>
/// <param name="Device">With <paramref name="Inode"/>, which file it is, whatever its name.</param>
/// <param name="Inode">Its number on the device.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970.</param>
/// <param name="IsMountPoint">Whether something was mounted onto this very file; false where the system does not tell.</param>
internal readonly partial record struct FileStatus(int Mode, uint Owner, ulong Device, ulong Inode, long Length, long Modified, bool IsMountPoint)
{
    public const int OwnerOnly = 0b110_000_000;

    private const int KindBits = 0xF000, Rights = 0xFFF, AnswerLength = 256;
    private const int NoDirectory = -100, NoFollow = 0x100, OfDescriptor = 0x1000, BasicStatus = 0x7FF;
    private const ulong MountRoot = 0x2000;

    public bool IsRegular => (Mode & KindBits) == 0x8000;

    public bool IsSocket => (Mode & KindBits) == 0xC000;

    public bool IsPrivate => (Mode & Rights & ~0b111_000_000) == 0;

    public string OctalRights => Convert.ToString(Mode & Rights, 8).PadLeft(4, '0');

    public string Kind => (Mode & KindBits) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a directory",
        0xA000 => "a symbolic link",
        0xC000 => "a socket",
        _ => "a regular file",
    };

    public bool IsSameFileAs(FileStatus other) => (Device, Inode) == (other.Device, other.Inode);

    /// <summary>Null where nothing has this name.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="follow">Whether a symbolic link stands for what it leads to.</param>
    public static FileStatus? Of(string path, bool follow)
    {
        if (OperatingSystem.IsMacOS())
        {
            using var file = Libc.TryOpen(path, follow ? OpenFlags.Read : OpenFlags.NoFollow, out var refusal);
            return file is not null ? Of(file, path) : refusal == Errno.NoSuchFile ? null : throw new SystemCallException("open", path, refusal);
        }

        Span<byte> answer = stackalloc byte[AnswerLength];
        return Status(NoDirectory, path, follow ? 0 : NoFollow, BasicStatus, ref answer[0]) == 0 ? Parse(answer)
            : Marshal.GetLastPInvokeError() is var error && error == Errno.NoSuchFile ? null
            : throw new SystemCallException("stat", path, error);
    }

    public static FileStatus Of(SafeFileHandle file, string path)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        var result = !OperatingSystem.IsMacOS() ? DescriptorStatus(file, "", OfDescriptor, BasicStatus, ref answer[0])
            : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? StatusOnMac(file, ref answer[0])
            : StatusOnIntelMac(file, ref answer[0]);
        return result == 0 ? Parse(answer) : throw new SystemCallException("stat", path, Marshal.GetLastPInvokeError());
    }

    /// <remarks>The layouts of struct statx in linux/stat.h, and of struct stat in sys/stat.h of macOS.</remarks>
    private static FileStatus Parse(ReadOnlySpan<byte> answer) => OperatingSystem.IsMacOS()
        ? new FileStatus(
            BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]), UInt(answer[16..]), UInt(answer), ULong(answer[8..]), (long)ULong(answer[96..]),
            Nanoseconds(ULong(answer[48..]), ULong(answer[56..])), IsMountPoint: false)
        : new FileStatus(
            MemoryMarshal.Read<ushort>(answer[28..]), UInt(answer[20..]), ((ulong)UInt(answer[136..]) << 32) | UInt(answer[140..]), ULong(answer[32..]),
            (long)ULong(answer[40..]), Nanoseconds(ULong(answer[112..]), UInt(answer[120..])), (ULong(answer[8..]) & MountRoot) != 0);

    private static long Nanoseconds(ulong seconds, ulong nanoseconds) => unchecked(((long)seconds * 1_000_000_000) + (long)nanoseconds);

    private static uint UInt(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);

    private static ulong ULong(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DescriptorStatus(SafeFileHandle file, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int StatusOnMac(SafeFileHandle file, ref byte answer);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int StatusOnIntelMac(SafeFileHandle file, ref byte answer);
}
