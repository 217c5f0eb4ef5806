namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>A host's own <see cref="IJamSessions"/> that has the verbs alone takes the messages that stand for them.</summary>
public sealed class SendByVerbSpec
{
    private readonly Verbs _verbs = new();

    private IJamSessions Client => _verbs;

    [Fact]
    public async Task Each_message_is_the_verb_that_it_stands_for()
    {
        Assert.Equal("new", await Client.SendAsync(new CreateSession("ann", SessionData.Empty)));
        Assert.IsType<SessionMissing>(await Client.SendAsync(new GetSession("id")));
        await Client.SendAsync(new UpdateSession("id", SessionData.Empty));
        Assert.True(await Client.SendAsync(new DeleteSession("id")));
        Assert.Equal(3, await Client.SendAsync(new ClearSessions("ann")));
        Assert.Equal("newer", await Client.SendAsync(new ReworkSession("id")));
        await Client.SendAsync(new FlushSessions());
        Assert.Equal(["create ann", "get id", "update id", "delete id", "clear ann", "rework id", "flush"], _verbs.Called);
    }

    [Fact]
    public async Task Any_other_is_refused_by_its_name()
    {
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => Client.SendAsync(new ListSessions("ann")));
        Assert.Equal("Verbs does not know ListSessions.", refusal.Message);
        await Assert.ThrowsAsync<ArgumentNullException>(() => Client.SendAsync<string>(null!));
    }

    private sealed class Verbs : IJamSessions
    {
        public List<string> Called { get; } = [];

        public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) => Task.FromResult(Note($"create {sessionKey}", "new"));

        public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default) => new(Note<Session?>($"get {sessionId}", null));

        public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) => Task.FromResult(Note($"update {sessionId}", 0));

        public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) => Task.FromResult(Note($"delete {sessionId}", true));

        public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => Task.FromResult(Note($"clear {sessionKey}", 3));

        public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) => Task.FromResult(Note($"rework {sessionId}", "newer"));

        public Task FlushAsync(CancellationToken cancellationToken = default) => Task.FromResult(Note("flush", 0));

        private T Note<T>(string call, T answer)
        {
            Called.Add(call);
            return answer;
        }
    }
}
