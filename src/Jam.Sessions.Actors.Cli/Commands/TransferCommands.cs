using System.CommandLine;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What is about whole files: <c>verify</c>, <c>backup</c>, <c>restore</c>, <c>import</c>, <c>export</c>.</summary>
internal static class TransferCommands
{
    public static Command Verify(Command command, CommonOptions common)
    {
        command.Description += " It says how ids and data are kept, and which keys are needed. A running host's store is verified from a fresh backup. To verify a backup, name its folder with --file.";
        return common.On(command, Verify);
    }

    public static Command Backup(Command command, CommonOptions common)
    {
        var folder = new Argument<string>("folder") { Description = "A folder that has nothing in it, or is not there yet." };
        command.Arguments.Add(folder);
        return common.On(command, run => Backup(run, run.Get(folder)!));
    }

    public static Command Restore(Command command, CommonOptions common)
    {
        command.Description += " A backup brings ended sessions back, so say what shall become of them.";
        var folder = new Argument<string>("folder") { Description = "The folder of a backup." };
        var revive = new Option<bool>("--revive") { Description = "All sessions of the backup live again, also those that ended since." };
        var endAll = new Option<bool>("--end-all") { Description = "All sessions of the backup end: everybody signs in again." };
        command.Arguments.Add(folder);
        command.Options.Add(revive);
        command.Options.Add(endAll);
        return common.On(command, run => Restore(run, run.Get(folder)!, run.Get(revive), run.Get(endAll)));
    }

    public static Command Import(Command command, CommonOptions common)
    {
        command.Description += " Ids stay valid; handles are new. Into a store with hashed ids, ids come as digests; digests come into such a store only.";
        var source = new Argument<string>("source") { Description = "A session file of jam or of this engine, or JSON lines as export writes them. Of a session file journals beside it are not read: flush it first." };
        var secret = new Option<string>("--source-secret-file") { HelpName = "path", Description = "A file that holds the key of an encrypted source, where that is not the store's." };
        var present = new Option<bool>("--skip-present") { Description = "Leave out sessions whose ids there are already." };
        var unreadable = new Option<bool>("--skip-unreadable") { Description = "Leave out what is no session, or cannot be read." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and change nothing." };
        command.Arguments.Add(source);
        foreach (var option in (Option[])[secret, present, unreadable, dryRun])
        {
            command.Options.Add(option);
        }

        return common.On(command, run => Import(run, run.Get(source)!, run.Get(secret), (run.Get(present), run.Get(unreadable)), run.Get(dryRun)));
    }

    public static Command Export(Command command, CommonOptions common)
    {
        command.Description += " The only command that shows ids, or digests where the store has only those; and data, decrypted. A store that a running host has is exported from a fresh backup.";
        var target = new Argument<string>("target") { Description = "A file that is not there yet. It is made with mode 0600: who has ids can sign in as anybody." };
        command.Arguments.Add(target);
        return common.On(command, run => Export(run, run.Get(target)!));
    }

    private static int Verify(Invocation run)
    {
        if (run.Store.File is { } file && File.Exists(Path.Combine(file, BackupFolder.ManifestName)))
        {
            BackupFolder.Open(PhysicalDisk.Of(allowUnlocked: true, run.Terminal.Complain), file);
            return Verify(run, run.TargetOf(run.Store with { File = Path.Combine(file, BackupFolder.FileName) }), "the backup");
        }

        return OfHeldStore(run, backup => Verify(run, backup, "a backup taken now"), out var code) ? code : Verify(run, run.Target, "the files");
    }

    private static int Verify(Invocation run, StoreTarget target, string what)
    {
        var verdict = Steps.Run(run.Terminal, run.IsJson, "reading", _ => Verifier.Verify(target, mayAsk: run.Terminal.Ask is not null));
        verdict = verdict with { Message = target.InWords(verdict.Message) };
        run.Say(VerdictTables.Json(verdict, run.Target.Path, what), _ => VerdictTables.Write(run.Terminal, verdict, run.Target.Path, what));
        return verdict.ExitCode;
    }

    private static int Backup(Invocation run, string folder)
    {
        var backup = Steps.Run(run.Terminal, run.IsJson, "copying", _ => TakeBackup(run, folder));
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "backup");
                json.WriteString("folder", backup.Path);
                json.WriteNumber("documents", backup.Documents);
                json.WriteNumber("length", backup.File.Length);
                json.WriteString("takenAt", backup.TakenAt);
                json.WriteString("encryption", (backup.Mode ?? StoreMode.None).EncryptionName);
                json.WriteString("ids", (backup.Mode ?? StoreMode.None).IdsName);
                json.WriteBoolean("decrypted", false);
            }),
            _ => run.Terminal.Say($"{backup.Path} holds {StoreTables.Count(backup.Documents, "document")} in {StoreTables.Count(backup.File.Length, "byte")}, as of {backup.TakenAt}; written, read again, and the same.{(backup.Mode is { IsEncrypted: true } ? " Whether its data can be decrypted was not tried: verify does that, with the key." : "")}"));
        return ExitCode.Done;
    }

    private static BackupFolder TakeBackup(Invocation run, string folder) => BackupFolder.Take(
        run.Target.Disk, Path.GetFullPath(folder), reply => StoreRunner.Run(run.Target, new AdminRequest { Command = AdminCommand.Backup }, reply));

    private static int Restore(Invocation run, string folder, bool isRevive, bool isEndAll)
    {
        if (isRevive == isEndAll)
        {
            throw new AdminRefusal(
                isRevive ? AdminRefusalKind.BadRequest : AdminRefusalKind.Refused,
                "A backup brings sessions back that have ended since. Say --revive to let all of them live again, or --end-all to end them.");
        }

        var (backup, count) = Steps.Run(run.Terminal, run.IsJson, "restoring", _ =>
        {
            OfflineStore.RequireOwnFolder(run.Target.Path);
            var found = BackupFolder.Open(run.Target.Disk, Path.GetFullPath(folder));
            return (found, Restorer.Restore(run.Target.Disk, found, run.Target.Path, isEndAll));
        });
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "restore");
                json.WriteString("file", run.Target.Path);
                json.WriteNumber("documents", count);
                json.WriteString("takenAt", backup.TakenAt);
                json.WriteBoolean("revived", isRevive);
            }),
            _ => run.Terminal.Say(isRevive
                ? $"{run.Target.Path} is as of {backup.TakenAt}: {StoreTables.Count(count, "document")}. Sessions that ended since then live again."
                : $"{run.Target.Path} is there, without the sessions of the backup: everybody signs in again."));
        return ExitCode.Done;
    }

    private static int Import(Invocation run, string source, string? sourceSecret, (bool Present, bool Unreadable) skip, bool isDryRun)
    {
        var importer = Steps.Run(run.Terminal, run.IsJson, "importing", _ =>
        {
            try
            {
                var isThere = OfflineStore.IsThere(run.Target);
                if (!isThere && !run.Target.SaysMode)
                {
                    var areHashed = SourceOf(run, Path.GetFullPath(source), sourceSecret).Mode is { AreIdsHashed: true };
                    run.Target.Assume(new StoreMode(run.Store.SecretFile is null ? SessionEncryption.None : SessionEncryption.Fernet, areHashed));
                }

                using var store = isDryRun && isThere ? OfflineStore.Read(run.Target) : OfflineStore.Open(run.Target, mayBeNew: true);
                return Import(run, store, Path.GetFullPath(source), sourceSecret, skip, isDryRun);
            }
            catch (SessionStoreLockedException e)
            {
                throw new AdminRefusal(AdminRefusalKind.Locked, $"{e.Message} A store can take an import only while nobody has it open.", e);
            }
        });
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "import");
                json.WriteNumber("sessions", importer.Count - importer.Present);
                json.WriteNumber("present", importer.Present);
                json.WriteNumber("ended", importer.Ended);
                json.WriteNumber("unreadable", importer.Unreadable);
                json.WriteBoolean("dryRun", isDryRun);
            }),
            _ => run.Terminal.Say(
                $"{StoreTables.Count(importer.Count - importer.Present, "session")} {(isDryRun ? "to be imported" : "imported")}; left out: {StoreTables.Number(importer.Present)} that are there already, "
                + $"{StoreTables.Number(importer.Ended)} that have ended, {StoreTables.Number(importer.Unreadable)} that cannot be read."));
        return ExitCode.Done;
    }

    private static Importer Import(Invocation run, OfflineStore store, string source, string? sourceSecret, (bool Present, bool Unreadable) skip, bool isDryRun)
    {
        var importer = ReadSource(run, source, sourceSecret);
        var all = importer.Behind(store.Documents);
        importer.RequireAllowed(source, skip.Present, skip.Unreadable, run.Target.Options, store.Sessions.Count());
        if (!isDryRun && importer.Count > importer.Present)
        {
            store.Replace(all);
        }

        return importer;
    }

    /// <summary>What the source has, with ids as the store keeps them.</summary>
    private static Importer ReadSource(Invocation run, string source, string? sourceSecret)
    {
        var (from, mode) = SourceOf(run, source, sourceSecret);
        if (mode is { AreIdsHashed: true } && !run.Target.Mode.AreIdsHashed)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{source} has digests in the place of ids, and {run.Target.Path} keeps ids as they are. Nothing was imported; hash-ids makes the store take digests.");
        }

        from.Assume((mode ?? StoreMode.None) with { AreIdsHashed = run.Target.Mode.AreIdsHashed });

        var plain = new DocumentCodec(null, rules: run.Target.Options.Rules(), clock: run.Target.Clock);
        return Importer.Read(run.Target.Disk, source, () => from.Codec(Conversions.IdsToHashed).NewReader(), plain.NewReader(), run.Target.Options);
    }

    private static (StoreTarget Source, StoreMode? Mode) SourceOf(Invocation run, string source, string? secret)
    {
        var from = run.TargetOf(run.Store with { File = source, SecretFile = secret ?? run.Store.SecretFile });
        return (from, !Importer.IsLines(from.Disk, source) ? from.Find() : Importer.HasDigests(from.Disk, source) ? new StoreMode(SessionEncryption.None, AreIdsHashed: true) : null);
    }

    private static int Export(Invocation run, string target)
    {
        var path = Path.GetFullPath(target);
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"There is no folder {folder}, or this user may not see it.");
        }

        if (!OfHeldStore(run, backup => Export(run, backup, path), out _))
        {
            Export(run, run.Target, path);
        }

        return ExitCode.Done;
    }

    private static int Export(Invocation run, StoreTarget from, string path)
    {
        var (written, unreadable) = Steps.Run(run.Terminal, run.IsJson, "exporting", progress =>
        {
            using var store = OfflineStore.Read(from);
            return Exporter.Write(run.Target.Disk, path, store.Documents, from.Options.Rules().Ids, store.Now, progress);
        });
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "export");
                json.WriteString("file", path);
                json.WriteNumber("sessions", written);
                json.WriteString("ids", from.Mode.IdsName);
                json.WriteNumber("unreadable", unreadable);
            }),
            _ => run.Terminal.Say(
                $"{path} has {StoreTables.Count(written, "session")} {(from.Mode.AreIdsHashed ? "with digests of their ids: nobody can sign in with them, and only a store with hashed ids takes them back. Data is as it is" : "with ids, as they are")}: keep it as you keep passwords. "
                + $"Not in it, since they cannot be read: {StoreTables.Number(unreadable)}."));
        return ExitCode.Done;
    }

    /// <summary>Does something with a fresh backup of a store that a running host holds; false where none holds it.</summary>
    private static bool OfHeldStore(Invocation run, Func<StoreTarget, int> action, out int code)
    {
        code = ExitCode.Done;
        if (OperatingSystem.IsWindows() || !IsOnline(run.Target))
        {
            return false;
        }

        var folder = Directory.CreateTempSubdirectory("jam-sessions-");
        var copy = run.TargetOf(run.Store with { File = Path.Combine(folder.FullName, BackupFolder.FileName), BackupOf = run.Target.Path });
        using var interruption = Interruption.Undoes(() => folder.Delete(recursive: true));
        try
        {
            Steps.Run(run.Terminal, run.IsJson, "copying", _ => TakeBackup(run, folder.FullName));
            code = action(copy);
            return true;
        }
        catch (SessionSecretException e)
        {
            throw new AdminRefusal(AdminRefusalKind.WrongSecret, copy.InWords(e.Message), e);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsOnline(StoreTarget target)
    {
        try
        {
            using var socket = SocketFile.TryConnect(target.Options.AdminSocketPath);
            return socket is not null;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
