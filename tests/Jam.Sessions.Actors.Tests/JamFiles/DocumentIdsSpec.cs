using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>TinyDB's document ids, counted as jam counts them.</summary>
public sealed class DocumentIdsSpec : EngineTest
{
    private const string TwoDocuments =
        """
        {"_default": {"5": {"key": "k", "session_id": "a", "data": "{}", "created_at": 1.5},
                      "9": {"key": "k", "session_id": "b", "data": "{}", "created_at": 1.5}}}
        """;

    [Fact]
    public async Task The_highest_id_is_given_again_where_it_was_deleted_before_the_first_create()
    {
        File.WriteAllText(JsonPath, TwoDocuments);
        await using (var engine = await StartAsync())
        {
            await engine.Client.DeleteAsync("b");
            await engine.Client.CreateAsync("k", Data());
        }

        Assert.Equal(["5", "6"], DocumentIds());
    }

    [Fact]
    public async Task No_id_is_given_twice_after_the_first_create()
    {
        File.WriteAllText(JsonPath, TwoDocuments);
        await using (var engine = await StartAsync())
        {
            await engine.Client.DeleteAsync(await engine.Client.CreateAsync("k", Data()));
            await engine.Client.CreateAsync("l", Data());
        }

        Assert.Equal(["5", "9", "11"], DocumentIds());
    }

    [Fact]
    public async Task A_document_that_is_no_object_keeps_its_id_to_itself()
    {
        File.WriteAllText(JsonPath, """{"_default": {"7": null, "x": 1, "7": [], "3": "text"}}""");
        await using (var engine = await StartAsync())
        {
            await engine.Client.CreateAsync("k", Data());
        }

        Assert.Equal(["7", "x", "3", "8"], DocumentIds());
    }

    private IEnumerable<string> DocumentIds() => SessionFile.Load(JsonPath).Documents.Select(document => document.Name);
}
