using System.Text;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Files that hold JSON of another kind are refused and left as they are; what jam would open is opened.</summary>
public sealed class ForeignFilesSpec : EngineTest
{
    [Theory]
    [InlineData("""{"Logging": {"LogLevel": {"Default": "Information"} }, "AllowedHosts": "*"}""")]
    [InlineData("""{"Logging": {"LogLevel": {"Default": "Information"} } }""")]
    [InlineData("""{"name": "package", "version": "1.0.0", "dependencies": {}}""")]
    [InlineData("""{"users": [1, 2]}""")]
    [InlineData("""{"table": {"1": 5}}""")]
    public async Task Json_that_holds_no_table_is_refused_unless_it_is_allowed(string json)
    {
        File.WriteAllText(JsonPath, json);
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync());
        Assert.Contains("is not a session file", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("allow-foreign-file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(json, File.ReadAllText(JsonPath));
        Assert.Equal([JsonPath, $"{JsonPath}.lock"], Directory.GetFiles(Folder).Order());

        await using (var engine = await StartAsync(o => o.AllowForeignFile = true))
        {
            await engine.Client.CreateAsync("user1", Data());
        }

        Assert.StartsWith(json[..^1], File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await using var again = await StartAsync();
        Assert.Equal(1, await again.Client.ClearAsync("user1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"other": {"1": {"kept": 1.50}}}""")]
    [InlineData("""{"other": {}}""")]
    [InlineData("""{"_default": {}, "version": 3}""")]
    public async Task What_jam_would_open_is_opened(string json)
    {
        File.WriteAllText(JsonPath, json);
        await using var engine = await StartAsync();
        Assert.NotEmpty(await engine.Client.CreateAsync("user1", Data()));
    }

    [Theory]
    [InlineData("utf-8", "byte order mark")]
    [InlineData("utf-16", "UTF-16")]
    [InlineData("utf-16BE", "UTF-16")]
    public async Task What_an_editor_made_of_the_encoding_is_named(string encoding, string finding)
    {
        var bytes = (byte[])[.. Encoding.GetEncoding(encoding).Preamble, .. Encoding.GetEncoding(encoding).GetBytes("""{"_default": {}}""")];
        File.WriteAllBytes(JsonPath, bytes);
        var refusal = await Assert.ThrowsAsync<SessionStoreCorruptException>(() => StartAsync());
        Assert.Contains(finding, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(JsonPath));
    }
}
