using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>What happened to one operation, as the killed process tells it: one line each, written before it goes on.</summary>
/// <remarks>
/// <code>
/// > 17 create 40 p8 1     about to create session number 40 under key p8 with version 1
/// > 18 update 40 - 2      about to write its version 2; delete and rework look the same
/// > 19 clear 0 p8 0       about to clear key p8
/// &lt; 17 6f1c…             acknowledged; a create and a rework name the id, a clear the count
/// ? 18                    answered: there is no such session
/// ! 18                    answered: the engine is stopping, nothing was changed
/// # 18 IOException        failed otherwise, which nothing here may
/// = open                  the engine has started; "= stopped": its dispose has returned
/// </code>
/// A line ends with a full stop, so that half a line is known as such.
/// </remarks>
public sealed record Report(char Kind, long Operation, string Verb, long Number, string Text, int Version)
{
    public const string Open = "open", Stopped = "stopped";

    public static string Intent(long operation, string verb, long number, string key, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"> {operation} {verb} {number} {key} {version} .\n");

    public static string Answer(char kind, long operation, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} {operation} {text} .\n");

    public static string Phase(string phase) => $"= {phase} .\n";

    /// <summary>Null where the line was cut off.</summary>
    public static Report? Parse(string line)
    {
        if (!line.EndsWith(" .", StringComparison.Ordinal))
        {
            return null;
        }

        return line[..^2].Split(' ') switch
        {
            [">", var operation, var verb, var number, var key, var version] => new Report('>', Whole(operation), verb, Whole(number), key, (int)Whole(version)),
            ["=", var phase] => new Report('=', 0, phase, 0, "", 0),
            [{ Length: 1 } kind, var operation, var text] => new Report(kind[0], Whole(operation), "", 0, text, 0),
            _ => throw new FormatException($"Not a report: {line}"),
        };
    }

    private static long Whole(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
