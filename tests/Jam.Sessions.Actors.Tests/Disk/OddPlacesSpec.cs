using System.Diagnostics;
using System.Net.Sockets;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Disk;

/// <summary>Names that stand for something else than a regular file of one's own: each is refused at once, by its name, and left alone.</summary>
public sealed class OddPlacesSpec : EngineTest
{
    [LinuxFact]
    public async Task A_named_pipe_is_refused_and_the_start_does_not_hang()
    {
        Run("mkfifo", JsonPath);
        await AssertRefusedAsync("a named pipe");
    }

    [LinuxFact]
    public async Task A_socket_is_refused()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(JsonPath));
        await AssertRefusedAsync("a socket");
    }

    [LinuxFact]
    public async Task A_device_is_refused_behind_a_symbolic_link_too()
    {
        File.CreateSymbolicLink(JsonPath, "/dev/null");
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync());
        Assert.Contains("/dev/null is a device", refusal.Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_directory_is_refused()
    {
        Directory.CreateDirectory(JsonPath);
        await AssertRefusedAsync("a directory");
    }

    /// <remarks>In a directory that others can write, a planted link would lead the engine to any file that its user may write.</remarks>
    [LinuxFact]
    public async Task A_symbolic_link_in_the_place_of_the_lock_file_is_refused_and_its_target_left_alone()
    {
        var target = Path.Combine(Folder, "precious");
        File.WriteAllText(target, "precious");
        foreach (var name in new[] { "sessions.json.lock", "sessions.json.journal-1" })
        {
            var link = Path.Combine(Folder, name);
            File.CreateSymbolicLink(link, target);
            await AssertRefusedAsync($"{name} is a symbolic link");
            File.Delete(link);
        }

        Assert.Equal("precious", File.ReadAllText(target));
    }

    [LinuxFact]
    public async Task A_symbolic_link_in_the_place_of_a_temporary_file_is_replaced_and_its_target_left_alone()
    {
        var target = Path.Combine(Folder, "precious");
        File.WriteAllText(target, "precious");
        File.CreateSymbolicLink($"{JsonPath}.tmp", target);
        File.CreateSymbolicLink($"{JsonPath}.journal-spare", target);
        await using (var engine = await StartAsync())
        {
            File.CreateSymbolicLink($"{JsonPath}.tmp", target);
            await engine.Client.CreateAsync("user1", Data());
            await engine.Client.FlushAsync();
        }

        Assert.Equal("precious", File.ReadAllText(target));
        Assert.Null(new FileInfo(JsonPath).LinkTarget);
    }

    /// <remarks>A container that mounts one file: nothing can be renamed onto it, and what is beside it is gone with the container.</remarks>
    [SmallDiskFact]
    public async Task A_volume_that_is_one_file_is_refused_at_the_start_with_what_to_mount()
    {
        using var disk = new SmallDisk(kilobytes: 64, """touch "$1/sessions.json" "$1/other" && mount --bind "$1/other" "$1/sessions.json" """);
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync(o => o.JsonPath = disk.File("sessions.json")));
        Assert.Contains("mount point of its own", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Mount its directory instead", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["other", "sessions.json", "sessions.json.lock"], Directory.GetFiles(disk.Path).Select(Path.GetFileName).Order());
    }

    private static void Run(string program, string argument)
    {
        using var process = Process.Start(program, [argument]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task AssertRefusedAsync(string finding)
    {
        var before = Directory.GetFileSystemEntries(Folder).Order().ToList();
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync());
        Assert.Contains(finding, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(Folder).Except([$"{JsonPath}.lock"]).Concat(before.Where(path => path == $"{JsonPath}.lock")).Order());
    }
}
