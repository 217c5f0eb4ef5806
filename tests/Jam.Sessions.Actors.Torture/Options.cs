using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>How the killed process runs.</summary>
/// <param name="JsonPath">Its store.</param>
/// <param name="Seed">Of what its writers do.</param>
/// <param name="Mode">How it keeps secrets.</param>
/// <param name="Start">Which start of the store this is.</param>
/// <param name="Writers">How many write at once.</param>
/// <param name="IsRelaxed">Whether it acknowledges before it writes.</param>
/// <param name="Converts">Whether it may convert the store to that mode.</param>
public sealed record ChildOptions(string JsonPath, int Seed, SecretMode Mode, int Start, int Writers, bool IsRelaxed = false, bool Converts = false)
{
    public static ChildOptions Parse(string path, string seed, string mode, string start, string writers, string[] flags) => new(
        path, Whole(seed), SecretMode.TryParse(mode)!.Single(), Whole(start), Whole(writers), flags.Contains("--relaxed"), flags.Contains("--convert"));

    public IEnumerable<string> ToArguments() =>
    [
        "child", JsonPath, $"{Seed}", Mode.Name, $"{Start}", $"{Writers}",
        .. IsRelaxed ? ["--relaxed"] : Array.Empty<string>(), .. Converts ? ["--convert"] : Array.Empty<string>(),
    ];

    public JamSessionsOptions Engine()
    {
        var options = Mode.Engine(JsonPath, Start, IsRelaxed);
        if (Converts)
        {
            (options.AllowIdsToBeHashed, options.AllowPlainToEncrypted, options.AllowFernetToAesGcm) = (true, true, true);
        }

        return options;
    }

    private static int Whole(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}

/// <summary>How long the torture goes on, and with what; the conversions as well.</summary>
public sealed record TortureOptions
{
    public int Kills { get; init; } = 100;

    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>How secrets are kept: one store for each.</summary>
    public IReadOnlyList<SecretMode> Modes { get; init; } = SecretMode.All;

    public TimeSpan Limit { get; init; } = TimeSpan.MaxValue;

    public int Writers { get; init; } = 32;

    /// <summary>The engine acknowledges before it writes: then the torture must find losses.</summary>
    public bool Relaxed { get; init; }

    public bool Keep { get; init; }

    /// <summary>Null where the arguments make no sense.</summary>
    public static TortureOptions? Parse(string[] args)
    {
        var options = new TortureOptions();
        var words = new Queue<string>(args is ["torture" or "conversions", .. var rest] ? rest : args);
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
                case "--mode" when SecretMode.TryParse(value) is { } modes:
                    options = options with { Modes = modes };
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
