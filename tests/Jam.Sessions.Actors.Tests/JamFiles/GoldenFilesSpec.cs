using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Every file that real jam wrote is served as jam serves it, and survives a save.</summary>
public sealed class GoldenFilesSpec : EngineTest
{
    private const int Recorded = 171;

    public static TheoryData<string> ReadableFiles => [.. GoldenFile.All.Values.Where(file => !file.HasWrongKey).Select(file => file.Name)];

    public static TheoryData<string> FilesWithTheWrongKey => [.. GoldenFile.All.Values.Where(file => file.HasWrongKey).Select(file => file.Name)];

    public static TheoryData<string> Seeds => [.. GoldenFile.All.Values.Where(file => file.SeedPath is not null).Select(file => file.Name)];

    [Fact]
    public void No_recorded_file_is_missing()
    {
        Assert.Equal(Recorded, GoldenFile.All.Count);
        Assert.Equal(Recorded, ReadableFiles.Count + FilesWithTheWrongKey.Count);
        Assert.Equal(12, Seeds.Count);
        Assert.All(GoldenFile.All.Values, file =>
        {
            Assert.True(File.Exists(file.Path));
            Assert.Equal(new FileInfo(file.Path).Length == 0, file.Rows().Count == 0 && file.Name.Contains("zero-bytes", StringComparison.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(ReadableFiles))]
    public async Task Every_session_is_served_as_jam_serves_it(string name)
    {
        var file = GoldenFile.All[name];
        File.Copy(file.Path, JsonPath);
        await using var engine = await StartAsync(file.Configure);
        await Served.AssertAsync(file, engine.Client);
    }

    [Theory]
    [MemberData(nameof(ReadableFiles))]
    public async Task A_save_keeps_everything_and_jam_s_bytes(string name)
    {
        var file = GoldenFile.All[name];
        File.Copy(file.Path, JsonPath);
        await using (var engine = await StartAsync(file.Configure))
        {
            var extra = await engine.Client.CreateAsync("one more", Data());
            await engine.Client.FlushAsync();
            Assert.Equal($"{file.NextDocumentId}", SessionFile.Load(JsonPath).Documents[^1].Name);
            Assert.True(await engine.Client.DeleteAsync(extra));
            await engine.Client.FlushAsync();
        }

        Assert.Equal(SessionFile.Load(file.Path).Meaning(file.Fernet), SessionFile.Load(JsonPath).Meaning(file.Fernet));
        if (!file.IsCrypt)
        {
            var bytes = File.ReadAllBytes(file.Path);
            Assert.Equal(bytes.Length > 0 ? bytes : """{"_default": {}}"""u8, File.ReadAllBytes(JsonPath));
        }

        await using var again = await StartAsync(file.Configure);
        await Served.AssertAsync(file, again.Client);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_other_programs_wrote_keeps_its_meaning(string name)
    {
        var file = GoldenFile.All[name];
        File.Copy(file.SeedPath!, JsonPath);
        await using (var engine = await StartAsync(file.Configure))
        {
            await engine.Client.DeleteAsync(await engine.Client.CreateAsync("one more", Data()));
            await engine.Client.FlushAsync();
        }

        Assert.Equal(SessionFile.Load(file.SeedPath!).Meaning(file.Fernet), SessionFile.Load(JsonPath).Meaning(file.Fernet));
    }

    [Theory]
    [MemberData(nameof(FilesWithTheWrongKey))]
    public async Task The_wrong_key_is_refused_and_nothing_is_written(string name)
    {
        var file = GoldenFile.All[name];
        File.Copy(file.Path, JsonPath);
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(file.Configure));
        Assert.Equal(File.ReadAllBytes(file.Path), File.ReadAllBytes(JsonPath));
        Assert.DoesNotContain(Directory.GetFiles(Folder), path => path != JsonPath && path != $"{JsonPath}.lock");
    }

    [Theory]
    [InlineData("v3.2.0/crypt/crypt-lenient.a.json", "not-utf8")]
    [InlineData("v3.2.0/crypt/crypt-lenient.a.json", "flipped")]
    [InlineData("v3.2.0/crypt/crypt-lenient.a.json", "no-prefix")]
    [InlineData("v3.2.0/crypt/crypt-mixed.a.json", "p1")]
    public async Task A_session_that_cannot_be_read_is_kept_until_it_is_updated(string name, string id)
    {
        var file = GoldenFile.All[name];
        File.Copy(file.Path, JsonPath);
        string newId;
        await using (var engine = await StartAsync(file.Configure))
        {
            newId = await engine.Client.ReworkAsync(id);
            await engine.Client.FlushAsync();
            Assert.Null(await engine.Client.GetAsync(id));
            await Assert.ThrowsAsync<SessionDataException>(async () => await engine.Client.GetAsync(newId));
        }

        Assert.Equal(DataOf(file.Path, id), DataOf(JsonPath, newId));
        await using (var engine = await StartAsync(file.Configure))
        {
            await Assert.ThrowsAsync<SessionDataException>(async () => await engine.Client.GetAsync(newId));
            await engine.Client.UpdateAsync(newId, Data());
        }

        Assert.NotEqual(DataOf(file.Path, id), DataOf(JsonPath, newId));
        await using var again = await StartAsync(file.Configure);
        Assert.Equal(Data(), (await again.Client.GetAsync(newId))!.Data);
    }

    private static string DataOf(string path, string id) =>
        SessionFile.Load(path).Documents.Single(document => document.Value["session_id"].String == id).Value["data"].String;
}
