using System.Buffers;
using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>The member of a document that goes beyond jam.</summary>
public sealed class StoredExtraSpec
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly SessionRules s_rules = new(TimeSpan.FromMinutes(20), touchInterval: TimeSpan.FromSeconds(30));

    private readonly WallClock _clock = new(new FakeTimeProvider(s_noon));

    [Theory]
    [InlineData(null, null, null, true, """{"seen": 1795694400.25}""")]
    [InlineData(null, null, null, false, """{"seen": 1795694431.0}""")]
    [InlineData(90.5, null, null, true, """{"seen": 1795694400.25, "idle": 90.5}""")]
    [InlineData(-0.001, -0.001, 1795694000.5, true, """{"seen": 1795694400.25, "since": 1795694000.5, "idle": null, "max": null}""")]
    [InlineData(1.0, 3153600000.0, null, true, """{"seen": 1795694400.25, "idle": 1.0, "max": 3153600000.0}""")]
    public void It_is_written_as_it_is_read(double? idle, double? max, double? since, bool isExact, string expected)
    {
        var own = idle is null && max is null ? null : new SessionLifetime(idle is { } i ? TimeSpan.FromSeconds(i) : null, max is { } m ? TimeSpan.FromSeconds(m) : null);
        var session = new Document("id", "key", SessionData.Empty, 1.5, 7, raw: null, s_rules.Terms(own, since ?? double.NaN), s_noon.UtcTicks + 2_500_000);
        var text = TextOf(StoredExtra.Of(session, StoredIds.Plain, isExact, s_noon.UtcTicks));
        Assert.Equal(expected, text);
        var read = StoredExtra.Read(Encoding.UTF8.GetBytes(text))!.Value;
        Assert.Equal((own, since ?? double.NaN), (read.Own, read.Since));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("""{"idle": 5.0}""")]
    [InlineData("""{"seen": "x"}""")]
    [InlineData("""{"seen": 1e300}""")]
    [InlineData("""{"seen": NaN}""")]
    [InlineData("""{"seen": 5.0, "idle": 0}""")]
    [InlineData("""{"seen": 5.0, "idle": -5}""")]
    [InlineData("""{"seen": 5.0, "max": 1e300}""")]
    [InlineData("""{"seen": 5.0, "other": 1}""")]
    [InlineData("""{"seen": {"seen": 5.0}}""")]
    public void What_the_engine_did_not_write_is_nothing_of_its_own(string value) => Assert.Null(StoredExtra.Read(Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData("""{"key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "jam_sessions": {"seen": 1795694400.0}}""", true)]
    [InlineData("""{"jam_sessions": {"seen": 1795694400.0}, "key": "k", "session_id": "id", "data": "{}", "created_at": 1.5}""", true)]
    [InlineData("""{"key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "jam_sessions": {"seen": 1795694400.0}, "mine": [1.50]}""", true)]
    [InlineData("""{"key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "jam_sessions": {"seen": 1795694400.0}}""", false)]
    [InlineData("""{"mine": null, "key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "jam_sessions": {"seen": 1795694400.0}}""", false)]
    public void It_stands_behind_the_others_and_stays_when_options_are_turned_off(string document, bool isOn)
    {
        const string Extra = "\"jam_sessions\": {\"seen\": 1795694400.0}";
        var codec = new DocumentCodec(null, rules: isOn ? s_rules : null, clock: _clock);
        var session = Read(codec, document);
        var expected = $"{document.Replace(Extra + ", ", "", StringComparison.Ordinal).Replace(", " + Extra, "", StringComparison.Ordinal)[..^1]}, {Extra}}}";
        Assert.Equal(isOn ? s_noon.AddMinutes(20) : null, session.ExpiresAt);
        Assert.Equal($"\"1\": {expected}", Written(codec, session));
        Assert.Equal($"\"1\": {expected.Replace("\"id\"", "\"new\"", StringComparison.Ordinal)}", Written(codec, session.WithId("new")));
    }

    [Fact]
    public void A_document_with_members_of_others_gets_it_behind_them()
    {
        var codec = new DocumentCodec(null, rules: s_rules, clock: _clock);
        var session = Read(codec, """{"key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "mine": 1.50}""");
        Assert.Equal(
            "\"1\": " + """{"key": "k", "session_id": "id", "data": "{}", "created_at": 1.5, "mine": 1.50, "jam_sessions": {"seen": 1795694400.0, "since": 1795694400.0}}""",
            Written(codec, session));
    }

    [Fact]
    public void It_stays_readable_in_an_encrypted_file()
    {
        var cipher = Fernet.FromKey("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", TimeProvider.System);
        var codec = new DocumentCodec(KeyRing.Of(cipher), rules: s_rules, clock: _clock);
        var session = new Document("id", "key", SessionData.From("""{"a": 1}"""), 1.5, 1, raw: null, s_rules.Terms(own: null, double.NaN), s_noon.UtcTicks);
        var text = Written(codec, session);
        Assert.EndsWith(""", "created_at": 1.5, "jam_sessions": {"seen": 1795694400.0}}""", text, StringComparison.Ordinal);
        var read = Read(codec, text["\"1\": ".Length..]);
        Assert.Equal(("""{"a": 1}""", s_noon.AddMinutes(20), null), (read.Data.Json, read.ExpiresAt, read.Raw));
    }

    private static string TextOf(StoredExtra extra)
    {
        var room = new byte[extra.MaxLength];
        return Encoding.UTF8.GetString(room, 0, extra.Write(room));
    }

    private static Document Read(DocumentCodec codec, string document)
    {
        var bytes = Encoding.UTF8.GetBytes($"\"1\": {document}");
        var scanner = new JsonScanner(bytes);
        return codec.NewReader().Read(bytes, ref scanner);
    }

    private static string Written(DocumentCodec codec, Document session)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Write(output, session, isExact: true);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
