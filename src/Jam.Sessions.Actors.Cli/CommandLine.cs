using System.CommandLine;
using Jam.Sessions.Actors.Cli.Commands;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli;

/// <summary>The tool's commands.</summary>
internal static class CommandLine
{
    // What is longer is no slip.
    private const int MaxWord = 32;

    private static readonly (string Name, string Words, Func<Command, CommonOptions, Command> Complete)[] s_commands =
    [
        ("stats", "How many sessions there are, how old and how large; which keys have most.", ReadCommands.Stats),
        ("list", "The sessions: key, handle, state, times and size.", ReadCommands.List),
        ("show", "What is known of one session; not its data.", ReadCommands.Show),
        ("verify", "What a start would do with the file, without a byte written.", TransferCommands.Verify),
        ("end", "End sessions: those that meet all that is said. They are gone for good.", ChangeCommands.End),
        ("sweep", "Remove what has ended by itself, now.", ChangeCommands.Sweep),
        ("flush", "Bring all that was acknowledged into the JSON file itself.", ChangeCommands.Flush),
        ("backup", "A consistent copy of the store, running or not, verified after it was written.", TransferCommands.Backup),
        ("restore", "Put a backup where no store is.", TransferCommands.Restore),
        ("import", "Add the sessions of another file, all of them or none.", TransferCommands.Import),
        ("export", "Write the live sessions as JSON lines, with their ids.", TransferCommands.Export),
        ("rekey", "Encrypt a store with a new key; nobody is signed out.", ConvertCommands.Rekey),
        ("encrypt", "Encrypt a plain store, or bind the data of one that jam's encryption has to its records.", ConvertCommands.Encrypt),
        ("hash-ids", "Keep digests of ids only; nobody is signed out.", ConvertCommands.HashIds),
    ];

    public static int Run(string[] arguments, Terminal? terminal = null)
    {
        var common = new CommonOptions();
        var root = new RootCommand(
            """
            Looks into the session files of Jam.Sessions.Actors, verifies them, backs them up and restores them, ends sessions, and changes how they keep ids and data.
            A file that a running host has open is reached through the host, where that has admin-socket = on. No command but export shows an id.

            Exit codes: 0 done, 1 failed, 2 usage, 3 locked, 4 damaged, 5 wrong secret, 6 refused, 7 verify: a start would not serve all of it, or find nothing.
            """);
        PlainHelp.Install(root);
        foreach (var (name, words, complete) in s_commands)
        {
            var command = new Command(name, words);
            root.Subcommands.Add(complete(command, common));
        }

        var parsed = root.Parse(arguments);
        common.Terminal = terminal;
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke(Streams(terminal));
        }

        var error = terminal?.Error ?? Console.Error;
        foreach (var mistake in parsed.Errors)
        {
            error.WriteLine($"jam-sessions: {SafeText.OfLines(mistake.Message)}");
        }

        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var word, ..] && Meant(word) is { } meant)
        {
            error.WriteLine($"Did you mean {meant}?");
        }

        error.WriteLine($"Try: jam-sessions {(parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ")}--help");
        return ExitCode.Usage;
    }

    /// <summary>The command that a word may be a slip of; null where it is too far from all.</summary>
    private static string? Meant(string word)
    {
        if (word.Length > MaxWord)
        {
            return null;
        }

        var nearest = KnownKeys.Nearest(word, s_commands.Select(command => command.Name));
        return KnownKeys.Distance(word, nearest) <= Math.Max(2, nearest.Length / 3) ? nearest : null;
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
}
