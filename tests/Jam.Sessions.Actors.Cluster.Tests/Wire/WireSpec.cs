using System.Buffers;
using Akka;
using Akka.Actor;
using Akka.Serialization;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Tests.Wire;

/// <summary>What nodes say to each other comes over as it was said, and in the bytes that other builds know.</summary>
[Collection(OneNodeTests.Name)]
public sealed class WireSpec(OneNode node)
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly SessionData s_data = SessionData.From("""{"a": "é"}""");
    private static readonly SessionLifetime s_lifetime = new(TimeSpan.FromMinutes(20), Timeout.InfiniteTimeSpan);

    private static readonly Dictionary<string, ISessionMessage> s_calls = new()
    {
        ["create"] = new CreateSession("user\ud800\0", s_data),
        ["create-lifetime"] = new CreateSession("user1", s_data) { Lifetime = s_lifetime },
        ["get"] = new GetSession("id"),
        ["peek"] = new PeekSession("id"),
        ["update"] = new UpdateSession("id", s_data) { Expected = SessionData.Empty, Lifetime = new SessionLifetime(Max: TimeSpan.FromTicks(10_000_001)) },
        ["patch"] = new PatchSession("id", s_data, ["b", ""]),
        ["touch"] = new TouchSession("id"),
        ["delete"] = new DeleteSession("id"),
        ["end"] = new EndSession("user1", "handle"),
        ["clear"] = new ClearSessions("user1"),
        ["clear-others"] = new ClearSessions("user1") { Except = "id" },
        ["rework"] = new ReworkSession("id") { Data = s_data, Expected = SessionData.Empty, Lifetime = s_lifetime },
        ["list"] = new ListSessions("user1"),
        ["count"] = new CountSessions("user1"),
        ["sweep"] = SweepKey.Instance,
        ["key-of"] = new KeyOfSession("id"),
    };

    private static readonly Dictionary<string, object> s_answers = new()
    {
        ["done"] = Done.Instance,
        ["true"] = true,
        ["false"] = false,
        ["number"] = -7,
        ["text"] = "id\ud800",
        ["found"] = new SessionFound(new SeenSession("id", "user1", s_data, 1.5, s_lifetime, s_noon, s_noon.AddTicks(1), "handle")),
        ["found-bare"] = new SessionFound(new SeenSession("id", "user1", SessionData.Empty, double.NaN, null, null, null, "")),
        ["missing"] = SessionMissing.Because(SessionEndReason.Idle),
        ["list"] = new[] { new SessionInfo("h1", s_noon, s_noon, s_noon, s_lifetime, s_data), new SessionInfo("h2", null, null, null, null, null) },
        ["count"] = new SessionCount(3, 1),
        ["not-owner"] = Detour.NotOwner,
        ["id-taken"] = Detour.IdTaken,
        ["not-found"] = new SessionNotFoundException(SessionEndReason.Reworked),
        ["conflict"] = new SessionConflictException(s_data),
        ["limit"] = new SessionLimitException(5),
        ["bad-data"] = SessionDataException.TooLarge(5, 4),
        ["store"] = DatabaseException.Away().ForHost(),
        ["unknown"] = DatabaseException.OutcomeUnknown(),
        ["id-factory"] = new SessionIdFactoryException("The id factory returned null or an empty string."),
    };

    public static TheoryData<string> Calls => [.. s_calls.Keys];

    public static TheoryData<string> Answers => [.. s_answers.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_comes_over_as_it_was_said(string name)
    {
        var call = new ToOwner("owner", s_calls[name]) { Request = new Guid("00112233-4455-6677-8899-aabbccddeeff"), Since = 17, Attempt = 1, DrawnId = "drawn" };
        var there = Assert.IsType<ToOwner>(ThroughTheWire(call, $"call-{name}"));
        Assert.Equal((call.Owner, call.Request, call.Since, call.Attempt, call.DrawnId), (there.Owner, there.Request, there.Since, there.Attempt, there.DrawnId));
        if (call.Message is PatchSession patch)
        {
            var other = Assert.IsType<PatchSession>(there.Message);
            Assert.Equal((patch.SessionId, patch.Set), (other.SessionId, other.Set));
            Assert.Equal(patch.Remove, other.Remove);
        }
        else
        {
            Assert.Equal(call.Message, there.Message);
        }
    }

    [Fact]
    public void A_later_copy_says_which_one_it_is_and_when_it_was_sent()
    {
        var call = new ToOwner("owner", new DeleteSession("id")) { Since = 17, Attempt = 2, Sent = 18 };
        var there = Assert.IsType<ToOwner>(ThroughTheWire(call, "call-copy"));
        Assert.Equal((call.Attempt, call.Sent), (there.Attempt, there.Sent));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_comes_over_as_it_was_given(string name)
    {
        var there = Assert.IsType<OwnerReply>(ThroughTheWire(new OwnerReply(s_answers[name]), $"answer-{name}")).Answer;
        switch (s_answers[name])
        {
            case Exception refusal:
                Assert.Equal((refusal.GetType(), refusal.Message), (there.GetType(), ((Exception)there).Message));
                Assert.Equal((refusal as SessionConflictException)?.CurrentData, (there as SessionConflictException)?.CurrentData);
                Assert.Equal((refusal as SessionNotFoundException)?.Why, (there as SessionNotFoundException)?.Why);
                break;
            case SessionFound found:
                var session = Assert.IsType<SessionFound>(there).Session;
                Assert.Equal(found.Session, session);
                Assert.Equal((found.Session.Handle, found.Session.Lifetime, found.Session.LastSeenAt, found.Session.ExpiresAt), (session.Handle, session.Lifetime, session.LastSeenAt, session.ExpiresAt));
                break;
            case var answer:
                Assert.Equal(answer, there);
                break;
        }
    }

    [Fact]
    public void Pings_and_echoes_come_over()
    {
        Assert.Equal(new Ping(5), ThroughTheWire(new Ping(5), "ping"));
        Assert.Equal(new Echo(-5, long.MaxValue), ThroughTheWire(new Echo(-5, long.MaxValue), "echo"));
    }

    [Fact]
    public void A_fault_of_another_node_is_one_here_and_shows_nothing_of_it()
    {
        var there = Assert.IsType<OwnerReply>(ThroughTheWire(new OwnerReply(new SessionEngineException(new InvalidOperationException("hunter2"))), golden: null)).Answer;
        Assert.DoesNotContain("hunter2", Assert.IsType<SessionEngineException>(there).ToString(), StringComparison.Ordinal);
    }

    /// <summary>As of a later build: fields of each wire type that this one does not know.</summary>
    [Fact]
    public void Fields_of_a_later_build_are_passed_over()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var fields = new FieldWriter(bytes);
        fields.Number(500, 7);
        fields.Real(501, 7);
        fields.Text(502, "new");
        bytes.Write((ReadOnlySpan<byte>)[0xBD, 0x1F, 7, 0, 0, 0]);
        var serializer = Serializer(new Ping(5));
        Assert.Equal(new Ping(5), serializer.FromBinary([.. serializer.ToBinary(new Ping(5)), .. bytes.WrittenSpan], serializer.Manifest(new Ping(5))));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("0a05")]
    [InlineData("0affffffffffffffffff01")]
    [InlineData("ffffffffffffffffffffff")]
    [InlineData("0901")]
    [InlineData("0b")]
    public void What_is_no_message_is_refused(string bytes)
    {
        var serializer = Serializer(new Ping(5));
        Assert.ThrowsAny<Exception>(() => serializer.FromBinary(Convert.FromHexString(bytes), serializer.Manifest(new Ping(5))));
    }

    [Fact]
    public void No_message_prints_a_key_an_id_or_data() => Assert.All(
        s_calls.Values.Select(message => new ToOwner("owner", message) { DrawnId = "drawn" }.ToString()).Concat(s_answers.Values.Select(answer => new OwnerReply(answer).ToString())),
        text => Assert.DoesNotMatch("user1|\"|drawn|handle", text));

    private object ThroughTheWire(object message, string? golden)
    {
        var serializer = Serializer(message);
        var bytes = serializer.ToBinary(message);
        if (golden is not null)
        {
            Assert.Equal(GoldenBytes.Of(golden, bytes), $"{serializer.Manifest(message)} {Convert.ToHexStringLower(bytes)}");
        }

        return serializer.FromBinary(bytes, serializer.Manifest(message));
    }

    /// <summary>The one that Akka finds by itself.</summary>
    private SerializerWithStringManifest Serializer(object message) => Assert.IsType<WireSerializer>(((ExtendedActorSystem)node.System).Serialization.FindSerializerFor(message));
}

/// <summary>The bytes of each message, as all builds know them: <c>golden.txt</c>, a line each. A line is added for a new message, and never changed.</summary>
internal static class GoldenBytes
{
    public static string Of(string name, byte[] now)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Wire", "golden.txt")).Select(line => line.Split(' ', 2)).ToDictionary(line => line[0], line => line[1], StringComparer.Ordinal);
        return lines.TryGetValue(name, out var golden) ? golden : $"golden.txt has no line {name}; its bytes now are {Convert.ToHexStringLower(now)}";
    }
}
