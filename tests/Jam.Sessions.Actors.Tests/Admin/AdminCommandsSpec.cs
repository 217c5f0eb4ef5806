using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Admin;

/// <summary>What an operator's commands answer, to the byte.</summary>
public sealed class AdminCommandsSpec : EngineTest
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Stats_count_what_there_is_by_age_and_key()
    {
        await using var engine = await StartAsync(
            """
            {"_default": {"1": {"key": "ann", "session_id": "a", "data": "{}", "created_at": 1795694000.0},
              "2": {"key": "ann", "session_id": "b", "data": "{\"a\": 10}", "created_at": 1795690799.0},
              "3": {"key": "bob", "session_id": "c", "data": "{\"b\": 1}", "created_at": 1795600000.0},
              "4": {"key": "bob", "session_id": "d", "data": "{}", "created_at": 1795000000.0}, "5": {"key": "cleo", "session_id": "e", "data": "{}", "created_at": 1.0},
              "6": {"key": "dan", "session_id": "f", "data": "{}", "created_at": "soon"}, "7": null, "x": {}}}
            """,
            o => o.IdleTimeout = TimeSpan.FromMinutes(20));
        await engine.Client.CreateAsync("ann", Data(), lifetime: new SessionLifetime(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
        await engine.Client.CreateAsync("ann", Data("{}"), lifetime: new SessionLifetime(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _time.Advance(TimeSpan.FromSeconds(5));
        await engine.Client.FlushAsync();
        var (bytes, journalBytes) = (new FileInfo(JsonPath).Length, Directory.GetFiles(Folder, "sessions.json.journal-*").Sum(path => new FileInfo(path).Length));
        Assert.Equal(
            $$"""
            {"command":"stats","file":"{{JsonPath}}","running":true,"fileBytes":{{bytes}},"journalBytes":{{journalBytes}},"keptNotServed":2,"live":7,"ended":1,"unreadable":0,"withDeadline":6,"keys":4,
            "dataBytes":27,"largestDataBytes":9,"ages":{"hour":2,"day":1,"week":1,"month":1,"older":1,"unknown":1},"largestKeys":[{"key":"ann","sessions":3,"dataBytes":13},
            {"key":"bob","sessions":2,"dataBytes":10},{"key":"cleo","sessions":1,"dataBytes":2},{"key":"dan","sessions":1,"dataBytes":2}]}
            """.ReplaceLineEndings(""),
            Run(engine, new AdminRequest { Command = AdminCommand.Stats, Selection = new Selection() }));
    }

    [Theory]
    [InlineData(false, true, false, 2, 1)]
    [InlineData(true, true, false, 2, 1)]
    [InlineData(false, false, true, 0, 4)]
    [InlineData(true, false, true, 4, 0)]
    [InlineData(true, true, true, 2, 1)]
    public async Task What_a_session_does_not_say_is_counted_as_unknown_where_it_is_asked_for(bool isTimed, bool byAge, bool byUse, int ended, int unknown)
    {
        await using var engine = await StartAsync(
            """
            {"_default": {"1": {"key": "ann", "session_id": "a", "data": "{}", "created_at": 1.0}, "2": {"key": "ann", "session_id": "b", "data": "{}", "created_at": 2.0},
              "3": {"key": "bob", "session_id": "c", "data": "{}", "created_at": "soon"}, "4": {"key": "bob", "session_id": "d", "data": "{}", "created_at": 1795700000.0}}}
            """,
            o => o.IdleTimeout = isTimed ? TimeSpan.FromDays(1) : null);
        _time.Advance(TimeSpan.FromHours(1));
        var selection = new Selection { CreatedBefore = byAge ? _time.GetUtcNow() : null, UnseenFor = byUse ? TimeSpan.FromHours(1) : null };
        Assert.Equal(
            $$"""{"command":"end","sessions":{{ended}},"unknown":{{unknown}},"dryRun":false}""",
            Run(engine, new AdminRequest { Command = AdminCommand.End, Selection = selection }));
        Assert.Equal(4 - ended, (await engine.Client.CountAsync()).Sessions);
    }

    [Theory]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1024)]
    public async Task A_long_key_is_cut_and_its_length_told(int length, int shown)
    {
        await using var engine = await StartAsync(KeyedFile(new string('k', length)));
        Assert.StartsWith(
            $$"""{"key":"{{new string('k', shown)}}",{{(length > shown ? $"\"keyLength\":{length}," : "")}}"handle":""",
            Listed(engine), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1022, 1024)]
    [InlineData(1023, 1023)]
    public async Task A_long_key_is_not_cut_within_a_character(int before, int shown)
    {
        var key = $"{new string('k', before)}😀z";
        await using var engine = await StartAsync(KeyedFile(key));
        Assert.Equal(key[..shown], JsonElement.Parse(Listed(engine)).GetProperty("key").GetString());
    }

    private static string KeyedFile(string key) => $$$$"""{"_default": {"1": {"key": "{{{{key}}}}", "session_id": "a", "data": "{}", "created_at": 1.0}}}""";

    private string Run(JamSessions engine, AdminRequest request, HeardReply? reply = null) =>
        Encoding.UTF8.GetString(AdminCommands.Run(request, StoreOf(engine), reply ?? new HeardReply(), out _));

    private LiveStore StoreOf(JamSessions engine) =>
        new(engine.Services.Options.JsonPath, engine.Services.Table, (SessionsRef)engine.Ref, engine.Services.Log!, new WallClock(_time));

    private string Listed(JamSessions engine)
    {
        var reply = new HeardReply();
        Run(engine, new AdminRequest { Command = AdminCommand.List, Selection = new Selection() }, reply);
        return Assert.Single(reply.Items);
    }

    private Task<JamSessions> StartAsync(string json, Action<JamSessionsOptions>? configure = null)
    {
        File.WriteAllText(JsonPath, json);
        return StartAsync(o =>
        {
            (o.TimeProvider, o.SweepInterval) = (_time, Timeout.InfiniteTimeSpan);
            configure?.Invoke(o);
        });
    }
}
