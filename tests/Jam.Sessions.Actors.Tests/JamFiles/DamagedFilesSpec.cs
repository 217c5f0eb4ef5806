using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Files that jam tore, or a disk: the engine says where, and leaves them as they are.</summary>
public sealed class DamagedFilesSpec : EngineTest
{
    private static readonly string[] Versions = ["v2.5.6", "v3.2.0"];

    public static TheoryData<string> Files => [.. Versions
        .SelectMany(version => Directory.GetFiles(GoldenFile.PathOf($"{version}/damaged"), "*.json"))
        .Select(path => Path.GetRelativePath(GoldenFile.PathOf(""), path))
        .Where(name => !name.EndsWith(".expected.json", StringComparison.Ordinal))];

    [Fact]
    public void No_recorded_file_is_missing() => Assert.Equal(9, Files.Count);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_damaged_file_is_refused_and_left_untouched(string name)
    {
        var original = GoldenFile.PathOf(name);
        Assert.Throws<FormatException>(() => PyJson.Load(original));
        File.Copy(original, JsonPath);

        var refusal = await Assert.ThrowsAsync<SessionStoreCorruptException>(() => StartAsync());

        Assert.Equal(JsonPath, refusal.Path);
        Assert.InRange(refusal.Offset, 0, new FileInfo(original).Length);
        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(JsonPath));
        Assert.DoesNotContain(Directory.GetFiles(Folder), path => path != JsonPath && path != $"{JsonPath}.lock");
    }

    [Theory]
    [InlineData("v3.2.0/damaged/all-nul.json", 0)]
    [InlineData("v3.2.0/damaged/cut.json", 2721)]
    [InlineData("v3.2.0/damaged/gather.json", 163)]
    [InlineData("v3.2.0/damaged/nul-tail.json", 4495)]
    [InlineData("v3.2.0/damaged/torn-tail.json", 727)]
    public async Task The_error_names_the_first_byte_that_python_trips_over_too(string name, long offset)
    {
        File.Copy(GoldenFile.PathOf(name), JsonPath);
        Assert.Equal(offset, (await Assert.ThrowsAsync<SessionStoreCorruptException>(() => StartAsync())).Offset);
    }
}
