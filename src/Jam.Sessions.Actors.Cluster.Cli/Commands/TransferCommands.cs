using System.CommandLine;
using System.Globalization;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Cluster.Cli.Files;
using Jam.Sessions.Actors.Cluster.Cli.Rows;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Cluster.Cli.Commands;

/// <summary>What brings sessions in and out: <c>import</c>, <c>export</c>.</summary>
internal static class TransferCommands
{
    public static Command Import(Command command, CommonOptions common)
    {
        command.Description += " Ids stay valid, and of a session file handles too. A session comes in once: an import that was interrupted goes on when it is called again, and one that is made again brings back nothing that has ended since.";
        var source = new Argument<string>("source") { Description = "A session file of jam or of the engine, with the journals beside it, that no host has open; or JSON lines as export writes them." };
        var config = new Option<string>("--config", "-c") { HelpName = "path", Description = "The hosts' HOCON: it says when sessions end." };
        var secret = new Option<string>("--secret-file") { HelpName = "path", Description = "A file that holds the key of an encrypted source. Else JAM_SESSION_AES_SECRET is used, or you are asked." };
        var previous = new Option<string[]>("--previous-secret-file")
        {
            HelpName = "path", Description = "A file that holds a key of before, which still reads; may be said more than once.", DefaultValueFactory = _ => [],
        };
        var again = new Option<bool>("--again") { Description = "Bring in what an import brought in before, too: who has signed out since is signed in again." };
        command.Arguments.Add(source);
        foreach (var option in (Option[])[config, secret, previous, again])
        {
            command.Options.Add(option);
        }

        return common.On(command, run => Import(
            run,
            new StoreArguments { File = Path.GetFullPath(run.Get(source)!), Config = run.Get(config), SecretFile = run.Get(secret), PreviousSecretFiles = run.Get(previous) ?? [] },
            run.Get(again)));
    }

    public static Command Export(Command command, CommonOptions common)
    {
        command.Description += " From digests nobody gets ids back: nobody can sign in with them, and only import here, and a store with hashed ids, take them.";
        var target = new Argument<string>("target") { Description = "A file that is not there yet. It is made with mode 0600." };
        command.Arguments.Add(target);
        return common.On(command, run => Export(run, Path.GetFullPath(run.Get(target)!)));
    }

    private static int Import(Invocation run, StoreArguments arguments, bool again)
    {
        var routes = run.Tables.Require();
        var source = Steps.Run(run.Terminal, run.IsJson, "reading", _ => SessionSource.Read(run.TargetOf(arguments)));
        var import = new RowImport(run.Tables, routes, again);
        Steps.Run(run.Terminal, run.IsJson, "importing", progress =>
        {
            import.Run(source.Sessions, progress);
            return true;
        });
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "import");
                json.WriteNumber("sessions", import.Imported);
                json.WriteNumber("before", import.Before);
                json.WriteNumber("present", import.Present);
                json.WriteNumber("ended", source.Ended);
                json.WriteNumber("shadowed", source.Shadowed);
                json.WriteNumber("unreadable", source.Unreadable);
                json.WriteStartArray("leftOut");
                foreach (var name in source.LeftOut)
                {
                    json.WriteStringValue(name);
                }

                json.WriteEndArray();
                json.WriteNumber("renumbered", source.Renumbered);
                json.WriteNumber("shortened", source.Shortened);
                json.WriteNumber("untimed", source.Untimed);
                json.WriteBoolean("online", import.WereNodesThere);
            }),
            _ => SayImported(run.Terminal, source, import, isTimed: arguments.Config is not null));
        return ExitCode.Done;
    }

    private static void SayImported(Terminal terminal, SessionSource source, RowImport import, bool isTimed)
    {
        terminal.Say(
            $"{Count(import.Imported, "session")} imported{(import.WereNodesThere ? ", and known to the hosts that run" : "")}; left out: {Number(import.Before)} that an import brought in before, {Number(import.Present)} that are there already, "
            + $"{Number(source.Ended)} that have ended, {Number(source.Unreadable)} that cannot be read.");
        if (source.LeftOut.Count > 0)
        {
            terminal.Say($"Documents that cannot be read: {string.Join(", ", source.LeftOut)}{(source.Unreadable > source.LeftOut.Count ? ", …" : "")}.");
        }

        if (source.Shadowed > 0)
        {
            terminal.Say($"{Count(source.Shadowed, "document")} left out that nobody was served: the same id stands before them under the same key.");
        }

        if (source.Renumbered > 0)
        {
            terminal.Say($"{Count(source.Renumbered, "session")} with a new handle: their numbers are larger than a row holds.");
        }

        if (source.Shortened > 0)
        {
            terminal.Say($"{Count(source.Shortened, "session")} without those of their fields that are not jam's: rows do not keep them.");
        }

        if (source.Untimed > 0 && !isTimed)
        {
            terminal.Say($"{Count(source.Untimed, "session")} without a lifetime: where the hosts have idle-timeout or max-lifetime, give their configuration with --config, or a session that nobody uses again is never swept.");
        }
    }

    private static int Export(Invocation run, string path)
    {
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"There is no folder {folder}, or this user may not see it.");
        }

        run.Tables.Require();
        var disk = PhysicalDisk.Of(allowUnlocked: true, run.Terminal.Complain);
        var (written, unreadable) = Steps.Run(run.Terminal, run.IsJson, "exporting", progress => RowExport.Write(run.Tables, disk, path, progress));
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "export");
                json.WriteString("file", path);
                json.WriteNumber("sessions", written);
                json.WriteString("ids", "hashed");
                json.WriteNumber("unreadable", unreadable);
            }),
            _ => run.Terminal.Say(
                $"{path} has {Count(written, "session")} with digests of their ids: nobody can sign in with them, and only a store with hashed ids takes them back. Data is as it is: keep the file as you keep passwords. "
                + $"Not in it, since they have no key: {Number(unreadable)}."));
        return ExitCode.Done;
    }

    private static string Count(long number, string what) => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
