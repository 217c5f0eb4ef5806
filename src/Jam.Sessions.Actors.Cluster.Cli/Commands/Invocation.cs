using System.CommandLine;
using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Cluster.Cli.Rows;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Cli.Commands;

/// <summary>One run of a command: what it was given, and what it says.</summary>
internal sealed class Invocation(ParseResult parsed, DatabaseArguments database, bool isJson, Terminal terminal)
{
    private Tables? _tables;
    private string? _answer;

    /// <summary>Whether a program reads what is said.</summary>
    public bool IsJson => isJson;

    public Terminal Terminal => terminal;

    /// <summary>The tables; nothing was asked of them yet.</summary>
    /// <exception cref="AdminRefusal">Nobody says where they are.</exception>
    public Tables Tables => _tables ??= new Tables(ConnectionString(), database.Schema);

    /// <summary>A session file, with the secret that was asked for.</summary>
    public StoreTarget TargetOf(StoreArguments arguments) => new(arguments, terminal, _answer);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>What came of a command, as JSON where that is asked for, and else in words.</summary>
    public void Say(byte[] json, Action<JsonElement> inWords)
    {
        if (isJson)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(json));
            return;
        }

        inWords(JsonElement.Parse(json));
    }

    /// <summary>Runs the command; what it refuses is said on stderr, and told by the exit code.</summary>
    public int Run(Func<Invocation, int> action)
    {
        try
        {
            return RunAsking(action);
        }
        catch (Exception e) when (e is SecretNeeded or AdminRefusal or JamSessionsException or IOException or UnauthorizedAccessException)
        {
            terminal.Complain(e.Message);
            return CodeOf(e);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            terminal.Complain(Faults.InWords(e));
            return Faults.CodeOf(e);
        }
        finally
        {
            terminal.Out.Flush();
        }
    }

    /// <summary>Where a file's secret is needed, it is asked for, and all begins anew: nothing was done yet.</summary>
    private int RunAsking(Func<Invocation, int> action)
    {
        try
        {
            return action(this);
        }
        catch (SecretNeeded needed) when (terminal.Ask is not null && _answer is null)
        {
            _answer = terminal.Ask(needed.Message) ?? throw new AdminRefusal(AdminRefusalKind.WrongSecret, "No secret was given.", needed);
            return action(this);
        }
    }

    private string ConnectionString()
    {
        const string how = $"PostgreSQL's connection string comes from --connection-file, or from the environment variable {CommonOptions.Variable}.";
        if (database is { Connection: not null, ConnectionFile: not null })
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "--connection and --connection-file are both given: leave one out.");
        }

        var text = database.ConnectionFile is { } file ? TextOf(file) : database.Connection ?? Environment.GetEnvironmentVariable(CommonOptions.Variable) ?? terminal.Ask?.Invoke(how);
        return string.IsNullOrWhiteSpace(text) ? throw new AdminRefusal(AdminRefusalKind.BadRequest, $"There is no connection string. {how}") : text.Trim();
    }

    private static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, $"There is no connection file {Path.GetFullPath(file)}, or this user may not read it.", e);
        }
    }

    private static int CodeOf(Exception e) => e switch
    {
        SecretNeeded => ExitCode.WrongSecret,
        AdminRefusal refusal => refusal.Kind switch
        {
            AdminRefusalKind.BadRequest => ExitCode.Usage,
            AdminRefusalKind.Locked => ExitCode.Locked,
            AdminRefusalKind.Damaged => ExitCode.Damaged,
            AdminRefusalKind.WrongSecret => ExitCode.WrongSecret,
            AdminRefusalKind.Refused => ExitCode.Refused,
            _ => ExitCode.Failed,
        },
        SessionStoreLockedException => ExitCode.Locked,
        SessionStoreCorruptException or SessionStoreConflictException => ExitCode.Damaged,

        // What the tables are is told without a fault of the server's behind it.
        SessionStoreException { Path: Tables.Store } fault => fault.InnerException is { } cause ? Faults.CodeOf(cause) : ExitCode.Refused,
        SessionSecretException => ExitCode.WrongSecret,
        JamSessionsOptionsException => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
