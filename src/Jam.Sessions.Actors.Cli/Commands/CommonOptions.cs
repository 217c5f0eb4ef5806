using System.CommandLine;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>The options that name a store and its secret, which all commands have, before their name or behind it, and how a command is run.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _file = new("--file", "-f") { HelpName = "path", Description = "The session file. Default: json-path of --config, or sessions.json." };
    private readonly Option<string> _config = new("--config", "-c") { HelpName = "path", Description = "The host's HOCON: where the file is, and when sessions end." };
    private readonly Option<string> _store = new("--store") { HelpName = "name", Description = "The store's name, where the host has several." };
    private readonly Option<string> _socket = new("--socket") { HelpName = "path", Description = "The host's admin socket. Default: the file's name with .sock." };
    private readonly Option<string> _secretFile = new("--secret-file") { HelpName = "path", Description = "A file that holds the key of an encrypted store. Else JAM_SESSION_AES_SECRET is used, or you are asked. Whether one is needed is seen in the file." };
    private readonly Option<string[]> _previous = new("--previous-secret-file") { HelpName = "path", Description = "A file that holds a key of before, which still reads; may be said more than once." };
    private readonly Option<bool> _json = new("--json") { Description = "JSON lines instead of a table." };

    /// <summary>A test's; null: the process's.</summary>
    public Terminal? Terminal { private get; set; }

    /// <summary>Gives all commands these options.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[_file, _config, _store, _socket, _secretFile, _previous, _json])
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }

    /// <summary>Gives a command an action whose refusals become messages and exit codes.</summary>
    public Command On(Command command, Func<Invocation, int> action)
    {
        command.SetAction(parsed => new Invocation(parsed, ArgumentsOf(parsed), parsed.GetValue(_json), Terminal ?? Output.Terminal.OfProcess()).Run(action));
        return command;
    }

    private StoreArguments ArgumentsOf(ParseResult parsed) => new()
    {
        File = parsed.GetValue(_file),
        Config = parsed.GetValue(_config),
        Store = parsed.GetValue(_store),
        Socket = parsed.GetValue(_socket),
        SecretFile = parsed.GetValue(_secretFile),
        PreviousSecretFiles = parsed.GetValue(_previous) ?? [],
    };
}
