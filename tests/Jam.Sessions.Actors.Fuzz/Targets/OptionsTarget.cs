using System.Text;
using Akka.Configuration;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>HOCON texts that a host may hand over. What Akka itself cannot parse never gets to the engine.</summary>
internal sealed class OptionsTarget : IFuzzTarget
{
    private const int DeepestNesting = 40;

    private static readonly string[] Keys =
    [
        "json-path", "is-session-crypt", "session-aes-secret", "allow-plain-to-encrypted", "id-factory", "durability", "flush-interval",
        "snapshot-journal-bytes", "snapshot-interval", "max-data-bytes", "max-key-length", "key-idle-timeout",
    ];

    private static readonly string[] Values =
    [
        "on", "off", "true", "yes", "null", "\"\"", "\" \"", "uuid-v4", "random-256", "durable", "relaxed", "100 ms", "1 h", "infinite", "-1 ms", "1e3 s", "1e400 s",
        "99999999999999999999 d", "0", "-1", "1", "2", "1024", "4096", "64m", "1 MiB", "-1 MiB", "9223372036854775807", "9223372036854775808", "-4294966296", "8589934592 GiB",
        "1.5", "1e9", "NaN", "[]", "[1, 2]", "{}", "{ a = 1 }", "\"a\\u0000b\"", "/", "\"/no/such/folder/s.json\"", "\"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=\"", "\"hunter2\"",
        "\"\"\"x\"\"\"", "a b c", "1 1", "0x10", "infinite s", "Infinity",
    ];

    public string Name => "options";

    public IReadOnlyList<byte[]> Seeds { get; } = new[]
    {
        ResolvedOptions.Reference.Root.ToString() is { } all ? $"{{ {all} }}" : "", "", "jam.sessions = 5", "jam = x", "jam.sessions = []", "jam.sessions { }", "jam { sessions = null }",
    }
    .Concat(Keys.SelectMany(key => Values.Select(value => $"jam.sessions {{ {key} = {value} }}"))).Select(Encoding.UTF8.GetBytes).ToList();

    /// <summary>Half of the texts are made anew, of keys and values.</summary>
    public byte[] Repair(byte[] input, Random random)
    {
        if (random.Next(2) == 0)
        {
            return input;
        }

        var text = new StringBuilder("jam.sessions {\n");
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            text.Append(Keys[random.Next(Keys.Length)]).Append(" = ").Append(Values[random.Next(Values.Length)]).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    public string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        Config config;
        try
        {
            config = IsForAkkaAlone(text) ? Config.Empty : ConfigurationFactory.ParseString(text);
        }
        catch (Exception)
        {
            return "no HOCON";
        }

        try
        {
            var options = ResolvedOptions.Resolve(new JamSessionsOptions(), config);
            RequireLimits(options, config);
            return $"options {options.IsSessionCrypt} {options.Durability} {Secrets.RingOf(options) is not null}";
        }
        catch (Exception e) when (e is JamSessionsOptionsException or SessionSecretException)
        {
            return new string([.. e.Message.Where(c => !char.IsDigit(c)).Take(200)]);
        }
    }

    /// <summary>Substitutions, deep nesting and files are between the host and Akka's parser, which has no limits and never returns from an open bracket.</summary>
    private static bool IsForAkkaAlone(string text) =>
        text.Contains('$', StringComparison.Ordinal) || text.Contains("include", StringComparison.Ordinal) || text.Contains("/dev", StringComparison.Ordinal)
        || text.Count(c => c == '{') > DeepestNesting
        || text.Replace("[]", "", StringComparison.Ordinal).Replace("[1, 2]", "", StringComparison.Ordinal).Contains('[', StringComparison.Ordinal);

    private static void RequireLimits(ResolvedOptions options, Config config)
    {
        var holds = options.MaxDataBytes is >= 2 and <= ResolvedOptions.MaxDataBytesLimit && options.MaxKeyLength is >= 1 and <= SessionKeys.MaxLength
            && options.SnapshotJournalBytes >= ResolvedOptions.MinSnapshotJournalBytes && options.FlushInterval > TimeSpan.Zero
            && options.JsonPath.Length > 0 && Enum.IsDefined(options.Durability) && options.IdFactory() is { Length: > 0 };
        if (!holds)
        {
            throw new FuzzFailureException("options out of their limits were accepted");
        }

        var effective = config.WithFallback(ResolvedOptions.Reference).GetConfig("jam.sessions");
        if (effective.GetByteSize("max-data-bytes") != options.MaxDataBytes)
        {
            throw new FuzzFailureException("max-data-bytes is not what the text says");
        }
    }
}
