using System.CommandLine;
using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Hosting;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>One run of a command: what it was given, and what it says.</summary>
internal sealed class Invocation(ParseResult parsed, StoreArguments store, bool isJson, Terminal terminal)
{
    private StoreTarget? _target;
    private string? _answer;
    private string? _newSecret;

    /// <summary>Whether a program reads what is said.</summary>
    public bool IsJson => isJson;

    public Terminal Terminal => terminal;

    public StoreTarget Target => _target ??= TargetOf(store);

    /// <summary>Another file, with the secret that was asked for: that of the store, or of what is imported into it.</summary>
    public StoreTarget TargetOf(StoreArguments arguments) => new(arguments, terminal, _answer);

    public StoreArguments Store => store;

    /// <summary>A key that is to be the store's from now on: of a file, of the environment, or of who is asked, once.</summary>
    /// <exception cref="AdminRefusal">There is none.</exception>
    public string NewSecret(string? file)
    {
        if (file is not null && !File.Exists(file))
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, $"There is no secret file {Path.GetFullPath(file)}, or this user may not see it.");
        }

        const string variable = "JAM_SESSION_NEW_AES_SECRET", how = $"The new key comes from --new-secret-file, or from the environment variable {variable}.";
        _newSecret ??= file is not null ? Secrets.TextOf(file, "--new-secret-file") : Environment.GetEnvironmentVariable(variable) ?? terminal.Ask?.Invoke(how);
        return string.IsNullOrWhiteSpace(_newSecret) ? throw new AdminRefusal(AdminRefusalKind.WrongSecret, $"There is no new key. {how}") : _newSecret;
    }

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
        finally
        {
            terminal.Out.Flush();
        }
    }

    /// <summary>Where a secret is needed, it is asked for, and all begins anew: nothing was done yet.</summary>
    private int RunAsking(Func<Invocation, int> action)
    {
        try
        {
            return action(this);
        }
        catch (SecretNeeded needed) when (terminal.Ask is not null && _answer is null)
        {
            _answer = terminal.Ask(needed.Message) ?? throw new AdminRefusal(AdminRefusalKind.WrongSecret, "No secret was given.", needed);
            _target = null;
            return action(this);
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
        SessionSecretException => ExitCode.WrongSecret,
        JamSessionsOptionsException => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
