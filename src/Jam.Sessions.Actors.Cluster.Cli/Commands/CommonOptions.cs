using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cluster.Cli.Commands;

/// <summary>The options that say where the tables are, which all commands have, before their name or behind it, and how a command is run.</summary>
internal sealed partial class CommonOptions
{
    /// <summary>The environment variable that holds the connection string.</summary>
    public const string Variable = "JAM_SESSIONS_CLUSTER";

    private const string DefaultSchema = "jam_sessions";

    private readonly Option<string> _connectionFile = new("--connection-file")
    {
        HelpName = "path", Description = $"A file that holds the connection string, as Npgsql takes it. Else {Variable} is used, or you are asked.",
    };

    private readonly Option<string> _connection = new("--connection") { HelpName = "string", Description = "The connection string itself, where it holds no password." };
    private readonly Option<string> _schema = new("--schema") { HelpName = "name", Description = $"The schema that the tables are in. Default: {DefaultSchema}.", CustomParser = ParseSchema };

    private readonly Option<bool> _json = new("--json") { Description = "JSON instead of words." };

    /// <summary>A test's; null: the process's.</summary>
    public Terminal? Terminal { private get; init; }

    /// <summary>Gives all commands these options.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[_connectionFile, _connection, _schema, _json])
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }

    /// <summary>Gives a command an action whose refusals become messages and exit codes.</summary>
    public Command On(Command command, Func<Invocation, int> action)
    {
        command.SetAction(parsed =>
        {
            var terminal = Terminal ?? Terminal.OfProcess();
            var database = new DatabaseArguments(parsed.GetValue(_connectionFile), parsed.GetValue(_connection), parsed.GetValue(_schema) ?? DefaultSchema);
            return new Invocation(parsed, database, parsed.GetValue(_json), terminal).Run(action);
        });
        return command;
    }

    private static string? ParseSchema(ArgumentResult argument)
    {
        if (SchemaName().IsMatch(argument.Tokens[0].Value))
        {
            return argument.Tokens[0].Value;
        }

        argument.AddError("--schema is 1 to 40 lower-case Latin letters, digits and _, and begins with a letter.");
        return null;
    }

    // As a host's options allow it.
    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,39}\z")]
    private static partial Regex SchemaName();
}

/// <summary>What the command line says of the tables.</summary>
/// <param name="ConnectionFile">A file that holds the connection string.</param>
/// <param name="Connection">The connection string.</param>
/// <param name="Schema">The schema.</param>
internal sealed record DatabaseArguments(string? ConnectionFile, string? Connection, string Schema);
