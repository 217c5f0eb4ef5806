using System.Text;
using System.Xml.Linq;
using Akka.Configuration;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Tests.Settings;

/// <summary>Options: code over HOCON over reference.conf, which says what the documentation says.</summary>
public sealed class OptionsSpec : IDisposable
{
    private static readonly Func<string> Factory = () => "id";
    private static readonly Func<IdRequest, ValueTask<string>> AsyncFactory = _ => new("id");

    // Each option: HOCON key, default, its words in the documentation; a value in HOCON and as resolved; a value in code.
    private static readonly Dictionary<string, (string Key, object? Default, string Words, string Hocon, object? Resolved, object Code)> Options = new()
    {
        [nameof(JamSessionsOptions.JsonPath)] = ("json-path", Path.GetFullPath("sessions.json"), "sessions.json", "/hocon.json", "/hocon.json", "/code.json"),
        [nameof(JamSessionsOptions.InMemory)] = ("in-memory", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.LockTimeout)] = ("lock-timeout", TimeSpan.Zero, "0", "30 s", TimeSpan.FromSeconds(30), TimeSpan.FromDays(1)),
        [nameof(JamSessionsOptions.AllowUnlocked)] = ("allow-unlocked", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.AllowForeignFile)] = ("allow-foreign-file", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.IsSessionCrypt)] = ("is-session-crypt", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.SessionAesSecret)] = ("session-aes-secret", "", "the file of JamSessionsOptions.SessionAesSecretFile, else the environment variable JAM_SESSION_AES_SECRET", "hocon", "hocon", "code"),
        [nameof(JamSessionsOptions.Encryption)] = ("encryption", SessionEncryption.None, "None", "aes-gcm", SessionEncryption.AesGcm, SessionEncryption.Fernet),
        [nameof(JamSessionsOptions.IdsAtRest)] = ("ids-at-rest", IdsAtRest.Plain, "Plain", "hashed", IdsAtRest.Hashed, IdsAtRest.Plain),
        [nameof(JamSessionsOptions.AllowIdsToBeHashed)] = ("allow-ids-to-be-hashed", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.AllowFernetToAesGcm)] = ("allow-fernet-to-aes-gcm", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.SessionAesSecretFile)] = ("session-aes-secret-file", "", "none", "/run/secrets/hocon", "/run/secrets/hocon", "/run/secrets/code"),
        [nameof(JamSessionsOptions.PreviousSessionAesSecrets)] = ("previous-session-aes-secrets", Array.Empty<string>(), "none", "[one, two]", new[] { "one", "two" }, new[] { "three" }),
        [nameof(JamSessionsOptions.ReworkGrace)] = ("rework-grace", null, "jam's", "10 s", TimeSpan.FromSeconds(10), TimeSpan.Zero),
        [nameof(JamSessionsOptions.OnReplay)] = ("on-replay", ReplayPolicy.Report, "Report", "end-all-of-key", ReplayPolicy.EndAllOfKey, ReplayPolicy.EndSession),
        [nameof(JamSessionsOptions.AllowPlainToEncrypted)] = ("allow-plain-to-encrypted", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.IdFactory)] = ("id-factory", (Func<string>)SessionIds.UuidV4, "SessionIds.UuidV4", "random-256", (Func<string>)SessionIds.Random256, Factory),
        [nameof(JamSessionsOptions.Durability)] = ("durability", Durability.Durable, "Durable", "relaxed", Durability.Relaxed, Durability.Durable),
        [nameof(JamSessionsOptions.FlushInterval)] = ("flush-interval", TimeSpan.FromMilliseconds(100), "100 ms", "2 s", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)),
        [nameof(JamSessionsOptions.SnapshotJournalBytes)] = ("snapshot-journal-bytes", 64L << 20, "64 MiB", "5000000000", 5_000_000_000, 4096L),
        [nameof(JamSessionsOptions.SnapshotInterval)] = ("snapshot-interval", TimeSpan.FromHours(1), "1 hour", "infinite", Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1)),
        [nameof(JamSessionsOptions.MaxDataBytes)] = ("max-data-bytes", 1 << 20, "1 MiB", "2", 2, 256 << 20),
        [nameof(JamSessionsOptions.MaxKeyLength)] = ("max-key-length", 1024, "1024", "1", 1, 1023),
        [nameof(JamSessionsOptions.KeyIdleTimeout)] = ("key-idle-timeout", TimeSpan.FromMinutes(1), "1 minute", "infinite", Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(1)),
        [nameof(JamSessionsOptions.AsyncIdFactory)] = ("", null, "none", "", null, AsyncFactory),
        [nameof(JamSessionsOptions.MaxIdleKeys)] = ("max-idle-keys", 10_000, "10,000", "0", 0, 20_000),
        [nameof(JamSessionsOptions.DrainTimeout)] = ("drain-timeout", TimeSpan.FromSeconds(10), "10 s", "1 h", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)),
        [nameof(JamSessionsOptions.IdleTimeout)] = ("idle-timeout", Timeout.InfiniteTimeSpan, "for ever", "20 m", TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(1)),
        [nameof(JamSessionsOptions.MaxLifetime)] = ("max-lifetime", Timeout.InfiniteTimeSpan, "any age", "8 h", TimeSpan.FromHours(8), TimeSpan.FromDays(36_500)),
        [nameof(JamSessionsOptions.TouchInterval)] = ("touch-interval", null, "a twentieth of the session's idle time, at least 1 s and at most 1 minute", "30 s", TimeSpan.FromSeconds(30), TimeSpan.FromDays(1)),
        [nameof(JamSessionsOptions.SweepInterval)] = ("sweep-interval", TimeSpan.FromMinutes(1), "1 minute", "infinite", Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1)),
        [nameof(JamSessionsOptions.MaxSessionsPerKey)] = ("max-sessions-per-key", 0, "0", "5", 5, 1),
        [nameof(JamSessionsOptions.SessionLimitPolicy)] = ("session-limit-policy", SessionLimitPolicy.Reject, "Reject", "end-least-recently-seen", SessionLimitPolicy.EndLeastRecentlySeen, SessionLimitPolicy.EndOldest),
        [nameof(JamSessionsOptions.MaxSessions)] = ("max-sessions", 0L, "0", "5000000000", 5_000_000_000, 1L),
        [nameof(JamSessionsOptions.MaxRememberedEnds)] = ("max-remembered-ends", 65_536, "65,536", "0", 0, 1 << 24),
        [nameof(JamSessionsOptions.GuessingAlarmPerMinute)] = ("guessing-alarm-per-minute", 600, "600", "0", 0, 5),
        [nameof(JamSessionsOptions.PublishEvents)] = ("publish-events", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.AdminSocket)] = ("admin-socket", false, "false", "on", true, false),
        [nameof(JamSessionsOptions.AdminSocketPath)] = ("admin-socket-path", Path.GetFullPath("sessions.json.sock"), "JamSessionsOptions.JsonPath with the ending .sock", "/hocon.sock", "/hocon.sock", "/code.sock"),
        [nameof(JamSessionsOptions.TimeProvider)] = ("", TimeProvider.System, "TimeProvider.System", "", TimeProvider.System, new Microsoft.Extensions.Time.Testing.FakeTimeProvider()),
    };

    private readonly string? _variable = Environment.GetEnvironmentVariable(ResolvedOptions.SecretVariable);

    public OptionsSpec() => Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, null);

    public static TheoryData<string> Names { get; } = [.. typeof(JamSessionsOptions).GetProperties().Select(property => property.Name)];

    public void Dispose() => Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, _variable);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_is_that_of_reference_conf_and_of_the_documentation(string name)
    {
        var option = Of(name);
        Assert.Equal(option.Default, Value(Resolve(new JamSessionsOptions()), name));
        var documentation = Documentation(name);
        Assert.Contains($"Default: {option.Words}.", documentation, StringComparison.Ordinal);
        Assert.Contains(option.Key.Length > 0 ? $"HOCON: {option.Key}" : "Not in HOCON", documentation, StringComparison.Ordinal);
        Assert.True(option.Key.Length == 0 || ResolvedOptions.Reference.GetConfig("jam.sessions").HasPath(option.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hocon_is_over_the_default_and_code_is_over_hocon(string name)
    {
        var option = Of(name);
        var hocon = option.Key.Length > 0 ? $"jam.sessions.{option.Key} = {(option.Hocon.StartsWith('[') ? option.Hocon : $"\"{option.Hocon}\"")}" : "";
        Assert.Equal(option.Resolved, Value(Resolve(new JamSessionsOptions(), hocon), name));
        var code = new JamSessionsOptions();
        typeof(JamSessionsOptions).GetProperty(name)!.SetValue(code, option.Code);
        Assert.Equal(option.Code, Value(Resolve(code, hocon), name));
    }

    [Fact]
    public void Names_are_taken_in_either_spelling_and_one_value_for_a_list_of_one()
    {
        var options = Resolve(new JamSessionsOptions(), """
            jam.sessions { encryption = AesGcm, ids-at-rest = Hashed, on-replay = EndAllOfKey, id-factory = Random256, durability = Relaxed, session-limit-policy = EndOldest, previous-session-aes-secrets = one }
            """);
        Assert.Equal(
            (SessionEncryption.AesGcm, IdsAtRest.Hashed, ReplayPolicy.EndAllOfKey, Durability.Relaxed, SessionLimitPolicy.EndOldest),
            (options.Encryption, options.IdsAtRest, options.OnReplay, options.Durability, options.SessionLimitPolicy));
        Assert.Equal(SessionIds.Random256, options.IdFactory);
        Assert.Equal(["one"], options.PreviousSessionAesSecrets);
    }

    [Fact]
    public void Reference_conf_has_no_key_that_is_no_option() =>
        Assert.Equal(
            Options.Values.Select(option => option.Key).Where(key => key.Length > 0).Order(StringComparer.Ordinal),
            ResolvedOptions.Reference.GetConfig("jam.sessions").AsEnumerable().Select(pair => pair.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void All_violations_are_told_at_once()
    {
        var failures = Failures(new JamSessionsOptions(), """
            jam.sessions { json-path = " ", id-factory = guid, durability = maybe, flush-interval = 0 ms, snapshot-journal-bytes = 4095,
              snapshot-interval = 999 ms, max-data-bytes = 1, max-key-length = 1025, key-idle-timeout = 0 s }
            """);
        Assert.Equal(
            ["json-path", "id-factory", "durability", "flush-interval", "snapshot-journal-bytes", "snapshot-interval", "max-data-bytes", "max-key-length", "key-idle-timeout"],
            failures.Select(failure => failure.Split(' ')[0]));
    }

    [Fact]
    public void Values_that_cannot_be_read_are_told_together_with_the_others()
    {
        var failures = Failures(new JamSessionsOptions { MaxKeyLength = 0 }, """
            jam.sessions { is-session-crypt = perhaps, allow-plain-to-encrypted = 7, flush-interval = soon, snapshot-journal-bytes = many,
              snapshot-interval = later, max-data-bytes = 5000000000, key-idle-timeout = [] }
            """);
        string[] keys = ["is-session-crypt", "allow-plain-to-encrypted", "flush-interval", "snapshot-journal-bytes", "snapshot-interval", "max-data-bytes", "max-key-length", "key-idle-timeout"];
        Assert.Equal(keys.Order(StringComparer.Ordinal), failures.Select(failure => failure.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_limits_themselves_are_legal()
    {
        Resolve(new JamSessionsOptions { FlushInterval = TimeSpan.FromHours(1), MaxDataBytes = 2, MaxKeyLength = 1, SnapshotInterval = Timeout.InfiniteTimeSpan });
        Resolve(new JamSessionsOptions { FlushInterval = TimeSpan.FromMilliseconds(1), MaxDataBytes = 256 << 20, MaxKeyLength = 1024, KeyIdleTimeout = Timeout.InfiniteTimeSpan });
        Assert.Single(Failures(new JamSessionsOptions { FlushInterval = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) }));
        Assert.Single(Failures(new JamSessionsOptions { MaxDataBytes = (256 << 20) + 1 }));
        Assert.Single(Failures(new JamSessionsOptions { FlushInterval = Timeout.InfiniteTimeSpan }));
        Assert.Single(Failures(new JamSessionsOptions { Durability = (Durability)7 }));
        Assert.Single(Failures(new JamSessionsOptions { JsonPath = "" }));
        Resolve(new JamSessionsOptions { IdleTimeout = TimeSpan.FromSeconds(1), MaxLifetime = TimeSpan.FromDays(36_500), TouchInterval = TimeSpan.FromDays(1), MaxRememberedEnds = 0 });
        Assert.Equal(
            ["idle-timeout", "max-lifetime", "touch-interval", "sweep-interval", "max-sessions-per-key", "session-limit-policy", "max-sessions", "max-remembered-ends", "guessing-alarm-per-minute"],
            Failures(new JamSessionsOptions
            {
                IdleTimeout = TimeSpan.FromMilliseconds(999),
                MaxLifetime = TimeSpan.FromDays(36_501),
                TouchInterval = Timeout.InfiniteTimeSpan,
                SweepInterval = TimeSpan.Zero,
                MaxSessionsPerKey = -1,
                SessionLimitPolicy = (SessionLimitPolicy)7,
                MaxSessions = -1,
                MaxRememberedEnds = (1 << 24) + 1,
                GuessingAlarmPerMinute = -1,
            }).Select(failure => failure.Split(' ')[0]));
        Assert.Single(Failures(new JamSessionsOptions { LockTimeout = TimeSpan.FromTicks(-1) }));
        Assert.StartsWith("admin-socket needs a file", Assert.Single(Failures(new JamSessionsOptions { InMemory = true, AdminSocket = true })), StringComparison.Ordinal);
        Assert.StartsWith("admin-socket-path has ", Assert.Single(Failures(new JamSessionsOptions { AdminSocket = true, AdminSocketPath = $"/{new string('s', 120)}" })), StringComparison.Ordinal);
        Resolve(new JamSessionsOptions { AdminSocketPath = $"/{new string('s', 120)}" });
        Assert.Single(Failures(new JamSessionsOptions { LockTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1) }));
        Assert.Single(Failures(new JamSessionsOptions { JsonPath = "a\0b" }));
        Assert.Equal("rework-grace must be 0 s to 1 hour, or off, not 01:00:00.0000001.", Assert.Single(Failures(new JamSessionsOptions { ReworkGrace = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) })));
        Assert.Single(Failures(new JamSessionsOptions { ReworkGrace = TimeSpan.FromTicks(-1) }));
        Resolve(new JamSessionsOptions { ReworkGrace = TimeSpan.FromHours(1) });
    }

    [Theory]
    [InlineData("josn-path = x", "josn-path is not known; did you mean json-path?")]
    [InlineData("JsonPath = x", "JsonPath is not known; did you mean json-path?")]
    [InlineData("max_data_bytes = 5", "max_data_bytes is not known; did you mean max-data-bytes?")]
    [InlineData("durabilty = relaxed", "durabilty is not known; did you mean durability?")]
    public void A_key_that_nobody_reads_is_refused_with_the_nearest_one_that_is_read(string hocon, string sentence) =>
        Assert.StartsWith(sentence, Assert.Single(Failures(new JamSessionsOptions(), $"jam.sessions {{ {hocon} }}")), StringComparison.Ordinal);

    [Fact]
    public void A_misspelt_key_is_found_in_every_layer_of_the_configuration()
    {
        var layers = ConfigurationFactory.ParseString("jam.sessions.josn-path = x").WithFallback(ConfigurationFactory.ParseString("jam.sessions { durabilty = relaxed }"));
        var refusal = Assert.Throws<JamSessionsOptionsException>(() => ResolvedOptions.Resolve(new JamSessionsOptions(), layers));
        Assert.Contains("did you mean json-path?", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean durability?", refusal.Message, StringComparison.Ordinal);
    }

    private static (string Key, object? Default, string Words, string Hocon, object? Resolved, object Code) Of(string name)
    {
        Assert.True(Options.TryGetValue(name, out var option), $"{name} is a new option: add it to {nameof(Options)}.");
        return option;
    }

    private static ResolvedOptions Resolve(JamSessionsOptions code, string hocon = "") =>
        ResolvedOptions.Resolve(code, ConfigurationFactory.ParseString(hocon));

    private static IReadOnlyList<string> Failures(JamSessionsOptions code, string hocon = "")
    {
        var failure = Assert.Throws<JamSessionsOptionsException>(() => Resolve(code, hocon));
        Assert.All(failure.Failures, sentence => Assert.Contains(sentence, failure.Message, StringComparison.Ordinal));
        return failure.Failures;
    }

    private static object? Value(ResolvedOptions options, string name) => typeof(ResolvedOptions).GetProperty(name)!.GetValue(options);

    private static string Documentation(string name)
    {
        var assembly = typeof(JamSessionsOptions).Assembly.Location;
        var member = XDocument.Load(Path.ChangeExtension(assembly, ".xml")).Descendants("member")
            .Single(m => (string?)m.Attribute("name") == $"P:{typeof(JamSessionsOptions).FullName}.{name}");
        var text = new StringBuilder();
        foreach (var node in member.Element("value")!.Nodes())
        {
            text.Append(node is XElement { Name.LocalName: "see" } see ? string.Join('.', ((string)see.Attribute("cref")!).Split('.')[^2..]) : (node as XElement)?.Value ?? node.ToString());
        }

        return text.ToString();
    }
}
