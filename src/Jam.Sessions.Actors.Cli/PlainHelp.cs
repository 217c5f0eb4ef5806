using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace Jam.Sessions.Actors.Cli;

/// <summary>Help as plain lines. The parser's own builder takes twice as long, nearly all of it to be compiled.</summary>
internal sealed class PlainHelp : SynchronousCommandLineAction
{
    private const int Indent = 2, Column = 34;

    /// <summary>Takes the place of the parser's help.</summary>
    public static void Install(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new PlainHelp();
            }
        }
    }

    /// <summary>Who asks how a command is called has not called it yet.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var text = new StringBuilder(command.Description).Append("\n\njam-sessions");
        text.Append(command is RootCommand ? " <command>" : $" {NameOf(command)}").Append(" [options]\n\n");
        foreach (var argument in command.Arguments)
        {
            AddLine(text, $"<{argument.Name}>", argument.Description);
        }

        foreach (var option in command.Options)
        {
            AddOption(text, option);
        }

        foreach (var subcommand in command.Subcommands)
        {
            AddLine(text, NameOf(subcommand), FirstSentenceOf(subcommand.Description));
        }

        if (command is RootCommand)
        {
            text.Append("\njam-sessions <command> --help says more of one.\n");
        }

        parseResult.InvocationConfiguration.Output.Write(text.ToString());
        return ExitCode.Done;
    }

    private static string? FirstSentenceOf(string? text) => text?.IndexOf(". ", StringComparison.Ordinal) is { } end and >= 0 ? text[..(end + 1)] : text;

    private static string NameOf(Command command)
    {
        var name = command.Name;
        foreach (var argument in command.Arguments)
        {
            name = $"{name} <{argument.Name}>";
        }

        return name;
    }

    private static void AddOption(StringBuilder text, Option option)
    {
        var names = option.Name;
        foreach (var alias in option.Aliases)
        {
            names = alias is ['-', _] ? $"{alias}, {names}" : names;
        }

        AddLine(text, option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? names : $"{names} <{option.HelpName}>", option.Description);
    }

    private static void AddLine(StringBuilder text, string name, string? words) =>
        text.Append(' ', Indent).Append(name).Append(' ', Math.Max(1, Column - Indent - name.Length)).Append(words).Append('\n');
}
