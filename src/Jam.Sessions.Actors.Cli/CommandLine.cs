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

    // Who is called @alice has sessions too: nothing is read from a file of that name.
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    private static readonly ToolCommand[] s_commands =
    [
        new("stats", "How many sessions there are, how old and how large; which keys have most.", ReadCommands.Stats),
        new("list", "The sessions: key, handle, state, times and size.", ReadCommands.List),
        new("show <handle>", "What is known of one session; not its data.", ReadCommands.Show),
        new("verify", "What a start would do with the file, without a byte written.", TransferCommands.Verify),
        new("end", "End sessions: those that meet all that is said. They are gone for good.", ChangeCommands.End),
        new("sweep", "Remove what has ended by itself, now.", ChangeCommands.Sweep),
        new("flush", "Bring all that was acknowledged into the JSON file itself.", ChangeCommands.Flush),
        new("backup <folder>", "A consistent copy of the store, running or not, verified after it was written.", TransferCommands.Backup),
        new("restore <folder>", "Put a backup where no store is.", TransferCommands.Restore),
        new("import <source>", "Add the sessions of another file, all of them or none.", TransferCommands.Import),
        new("export <target>", "Write the live sessions as JSON lines, with their ids.", TransferCommands.Export),
        new("rekey", "Encrypt a store with a new key; nobody is signed out.", ConvertCommands.Rekey),
        new("encrypt", "Encrypt a plain store, or bind the data of one that jam's encryption has to its records.", ConvertCommands.Encrypt),
        new("hash-ids", "Keep digests of ids only; nobody is signed out.", ConvertCommands.HashIds),
    ];

    public static int Run(string[] arguments, Terminal? terminal = null)
    {
        try
        {
            return Parsed(arguments is ["help", .. var command] ? [.. command, "--help"] : arguments, terminal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was to be done is done, or its fault was told: only the telling failed.
            TryTell(terminal?.Error ?? Console.Error, $"jam-sessions: what there was to say could not be written: {SafeText.OfLines(e.Message)}");
            return ExitCode.Failed;
        }
    }

    private static int Parsed(string[] arguments, Terminal? terminal)
    {
        var common = new CommonOptions();
        var root = new RootCommand(
            """
            Looks into the session files of Jam.Sessions.Actors, verifies them, backs them up and restores them, ends sessions, and changes how they keep ids and data.
            A file that a running host has open is reached through the host, where that has admin-socket = on. No command but export shows an id.

            Exit codes: 0 done, 1 failed, 2 usage, 3 locked, 4 damaged, 5 wrong secret,
            6 refused, 7 verify: a start would not serve all of it, or find nothing.
            """);
        PlainHelp.Install(root, s_commands);
        common.AddTo(root);
        foreach (var command in s_commands)
        {
            root.Subcommands.Add(command.Make(arguments, common));
        }

        var parsed = root.Parse(arguments, s_parser);
        common.Terminal = terminal;
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke(Streams(terminal));
        }

        Complain(parsed, terminal?.Error ?? Console.Error);
        return ExitCode.Usage;
    }

    private static void Complain(ParseResult parsed, TextWriter error)
    {
        // Without a command the parser says that one is missing, and calls whatever stands there unrecognized: one of the two is the mistake.
        var isRoot = parsed.CommandResult.Command is RootCommand;
        var word = isRoot && parsed.UnmatchedTokens is [var first, ..] ? first : null;
        foreach (var mistake in isRoot ? [word is null ? "A command is missing." : $"There is no command {word}."] : parsed.Errors.Select(mistake => mistake.Message))
        {
            error.WriteLine($"jam-sessions: {SafeText.OfLines(mistake)}");
        }

        if (word is not null && Meant(word) is { } meant)
        {
            error.WriteLine($"Did you mean {meant}?");
        }

        error.WriteLine($"Try: jam-sessions {(isRoot ? "" : $"{parsed.CommandResult.Command.Name} ")}--help");
    }

    private static void TryTell(TextWriter error, string line)
    {
        try
        {
            error.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The exit code says it.
        }
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
