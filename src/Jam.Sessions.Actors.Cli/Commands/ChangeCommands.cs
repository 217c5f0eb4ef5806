using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What changes a store: <c>end</c>, <c>sweep</c>, <c>flush</c>.</summary>
internal static class ChangeCommands
{
    public static Command End(Command command, CommonOptions common)
    {
        var key = new Option<string>("--key", "-k") { HelpName = "key", Description = "Of this key." };
        var handle = new Option<string>("--handle") { HelpName = "handle", Description = "With this handle." };
        var before = new Option<DateTimeOffset?>("--created-before") { HelpName = "time", Description = "Created before that, as 2026-11-27 or 2026-11-27T08:00Z.", CustomParser = ParseTime };
        var unseen = new Option<TimeSpan?>("--unseen-for") { HelpName = "span", Description = "Not used for so long, as 90m, 12h or 30d; only sessions whose use is noted.", CustomParser = ParseSpan };
        var all = new Option<bool>("--all") { Description = "All of them; needs --yes." };
        var yes = new Option<bool>("--yes") { Description = "Yes, all." };
        var dryRun = DryRun();
        foreach (var option in (Option[])[key, handle, before, unseen, all, yes, dryRun])
        {
            command.Options.Add(option);
        }

        return common.On(command, run => End(
            run,
            new Selection { Key = run.Get(key), Handle = run.Get(handle), CreatedBefore = run.Get(before), UnseenFor = run.Get(unseen), All = run.Get(all) },
            run.Get(dryRun),
            run.Get(yes)));
    }

    public static Command Sweep(Command command, CommonOptions common)
    {
        var dryRun = DryRun();
        command.Options.Add(dryRun);
        return common.On(command, run => Sweep(run, run.Get(dryRun)));
    }

    public static Command Flush(Command command, CommonOptions common) => common.On(command, Flush);

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would be done, and change nothing." };

    private static int End(Invocation run, Selection selection, bool isDryRun, bool isYes)
    {
        if (!selection.SaysAnything)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "end needs to be told which sessions: --key, --handle, --created-before, --unseen-for or --all.");
        }

        if (selection is { All: true, Key: null, Handle: null, CreatedBefore: null, UnseenFor: null } && !isYes && !isDryRun)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, "--all ends all sessions of the store. Say --yes too, or look first with --dry-run.");
        }

        var request = new AdminRequest { Command = AdminCommand.End, Selection = selection, IsDryRun = isDryRun };
        Rows? rows = null;
        var done = Steps.Run(run.Terminal, run.IsJson, "ending sessions", progress => StoreRunner.Run(run.Target, request, rows = new Rows(run, progress)));
        rows!.WriteTable();
        run.Say(done, result => SayEnded(run, result, isDryRun));
        return ExitCode.Done;
    }

    private static void SayEnded(Invocation run, JsonElement result, bool isDryRun)
    {
        var (count, unknown) = (result.GetProperty("sessions").GetInt32(), result.GetProperty("unknown").GetInt32());
        run.Terminal.Say($"{StoreTables.Count(count, "session")} {(isDryRun ? "to be ended" : "ended")}.");
        if (unknown > 0)
        {
            run.Terminal.Say($"{StoreTables.Count(unknown, "session")} left that cannot be told: when they were created or used is not known.");
        }
    }

    private static int Sweep(Invocation run, bool isDryRun)
    {
        var done = StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.Sweep, IsDryRun = isDryRun }, new Rows(run));
        run.Say(done, result => run.Terminal.Say($"{StoreTables.Count(result.GetProperty("sessions").GetInt32(), "ended session")} {(isDryRun ? "to be removed" : "removed")}."));
        return ExitCode.Done;
    }

    private static int Flush(Invocation run)
    {
        var done = Steps.Run(run.Terminal, run.IsJson, "writing the file", _ => StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.Flush }, new Rows(run)));
        run.Say(done, result => run.Terminal.Say($"Everything is in the file: {StoreTables.Count(result.GetProperty("fileBytes").GetInt64(), "byte")}."));
        return ExitCode.Done;
    }

    private static DateTimeOffset? ParseTime(ArgumentResult argument)
    {
        if (DateTimeOffset.TryParse(argument.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        argument.AddError("--created-before takes a time as 2026-11-27 or 2026-11-27T08:00Z.");
        return null;
    }

    private static TimeSpan? ParseSpan(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e8)
        {
            var seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (seconds > 0 && number * seconds <= TimeSpan.FromDays(36_500).TotalSeconds)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        argument.AddError("--unseen-for takes a time as 90s, 45m, 12h or 30d.");
        return null;
    }
}
