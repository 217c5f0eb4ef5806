using System.Runtime.Versioning;
using Jam.Sessions.Actors.Storage;
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

    [Fact]
    public void A_new_file_is_private_from_its_first_byte()
    {
        var path = Path.Combine(Folder, "new");
        using var file = new PhysicalDisk().Create(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private void AssertPrivate(int expected)
    {
        var files = Directory.GetFiles(Folder);
        Assert.True(files.Length >= expected);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }
}
