using System.CommandLine;
using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>One run of a command: what it was given, and what it says.</summary>
internal sealed class Invocation(ParseResult parsed, StoreArguments store, bool isJson, Terminal terminal)
{
    private StoreTarget? _target;

    /// <summary>Whether a program reads what is said.</summary>
    public bool IsJson => isJson;

    public Terminal Terminal => terminal;

    public StoreTarget Target => _target ??= new StoreTarget(store, terminal);

    public StoreArguments Store => store;

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
            return action(this);
        }
        catch (Exception e) when (e is AdminRefusal or JamSessionsException or IOException or UnauthorizedAccessException)
        {
            terminal.Complain(e.Message);
            return CodeOf(e);
        }
        finally
        {
            terminal.Out.Flush();
        }
    }

    private static int CodeOf(Exception e) => e switch
    {
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
