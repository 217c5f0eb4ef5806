using System.CommandLine;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cluster.Cli.Commands;

namespace Jam.Sessions.Actors.Cluster.Cli;

/// <summary>The tool's commands.</summary>
internal static partial class CommandLine
{
    public const string Name = "jam-sessions-cluster";

    private static readonly (string Name, string Words, Func<Command, CommonOptions, Command> Complete)[] s_commands =
    [
        ("init", "Make the tables, or bring them up to date. What there is already stays.", SchemaCommands.Init),
        ("stats", "How many sessions and keys there are, and how large the tables; which cluster they are of.", SchemaCommands.Stats),
        ("import", "Bring in the sessions of a file. Nobody is signed out.", TransferCommands.Import),
        ("export", "Write the live sessions as JSON lines, with the digests of their ids.", TransferCommands.Export),
    ];

    public static int Run(string[] arguments, Terminal? terminal = null)
    {
        var error = terminal?.Error ?? Console.Error;
        try
        {
            // Before the parser sees it: what it does not know it repeats.
            if (arguments.Any(HoldsPassword().IsMatch))
            {
                error.WriteLine($"{Name}: the command line holds a password, and other users of the machine can read it there. Put the connection string into a file for --connection-file, or into the environment variable {CommonOptions.Variable}; and change that password where it is used.");
                return ExitCode.Usage;
            }

            return Parsed(arguments is ["help", .. var command] ? [.. command, "--help"] : arguments, terminal, error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was to be done is done, or its fault was told: only the telling failed.
            TryTell(error, $"{Name}: what there was to say could not be written: {SafeText.OfLines(e.Message)}");
            return ExitCode.Failed;
        }
    }

    private static int Parsed(string[] arguments, Terminal? terminal, TextWriter error)
    {
        var common = new CommonOptions { Terminal = terminal };
        var root = new RootCommand(
            """
            Makes the tables in which hosts of a cluster keep the sessions of Jam.Sessions.Actors, brings session files in, and sessions out. No command shows an id or a password.

            Exit codes: 0 done, 1 failed, 2 usage, 3 locked, 4 damaged, 5 wrong secret of a session file, 6 refused, 7 init --check: init is needed, 8 PostgreSQL cannot be reached.
            """);
        common.AddTo(root);
        foreach (var (name, words, complete) in s_commands)
        {
            root.Subcommands.Add(complete(new Command(name, words), common));
        }

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke(Streams(terminal));
        }

        // Without a command the parser says that one is missing, and calls whatever stands there unrecognized: one of the two is the mistake.
        var isRoot = parsed.CommandResult.Command is RootCommand;
        foreach (var mistake in isRoot ? [parsed.UnmatchedTokens is [var word, ..] ? $"There is no command {word}." : "A command is missing."] : parsed.Errors.Select(mistake => mistake.Message))
        {
            error.WriteLine($"{Name}: {SafeText.OfLines(mistake)}");
        }

        error.WriteLine($"Try: {Name} {(isRoot ? "" : $"{parsed.CommandResult.Command.Name} ")}--help");
        return ExitCode.Usage;
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

    private static InvocationConfiguration Streams(Terminal? terminal)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        if (terminal is not null)
        {
            (configuration.Output, configuration.Error) = (terminal.Out, terminal.Error);
        }

        return configuration;
    }

    /// <summary>As Npgsql takes it, or a URL.</summary>
    [GeneratedRegex(@"\b(password|passwd|pwd|pswd|psw)\s*=|://[^/\s]*:[^/\s]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HoldsPassword();
}
