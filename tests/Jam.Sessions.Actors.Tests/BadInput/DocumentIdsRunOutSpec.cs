using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.BadInput;

/// <summary>A file with a document id that leaves no room behind it: creates are refused, not lost at the next start.</summary>
public sealed class DocumentIdsRunOutSpec : EngineTest
{
    [Fact]
    public async Task A_create_for_which_no_document_id_is_left_is_refused()
    {
        File.WriteAllText(JsonPath, """{"_default": {"4611686018427387902": {"key": "k", "session_id": "i", "data": "{}", "created_at": 1.0}}}""");
        string last;
        await using (var engine = await StartAsync())
        {
            last = await engine.Client.CreateAsync("k", Data());
            var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.CreateAsync("k", Data()));
            Assert.Contains("smaller id", refusal.Message, StringComparison.Ordinal);
        }

        await using var again = await StartAsync();
        Assert.NotNull(await again.Client.GetAsync("i"));
        Assert.NotNull(await again.Client.GetAsync(last));
        Assert.Equal(2, await again.Client.ClearAsync("k"));
    }
}
