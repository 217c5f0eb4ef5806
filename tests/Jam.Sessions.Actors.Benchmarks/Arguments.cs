using System.Globalization;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks;

/// <summary>Words, and after them options of the form <c>--name value</c>; <c>--fair</c> stands alone.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];

    public Arguments(string[] arguments)
    {
        var words = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--fair":
                    IsFair = true;
                    break;
                case ['-', '-', .. var name] when i + 1 < arguments.Length:
                    _options[name] = arguments[++i];
                    break;
                default:
                    words.Add(arguments[i]);
                    break;
            }
        }

        Words = [.. words];
    }

    public string[] Words { get; }

    private bool IsFair { get; }

    public RunSettings Settings(double seconds) => new()
    {
        Seconds = TimeSpan.FromSeconds(Number("seconds", seconds)),
        WarmUp = TimeSpan.FromSeconds(Number("warm-up", 15)),
        IsFair = IsFair,
        MaxOthers = Number("max-others", double.PositiveInfinity),
    };

    public double Number(string option, double otherwise) =>
        _options.TryGetValue(option, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string option) => _options.GetValueOrDefault(option);
}
