using System.Net.Sockets;
using System.Runtime.Versioning;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Disk;

/// <summary>What the system says of a file.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FileStatusSpec : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void A_file_has_its_length_time_and_rights_by_name_and_by_handle()
    {
        var path = _folder.File("a");
        File.WriteAllText(path, "12345");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 11, 26, 12, 0, 0, DateTimeKind.Utc).AddTicks(1_234_567));
        var named = FileStatus.Of(path, follow: false)!.Value;
        using var handle = File.OpenHandle(path);
        Assert.Equal(named, FileStatus.Of(handle, path));
        Assert.Equal((5L, 1_795_694_400_123_456_700L, "0640", "a regular file"), (named.Length, named.Modified, named.OctalRights, named.Kind));
        Assert.Equal((true, false, false, false), (named.IsRegular, named.IsSocket, named.IsPrivate, named.IsMountPoint));
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.True(FileStatus.Of(path, follow: false)!.Value.IsPrivate);
        Assert.Null(FileStatus.Of(_folder.File("none"), follow: false));
    }

    [LinuxFact]
    public void A_symbolic_link_is_itself_or_what_it_leads_to()
    {
        var (path, link) = (_folder.File("a"), _folder.File("link"));
        File.WriteAllText(path, "12345");
        File.CreateSymbolicLink(link, path);
        Assert.Equal("a symbolic link", FileStatus.Of(link, follow: false)!.Value.Kind);
        Assert.True(FileStatus.Of(link, follow: true)!.Value.IsSameFileAs(FileStatus.Of(path, follow: false)!.Value));
        Assert.False(FileStatus.Of(link, follow: false)!.Value.IsSameFileAs(FileStatus.Of(path, follow: false)!.Value));
    }

    [LinuxFact]
    public void What_is_no_file_has_the_name_of_its_kind()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.File("s")));
        var status = FileStatus.Of(_folder.File("s"), follow: false)!.Value;
        Assert.Equal(("a socket", true, false), (status.Kind, status.IsSocket, status.IsRegular));
        Assert.Equal("a directory", FileStatus.Of(_folder.Path, follow: false)!.Value.Kind);
        Assert.Equal("a device", FileStatus.Of("/dev/null", follow: false)!.Value.Kind);
        Assert.True(FileStatus.Of("/proc", follow: false)!.Value.IsMountPoint);
    }

    [LinuxFact]
    public void A_name_that_leads_through_a_file_is_an_error()
    {
        var path = _folder.File("a");
        File.WriteAllText(path, "");
        Assert.Contains("stat", Assert.Throws<SystemCallException>(() => FileStatus.Of($"{path}/b", follow: false)).Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void Only_what_a_file_system_does_not_have_is_unsupported()
    {
        Assert.Equal([22, 38, 95], Enumerable.Range(1, 133).Where(Errno.IsUnsupported));
        Assert.Equal([22, 37, 38, 95], Enumerable.Range(1, 133).Where(Errno.IsWithoutLocks));
    }
}
