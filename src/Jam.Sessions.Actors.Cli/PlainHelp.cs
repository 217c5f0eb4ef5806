using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace Jam.Sessions.Actors.Cli;

/// <summary>Help as plain lines. The parser's own builder takes twice as long, nearly all of it to be compiled.</summary>
internal sealed class PlainHelp(ToolCommand[] commands) : SynchronousCommandLineAction
{
    private const string Spaces = "                                  ";

    private const int Indent = 2, Column = 34, CommandColumn = 20;

    // Lines are for the narrowest terminal that is common: one that is asked for its width is started slower.
    private const int Width = 80;

    /// <summary>Takes the place of the parser's help.</summary>
    /// <param name="root">Of the tool.</param>
    /// <param name="commands">Those of the tool.</param>
    public static void Install(RootCommand root, ToolCommand[] commands)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                (help.Action, help.Description) = (new PlainHelp(commands), "What the tool, or a command, can do.");
            }
            else if (option is VersionOption version)
            {
                version.Description = "The tool's release.";
            }
        }
    }

    /// <summary>Who asks how a command is called has not called it yet.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var (root, command) = (parseResult.RootCommandResult.Command, parseResult.CommandResult.Command);
        var text = new StringBuilder();
        foreach (var line in (command.Description ?? "").Split('\n'))
        {
            AddWords(text, line, column: 0);
        }

        text.Append("\njam-sessions ").Append(command == root ? "<command>" : NameOf(command)).Append(" [options]\n\n");
        foreach (var argument in command.Arguments)
        {
            AddLine(text, $"<{argument.Name}>", argument.Description);
        }

        foreach (var listed in command == root ? commands : [])
        {
            AddLine(text, listed.Usage, FirstSentenceOf(listed.Words), CommandColumn);
        }

        text.Append(command == root ? "\n" : "");
        AddOptions(text, command, isOfAll: false);
        text.Append("\nOf every command:\n\n");
        AddOptions(text, root, isOfAll: true);
        if (command == root)
        {
            text.Append("\njam-sessions <command> --help says more of one.\n");
        }

        parseResult.InvocationConfiguration.Output.Write(text.ToString());
        return ExitCode.Done;
    }

    private static string FirstSentenceOf(string text) => text.IndexOf(". ", StringComparison.Ordinal) is { } end and >= 0 ? text[..(end + 1)] : text;

    private static string NameOf(Command command)
    {
        var name = command.Name;
        foreach (var argument in command.Arguments)
        {
            name = $"{name} <{argument.Name}>";
        }

        return name;
    }

    private static void AddOptions(StringBuilder text, Command command, bool isOfAll)
    {
        foreach (var option in command.Options)
        {
            if ((option.Recursive && option is not VersionOption) == isOfAll)
            {
                AddOption(text, option);
            }
        }
    }

    private static void AddOption(StringBuilder text, Option option)
    {
        var names = option.Name;
        foreach (var alias in option.Aliases)
        {
            names = alias is ['-', >= 'a' and <= 'z'] ? $"{alias}, {names}" : names;
        }

        AddLine(text, option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? names : $"{names} <{option.HelpName}>", option.Description);
    }

    private static void AddLine(StringBuilder text, string name, string? words, int column = Column)
    {
        text.Append(Spaces, 0, Indent).Append(name).Append(Spaces, 0, Math.Max(1, column - Indent - name.Length));
        AddWords(text, words ?? "", column);
    }

    /// <summary>Ends the line with these words, and begins others below it where they are too many.</summary>
    private static void AddWords(StringBuilder text, string words, int column)
    {
        while (words.Length > Width - column && words.LastIndexOf(' ', Width - column) is > 0 and var end)
        {
            text.Append(words.AsSpan(0, end)).Append('\n').Append(Spaces, 0, column);
            words = words[(end + 1)..];
        }

        text.Append(words).Append('\n');
    }
}
