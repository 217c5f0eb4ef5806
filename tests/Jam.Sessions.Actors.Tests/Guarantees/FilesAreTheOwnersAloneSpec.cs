using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 9. Files are the owner's alone.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FilesAreTheOwnersAloneSpec : EngineTest
{
    [Fact]
    public async Task Every_file_has_mode_0600_also_one_that_jam_had_left_open_to_all()
    {
        File.WriteAllText(JsonPath, """{"_default": {}}""");
        File.SetUnixFileMode(JsonPath, (UnixFileMode)0b110_100_100);
        await using var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", Data());
        AssertPrivate(expected: 3);
        await engine.Client.FlushAsync();
        await engine.Client.CreateAsync("user1", Data());
        AssertPrivate(expected: 3);
    }

    /// <remarks>Whatever was created is looked at whenever the engine turns to the disk again: each file before its first byte is written.</remarks>
    [Fact]
    public async Task Every_new_file_is_private_before_its_first_byte_though_the_umask_takes_nothing_away()
    {
        var modes = new HashSet<(string Name, UnixFileMode Mode)>();
        var disk = new FaultyDisk
        {
            Before = (_, _) => modes.UnionWith(Directory.GetFiles(Folder).Select(file => (Path.GetFileName(file), File.GetUnixFileMode(file)))),
        };
        await WithUmaskAsync(0, async () =>
        {
            await using var engine = await StartOnAsync(disk);
            await engine.Client.CreateAsync("user1", Data());
            await engine.Client.FlushAsync();
        });
        string[] names = ["sessions.json", "sessions.json.journal-1", "sessions.json.journal-2", "sessions.json.lock", "sessions.json.tmp"];
        Assert.Equal(names.Select(name => (name, UnixFileMode.UserRead | UnixFileMode.UserWrite)), modes.OrderBy(file => file.Name));
    }

    /// <remarks>A file that is created private keeps what the umask takes from it; one that is made private afterwards does not.</remarks>
    [Theory]
    [InlineData(0b000_000_000, 0b110_000_000)]
    [InlineData(0b010_000_000, 0b100_000_000)]
    public async Task A_new_file_is_created_private_and_not_made_private_later(int umask, int mode)
    {
        var (disk, file, locked) = (PhysicalDisk.Of(allowUnlocked: false, _ => { }), Path.Combine(Folder, "new"), Path.Combine(Folder, "lock"));
        await WithUmaskAsync(umask, () =>
        {
            using var created = disk.Create(file);
            using var held = disk.Lock(locked, "a test");
            return Task.CompletedTask;
        });
        Assert.Equal(((UnixFileMode)mode, (UnixFileMode)mode), (File.GetUnixFileMode(file), File.GetUnixFileMode(locked)));
    }

    /// <summary>The umask is the process's: no other test runs meanwhile.</summary>
    private static async Task WithUmaskAsync(int umask, Func<Task> action)
    {
        var former = Umask(umask);
        try
        {
            await action();
        }
        finally
        {
            Umask(former);
        }
    }

    [DllImport("libc", EntryPoint = "umask")]
    private static extern int Umask(int mask);

    private void AssertPrivate(int expected)
    {
        var files = Directory.GetFiles(Folder);
        Assert.True(files.Length >= expected);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }
}
