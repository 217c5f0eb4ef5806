using System.CommandLine;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What changes how a store keeps secrets: <c>rekey</c>, <c>encrypt</c>, <c>hash-ids</c>. For files that nobody has open.</summary>
internal static class ConvertCommands
{
    private const string NoWayBack = "Yes: there is no way back.";

    public static Command Rekey(Command command, CommonOptions common)
    {
        command.Description += " --secret-file is the key that it has now, --new-secret-file the one that it gets. Afterwards nothing in the file needs the old key.";
        var file = new Option<string>("--new-secret-file") { HelpName = "path", Description = "A file that holds the new key. Else JAM_SESSION_NEW_AES_SECRET is used, or you are asked." };
        command.Options.Add(file);
        var (keep, dryRun) = OptionsOf(command);
        return common.On(command, run => Rekey(run, run.Get(file), run.Get(keep), run.Get(dryRun)));
    }

    public static Command Encrypt(Command command, CommonOptions common)
    {
        command.Description += " --secret-file is the key that it has, or gets.";
        var to = new Option<string>("--to") { HelpName = "fernet|aes-gcm", Description = "fernet: as jam does it, and jam can read it. aes-gcm: bound to its records, and ids are hashed; needs --yes. Default: encryption of --config." };
        var yes = new Option<bool>("--yes") { Description = NoWayBack };
        command.Options.Add(to);
        command.Options.Add(yes);
        var (keep, dryRun) = OptionsOf(command);
        return common.On(command, run => Encrypt(run, run.Get(to), run.Get(yes), run.Get(keep), run.Get(dryRun)));
    }

    public static Command HashIds(Command command, CommonOptions common)
    {
        var yes = new Option<bool>("--yes") { Description = NoWayBack };
        command.Options.Add(yes);
        var (keep, dryRun) = OptionsOf(command);
        return common.On(command, run =>
        {
            RequireYes(run.Get(yes) || run.Get(dryRun), "From digests nobody gets ids back, and jam finds no session in such a file.");
            return Convert(
                run, "hash-ids", mode => mode with { AreIdsHashed = true }, run.Get(keep), run.Get(dryRun),
                "restart the host with ids-at-rest = hashed and, for one start, allow-ids-to-be-hashed = on");
        });
    }

    private static (Option<bool> Keep, Option<bool> DryRun) OptionsOf(Command command)
    {
        var keep = new Option<bool>("--keep-unreadable") { Description = "Leave data that no key reads as it is; else nothing is done where there is such data." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and change nothing." };
        command.Options.Add(keep);
        command.Options.Add(dryRun);
        return (keep, dryRun);
    }

    private static int Rekey(Invocation run, string? file, bool keepUnreadable, bool isDryRun)
    {
        var key = run.NewSecret(file);
        _ = Fernet.FromKey(key, TimeProvider.System, "The new key");
        run.Target.Secrets.NewKey = key;
        return Convert(
            run,
            "rekey",
            mode => !mode.IsEncrypted ? throw new AdminRefusal(AdminRefusalKind.Refused, $"{run.Target.Path} is not encrypted, and has no key. encrypt gives it one.")
                : run.Target.Secrets.KeysOf(run.Target.Options).Count > 1 ? mode
                : throw new SecretNeeded(run.Target.Path, mode),
            keepUnreadable,
            isDryRun,
            "restart the host with the new key in session-aes-secret and the old one in previous-session-aes-secrets");
    }

    private static int Encrypt(Invocation run, string? name, bool isYes, bool keepUnreadable, bool isDryRun)
    {
        var to = name switch
        {
            "fernet" => SessionEncryption.Fernet,
            "aes-gcm" => SessionEncryption.AesGcm,
            null when run.Target.HostsMode.IsEncrypted => run.Target.HostsMode.Encryption,
            _ => throw new AdminRefusal(AdminRefusalKind.BadRequest, "encrypt needs --to fernet, as jam does it, or --to aes-gcm, which binds data to its record."),
        };
        RequireYes(isYes || isDryRun || to == SessionEncryption.Fernet, "aes-gcm keeps digests of ids only, and jam cannot read it.");
        return Convert(
            run,
            "encrypt",
            mode => !mode.IsEncrypted && run.Target.Secrets.KeysOf(run.Target.Options).Count == 0 ? throw new SecretNeeded($"{run.Target.Path} is not encrypted, and is to get a key.") : mode.Encryption > to
                ? throw new AdminRefusal(AdminRefusalKind.Refused, $"{run.Target.Path} is encrypted with {mode.EncryptionName}, and nothing turns that back.")
                : new StoreMode(to, mode.AreIdsHashed || to == SessionEncryption.AesGcm),
            keepUnreadable,
            isDryRun,
            to == SessionEncryption.Fernet
                ? "restart the host with encryption = fernet, session-aes-secret-file and, for one start, allow-plain-to-encrypted = on"
                : "restart the host with encryption = aes-gcm, session-aes-secret-file and, for one start, allow-plain-to-encrypted = on or allow-fernet-to-aes-gcm = on, and allow-ids-to-be-hashed = on");
    }

    private static int Convert(Invocation run, string command, Func<StoreMode, StoreMode> to, bool keepUnreadable, bool isDryRun, string instead)
    {
        var converted = Steps.Run(run.Terminal, run.IsJson, "rewriting", _ =>
        {
            try
            {
                return Converter.Convert(run.Target, to, isDryRun, keepUnreadable);
            }
            catch (SessionStoreLockedException e)
            {
                throw new AdminRefusal(AdminRefusalKind.Locked, $"{e.Message} {command} is for a file that nobody has open: stop the host. Or do without the tool, and {instead}.", e);
            }
        });
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", command);
                json.WriteString("file", run.Target.Path);
                json.WriteNumber("sessions", converted.Sessions);
                json.WriteNumber("unreadable", converted.Unreadable);
                json.WriteString("encryption", converted.To.EncryptionName);
                json.WriteString("ids", converted.To.IdsName);
                json.WriteBoolean("needed", converted.IsNeeded);
                json.WriteBoolean("dryRun", isDryRun);
            }),
            _ => Say(run.Terminal, run.Target.Path, converted, isDryRun));
        return ExitCode.Done;
    }

    private static void Say(Terminal terminal, string path, Converted converted, bool isDryRun)
    {
        var what = !converted.IsNeeded ? "is so already; nothing was written" : isDryRun ? "would be written anew" : "was written anew";
        terminal.Say(
            $"{path}, {StoreTables.Count(converted.Sessions, "session")}, {what}. The host's options for it{(converted.IsNeeded && isDryRun ? " then" : "")}: {converted.To.AsOptions}{(converted.To.IsEncrypted ? ", and the key that was given, alone" : "")}; "
            + $"before: {converted.From.AsOptions}.");
        if (converted.Unreadable > 0)
        {
            terminal.Say($"{StoreTables.Count(converted.Unreadable, "document")} with data that no key reads {(converted.Unreadable == 1 ? "stays" : "stay")} as before.");
        }

        if (converted.IsNeeded && !isDryRun)
        {
            terminal.Say("Backups, exports and blocks of the disk that are in use no more still hold what was in the file before.");
        }
    }

    private static void RequireYes(bool isYes, string why)
    {
        if (!isYes)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{why} There is no way back: say --yes too, or look first with --dry-run.");
        }
    }
}
