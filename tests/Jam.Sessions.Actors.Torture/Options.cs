using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>How the killed process runs.</summary>
public sealed record ChildOptions(string JsonPath, int Seed, string? Secret, int Writers, bool IsRelaxed)
{
    public static ChildOptions Parse(string path, string seed, string[] rest) => rest.Aggregate(
        (Options: new ChildOptions(path, int.Parse(seed, CultureInfo.InvariantCulture), null, 32, false), Name: ""),
        (state, word) => (state.Name, word) switch
        {
            ("", "--relaxed") => (state.Options with { IsRelaxed = true }, ""),
            ("", _) => (state.Options, word),
            ("--crypt", _) => (state.Options with { Secret = word }, ""),
            ("--writers", _) => (state.Options with { Writers = int.Parse(word, CultureInfo.InvariantCulture) }, ""),
            _ => throw new ArgumentException($"unknown option {state.Name}"),
        }).Options;

    public IEnumerable<string> ToArguments()
    {
        yield return "child";
        yield return JsonPath;
        yield return Seed.ToString(CultureInfo.InvariantCulture);
        yield return "--writers";
        yield return Writers.ToString(CultureInfo.InvariantCulture);
        if (Secret is not null)
        {
            yield return "--crypt";
            yield return Secret;
        }

        if (IsRelaxed)
        {
            yield return "--relaxed";
        }
    }

    public static JamSessionsOptions Engine(string jsonPath, string? secret, bool isRelaxed = false) => new()
    {
        JsonPath = jsonPath,
        IsSessionCrypt = secret is not null,
        SessionAesSecret = secret,
        Durability = isRelaxed ? Durability.Relaxed : Durability.Durable,
        SnapshotJournalBytes = 16 << 10,
        SnapshotInterval = Timeout.InfiniteTimeSpan,
        KeyIdleTimeout = TimeSpan.FromMilliseconds(20),
    };
}

/// <summary>How long the torture goes on, and with what.</summary>
public sealed record TortureOptions
{
    public int Kills { get; init; } = 100;

    public int Seed { get; init; } = Random.Shared.Next();

    public bool Plain { get; init; } = true;

    public bool Encrypted { get; init; } = true;

    public TimeSpan Limit { get; init; } = TimeSpan.MaxValue;

    public int Writers { get; init; } = 32;

    /// <summary>The engine acknowledges before it writes: then the torture must find losses.</summary>
    public bool Relaxed { get; init; }

    public bool Keep { get; init; }

    /// <summary>Null where the arguments make no sense.</summary>
    public static TortureOptions? Parse(string[] args)
    {
        var options = new TortureOptions();
        var words = new Queue<string>(args is ["torture", .. var rest] ? rest : args);
        while (words.TryDequeue(out var name))
        {
            if (name is "--keep" or "--relaxed")
            {
                options = name == "--keep" ? options with { Keep = true } : options with { Relaxed = true };
                continue;
            }

            if (!words.TryDequeue(out var value))
            {
                return null;
            }

            switch (name)
            {
                case "--crypt" when value is "on" or "off" or "both":
                    options = options with { Plain = value != "on", Encrypted = value != "off" };
                    break;
                case "--kills" when int.TryParse(value, out var kills):
                    options = options with { Kills = kills };
                    break;
                case "--seed" when int.TryParse(value, out var seed):
                    options = options with { Seed = seed };
                    break;
                case "--writers" when int.TryParse(value, out var writers):
                    options = options with { Writers = writers };
                    break;
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes):
                    options = options with { Limit = TimeSpan.FromMinutes(minutes) };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
