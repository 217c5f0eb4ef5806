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

    /// <remarks>Python's integers have no end, so neither has what jam counts.</remarks>
    [Theory]
    [InlineData("4611686018427387902", "4611686018427387903", "4611686018427387904")]
    [InlineData("99999999999999999999999", "100000000000000000000000", "100000000000000000000001")]
    public async Task Ids_of_any_size_are_served_and_counted_on_from(string highest, string next, string overnext)
    {
        File.WriteAllText(JsonPath, $$"""{"_default": {"{{highest}}": {"key": "k", "session_id": "large", "data": "{}", "created_at": 1.5} } }""");
        string first, second;
        await using (var engine = await StartAsync())
        {
            Assert.NotNull(await engine.Client.GetAsync("large"));
            first = await engine.Client.CreateAsync("k", Data());
            second = await engine.Client.CreateAsync("k", Data());
            await engine.Client.UpdateAsync(first, Data("""{"n": 2}"""));
        }

        Assert.Equal([highest, next, overnext], DocumentIds());
        await using (var engine = await StartAsync())
        {
            Assert.Equal("""{"n": 2}""", (await engine.Client.GetAsync(first))!.Data.Json);
            Assert.True(await engine.Client.DeleteAsync(second));
            Assert.Equal(2, await engine.Client.ClearAsync("k"));
        }

        Assert.Empty(DocumentIds());
    }

    [Theory]
    [InlineData("-7", "-3", "-2 -1 0")]
    [InlineData("-99999999999999999999999", "-99999999999999999999998", "-99999999999999999999997 -99999999999999999999996 -99999999999999999999995")]
    public async Task Ids_below_0_are_counted_on_from(string lower, string higher, string next)
    {
        File.WriteAllText(JsonPath, $$"""{"_default": {"{{lower}}": {}, "{{higher}}": {} } }""");
        await using (var engine = await StartAsync())
        {
            for (var i = 0; i < 3; i++)
            {
                await engine.Client.CreateAsync("k", Data());
            }
        }

        Assert.Equal([lower, higher, .. next.Split(' ')], DocumentIds());
    }

    /// <remarks>Of two documents with one number jam serves both until it writes.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_gave_way_to_a_later_document_with_its_number_does_not_stay_in_the_file(bool isClearedBefore)
    {
        File.WriteAllText(JsonPath, """
            {"_default": {"01": {"key": "k", "session_id": "a", "data": "{}", "created_at": 1.5}, "1": {"key": "l", "session_id": "b", "data": "{}", "created_at": 1.5}}}
            """);
        await using (var engine = await StartAsync())
        {
            Assert.Equal(0, isClearedBefore ? await engine.Client.ClearAsync("k") : 0);
        }

        Assert.Equal(["1"], DocumentIds());
    }

    /// <summary>Nobody who was signed out lives on for whoever opens the file with jam.</summary>
    [Fact]
    public async Task What_is_cleared_or_deleted_is_gone_under_whatever_number_the_file_had_it()
    {
        File.WriteAllText(JsonPath, """
            {"_default": {"\u0663\u0664": {"key": "k", "session_id": "a", "data": "{}", "created_at": 1.5},
                          "4611686018427387904": {"key": "k", "session_id": "b", "data": "{}", "created_at": 1.5},
                          " 7_0 ": {"key": "l", "session_id": "c", "data": "{}", "created_at": 1.5}}}
            """);
        await using (var engine = await StartAsync())
        {
            Assert.NotNull(await engine.Client.GetAsync("a"));
            Assert.Equal(2, await engine.Client.ClearAsync("k"));
            Assert.True(await engine.Client.DeleteAsync("c"));
        }

        Assert.Empty(DocumentIds());
    }

    [Fact]
    public async Task A_key_that_is_longer_than_new_ones_may_be_can_be_cleared()
    {
        var key = new string('k', SessionKeys.MaxLength + 1);
        File.WriteAllText(JsonPath, $$"""{"_default": {"1": {"key": "{{key}}", "session_id": "a", "data": "{}", "created_at": 1.5} } }""");
        await using var engine = await StartAsync();
        Assert.Equal(1, await engine.Client.ClearAsync(key));
    }

    private IEnumerable<string> DocumentIds() => SessionFile.Load(JsonPath).Documents.Select(document => document.Name);
}
