using System.Globalization;
using Akka.Configuration;
using Microsoft.Extensions.Configuration;

namespace Jam.Sessions.Actors.Settings;

/// <summary>Options from the host's own configuration, as a layer of HOCON: the same keys, in either spelling, and the same checks.</summary>
internal static class HostConfiguration
{
    /// <summary>Reads a section whose keys are those of <c>reference.conf</c>: <c>json-path</c>, or <c>JsonPath</c> as .NET spells it.</summary>
    /// <exception cref="JamSessionsOptionsException">A section stands where a value should.</exception>
    public static Config ToHocon(IConfiguration section, Config reference)
    {
        var options = section.GetChildren().ToList();
        var sections = options.Where(option => option.GetChildren().Any() && !IsList(option)).ToList();
        if (sections.Count > 0)
        {
            throw new JamSessionsOptionsException(
                [.. sections.Select(option => $"{option.Key} is a section, not a value. A further store is registered with its own: services.AddJamSessions(\"name\", section).")]);
        }

        return ConfigurationFactory.ParseString(string.Join(
            '\n',
            options.Where(option => option.Value is not null || IsList(option)).Select(option => $"{Quoted(KnownKeys.Spelt(option.Key, reference))} = {Written(option)}")));
    }

    /// <summary>.NET has a list as a section whose keys are 0, 1, 2 …</summary>
    private static bool IsList(IConfigurationSection option)
    {
        var items = option.GetChildren().ToList();
        return items.Count > 0 && items.All(item => item.Value is not null && int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    private static string Written(IConfigurationSection option) =>
        IsList(option) ? $"[{string.Join(", ", option.GetChildren().Select(item => Quoted(item.Value!)))}]" : Quoted(ValueOf(option.Value!));

    /// <summary>.NET writes True and 00:01:30, HOCON true and 90 s.</summary>
    private static string ValueOf(string value) =>
        bool.TryParse(value, out var flag) ? flag ? "on" : "off"
        : value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time) ? $"{time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} ms"
        : value;

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
