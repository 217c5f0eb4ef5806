using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What changes nothing: <c>stats</c>, <c>list</c>, <c>show</c>.</summary>
internal static class ReadCommands
{
    public static Command Stats(Command command, CommonOptions common) => common.On(command, Stats);

    public static Command List(Command command, CommonOptions common)
    {
        var key = new Option<string>("--key", "-k") { HelpName = "key", Description = "Only sessions of this key." };
        var limit = new Option<int>("--limit") { HelpName = "n", Description = "How many are shown at most; 0: all. Default: 1000.", DefaultValueFactory = _ => 1000, CustomParser = ParseLimit };
        command.Options.Add(key);
        command.Options.Add(limit);
        return common.On(command, run => List(run, new Selection { Key = run.Get(key) }, run.Get(limit)));
    }

    public static Command Show(Command command, CommonOptions common)
    {
        var handle = new Argument<string>("handle") { Description = "The session's handle, as list shows it." };
        command.Arguments.Add(handle);
        return common.On(command, run => Show(run, run.Get(handle)!));
    }

    private static int Stats(Invocation run)
    {
        var done = StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.Stats }, new Rows(run));
        run.Say(done, stats => StoreTables.Stats(run.Terminal, stats));
        return ExitCode.Done;
    }

    private static int List(Invocation run, Selection selection, int limit)
    {
        var rows = new Rows(run);
        var done = StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.List, Selection = selection, Limit = limit }, rows);
        rows.WriteTable();
        if (!run.IsJson)
        {
            run.Say(done, result => StoreTables.MoreThanShown(run.Terminal, result));
        }

        return ExitCode.Done;
    }

    private static int ParseLimit(ArgumentResult argument)
    {
        if (int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
        {
            return limit;
        }

        argument.AddError("--limit takes a number as 50, or 0 for all.");
        return 0;
    }

    private static int Show(Invocation run, string handle)
    {
        var done = StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.Show, Selection = new Selection { Handle = handle } }, new Rows(run));
        run.Say(done, result => StoreTables.Session(run.Terminal, result.GetProperty("session")));
        return ExitCode.Done;
    }
}
