using System.CommandLine;
using Jam.Sessions.Actors.Cli.Commands;

namespace Jam.Sessions.Actors.Cli;

/// <summary>A command as the tool's help lists it.</summary>
/// <param name="usage">How it is called.</param>
/// <param name="words">What it does.</param>
/// <param name="complete">Gives it arguments, options and an action.</param>
internal sealed class ToolCommand(string usage, string words, Func<Command, CommonOptions, Command> complete)
{
    public string Usage => usage;

    public string Words => words;

    public string Name => usage.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? usage[..end] : usage;

    /// <summary>The parser's command. One that is not called by these arguments is its name alone: to make the options of all of them takes a tenth of the tool's start.</summary>
    public Command Make(string[] arguments, CommonOptions common)
    {
        var command = new Command(Name, words);
        return Array.IndexOf(arguments, command.Name) >= 0 ? complete(command, common) : command;
    }
}
