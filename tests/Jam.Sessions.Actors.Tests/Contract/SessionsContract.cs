using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>What every back end of the engine does, seen through <see cref="IJamSessions"/> and <c>Ask</c> alone.</summary>
public abstract partial class SessionsContract : EngineTest
{
    private const int Callers = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <param name="shared">The actor system of several tests; null: each has one of its own.</param>
    protected SessionsContract(ActorSystem? shared = null) : base(shared) { }

    /// <summary>Starts an engine on an empty back end.</summary>
    protected abstract Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null);

    [Fact]
    public async Task Every_message_gets_its_reply()
    {
        await using var sessions = await BeginAsync();
        var id = await sessions.Ref.Ask<string>(new CreateSession("user1", Data("""{"cart": [1, 2]}""")));
        var found = Assert.IsType<SessionFound>(await sessions.Ref.Ask<SessionLookup>(new GetSession(id))).Session;
        Assert.Equal((id, "user1", """{"cart": [1, 2]}"""), (found.Id, found.Key, found.Data.Json));
        Assert.Equal(Done.Instance, await sessions.Ref.Ask<Done>(new UpdateSession(id, Data("{}"))));
        var moved = await sessions.Ref.Ask<string>(new ReworkSession(id));
        Assert.IsType<SessionMissing>(await sessions.Ref.Ask<SessionLookup>(new GetSession(id)));
        Assert.True(await sessions.Ref.Ask<bool>(new DeleteSession(moved)));
        Assert.Equal(0, await sessions.Ref.Ask<int>(new ClearSessions("user1")));
        Assert.Equal(Done.Instance, await sessions.Ref.Ask<Done>(new FlushSessions()));
        await Assert.ThrowsAsync<UnknownSessionMessageException>(() => sessions.Ref.Ask<object>("hello"));
    }

    [Fact]
    public async Task What_is_not_there_is_missing_to_every_verb()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        Assert.Null(await client.GetAsync("nobody"));
        Assert.False(await client.DeleteAsync("nobody"));
        Assert.Equal(0, await client.ClearAsync("nobody"));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.UpdateAsync("nobody", Data()));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.ReworkAsync("nobody"));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Ref.Ask<Done>(new UpdateSession("nobody", Data())));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Ref.Ask<string>(new ReworkSession("nobody")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task No_id_at_all_is_an_error_of_the_caller(string? id)
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await client.GetAsync(id!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await client.LookupAsync(id!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await client.UpdateAsync(id!, Data()));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await client.DeleteAsync(id!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await client.ReworkAsync(id!));
    }

    [Fact]
    public async Task An_update_replaces_the_data_and_a_rework_the_id_and_both_keep_the_rest()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var id = await client.CreateAsync("user1", Data("""{"a": 1}"""));
        var created = (await client.GetAsync(id))!;
        await client.UpdateAsync(id, Data("""{"b": "é"}"""));
        var moved = await client.ReworkAsync(id);
        var after = (await client.GetAsync(moved))!;
        Assert.NotEqual(id, moved);
        Assert.Null(await client.GetAsync(id));
        Assert.Equal((created.Key, created.CreatedAt, """{"b": "é"}"""), (after.Key, after.CreatedAt, after.Data.Json));
        Assert.Equal("""{"a": 1}""", created.Data.Json);
    }

    [Fact]
    public async Task Clear_ends_the_sessions_of_its_key_and_no_others()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var mine = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.CreateAsync("user1", Data())));
        var other = await client.CreateAsync("user2", Data());
        Assert.Equal(30, await client.ClearAsync("user1"));
        foreach (var id in mine)
        {
            Assert.Null(await client.GetAsync(id));
        }

        Assert.NotNull(await client.GetAsync(other));
    }

    [Fact]
    public async Task Of_many_who_delete_or_rework_one_session_one_wins()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        for (var round = 0; round < 20; round++)
        {
            var id = await client.CreateAsync("user1", Data());
            var moves = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                try
                {
                    return await client.ReworkAsync(id);
                }
                catch (SessionNotFoundException)
                {
                    return null;
                }
            }));
            var moved = Assert.Single(await Task.WhenAll(moves), answer => answer is not null)!;
            var ended = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => client.DeleteAsync(moved))));
            Assert.Single(ended, wasThere => wasThere);
        }
    }

    [Fact]
    public async Task A_session_that_ended_is_not_revived_by_a_late_update()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        for (var round = 0; round < 20; round++)
        {
            var id = await client.CreateAsync("user1", Data());
            var updates = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => client.UpdateAsync(id, Data()))).ToList();
            Assert.True(await client.DeleteAsync(id));
            await Task.WhenAll(updates.Select(async update => Assert.True(await Record.ExceptionAsync(() => update) is null or SessionNotFoundException)));
            Assert.Null(await client.GetAsync(id));
        }
    }

    [Fact]
    public async Task Every_acknowledged_change_is_seen_by_the_reads_that_follow()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var id = await client.CreateAsync($"user{caller % 3}", Data());
            for (var round = 0; round < 50; round++)
            {
                await client.UpdateAsync(id, Data($$"""{"round": {{round}}}"""));
                Assert.Equal($$"""{"round": {{round}}}""", (await client.GetAsync(id))!.Data.Json);
            }
        })));
    }

    [Fact]
    public async Task What_is_refused_changes_nothing()
    {
        var factory = new Queue<Func<string>>([() => "first", () => "first", () => "first", () => "first", () => "first", () => "first", () => throw new InvalidOperationException("down"), () => ""]);
        await using var sessions = await BeginAsync(o => (o.MaxDataBytes, o.MaxKeyLength, o.IdFactory) = (10, 5, () => factory.Dequeue()()));
        var client = sessions.Client;
        var first = await client.CreateAsync("user1", Data("{}"));
        Assert.EndsWith("first", first, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SessionDataException>(() => client.CreateAsync("user1", Data("""{"a": "too long"}""")));
        await Assert.ThrowsAsync<SessionDataException>(() => client.UpdateAsync(first, Data("""{"a": "too long"}""")));
        await Assert.ThrowsAsync<SessionKeyException>(() => client.CreateAsync("user10", Data("{}")));
        for (var fault = 0; fault < 3; fault++)
        {
            await Assert.ThrowsAsync<SessionIdFactoryException>(() => client.CreateAsync("user1", Data("{}")));
        }

        Assert.Equal("{}", (await client.GetAsync(first))!.Data.Json);
        Assert.Equal(1, await client.ClearAsync("user1"));
    }

    [Fact]
    public async Task Who_has_given_up_already_is_not_served()
    {
        await using var sessions = await BeginAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sessions.Client.CreateAsync("user1", Data(), new CancellationToken(canceled: true)));
        Assert.Equal(0, await sessions.Client.ClearAsync("user1"));
    }

    [Fact]
    public async Task After_its_end_an_engine_answers_that_it_has_stopped()
    {
        var sessions = await BeginAsync();
        var id = await sessions.Client.CreateAsync("user1", Data());
        await sessions.DisposeAsync();
        await sessions.DisposeAsync();
        await Assert.ThrowsAsync<SessionsStoppingException>(async () => await sessions.Client.GetAsync(id));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => sessions.Client.CreateAsync("user1", Data()).WaitAsync(s_patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => sessions.Client.FlushAsync().WaitAsync(s_patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => sessions.Ref.Ask<bool>(new DeleteSession(id), s_patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => sessions.Ref.Ask<SessionLookup>(new GetSession(id), s_patience));
    }

    /// <summary>A running engine, whatever is behind it.</summary>
    public sealed record Sessions(IJamSessions Client, IActorRef Ref, Func<ValueTask> EndAsync) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => EndAsync();
    }
}
