using System.CommandLine;
using System.CommandLine.Help;
using Jam.Sessions.Actors.Cli.Commands;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cli;

/// <summary>The tool's commands. To build them loads nothing of the engine: help comes at once.</summary>
/// <remarks>Conversions that a store's host does at a start (a new key, encryption, hashed ids) get their commands beside <see cref="TransferCommands"/>.</remarks>
internal static class CommandLine
{
    public static int Run(string[] arguments, Terminal? terminal = null)
    {
        var common = new CommonOptions();
        var root = new RootCommand(
            """
            Looks into the session files of Jam.Sessions.Actors, verifies them, backs them up and restores them, and ends sessions.
            A file that a running host has open is reached through the host, where that has admin-socket = on. No command but export shows an id.

            Exit codes: 0 done, 1 failed, 2 usage, 3 locked, 4 damaged, 5 wrong secret, 6 refused, 7 verify: a start would not serve all of it.
            """);
        Add(root, ReadCommands.All(common));
        Add(root, ChangeCommands.All(common));
        Add(root, TransferCommands.All(common));
        var parsed = root.Parse(arguments);
        common.Terminal = terminal;
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke(Streams(terminal));
        }

        var error = terminal?.Error ?? Console.Error;
        foreach (var mistake in parsed.Errors)
        {
            error.WriteLine($"jam-sessions: {mistake.Message}");
        }

        error.WriteLine($"Try: jam-sessions {(parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ")}--help");
        return ExitCode.Usage;
    }

    private static InvocationConfiguration Streams(Terminal? terminal)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        if (terminal is not null)
        {
            (configuration.Output, configuration.Error) = (terminal.Out, terminal.Error);
        }

        return configuration;
    }

    private static void Add(RootCommand root, IEnumerable<Command> commands)
    {
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }
    }
}
