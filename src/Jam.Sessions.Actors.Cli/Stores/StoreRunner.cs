using Jam.Sessions.Actors.Admin;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>Has a command done: on the file, where nobody has it, and else by the engine that has it.</summary>
internal static class StoreRunner
{
    /// <returns>What came of it: a JSON object.</returns>
    /// <exception cref="AdminRefusal">It was not done.</exception>
    public static byte[] Run(StoreTarget target, AdminRequest request, IAdminReply reply)
    {
        try
        {
            using var store = request.Command is AdminCommand.Flush or AdminCommand.End or AdminCommand.Sweep && !request.IsDryRun ? OfflineStore.Open(target) : OfflineStore.Read(target, needsSecret: false);
            if (store.IsBlind && request.Command != AdminCommand.Backup)
            {
                target.Terminal.Complain("read without the secret: sizes are those of encrypted data, and whether it can be read was not tried.");
            }

            return AdminCommands.Run(request, store, reply, out _);
        }
        catch (SessionStoreLockedException locked)
        {
            return AdminClient.TryRun(target.Options.AdminSocketPath, request, reply) ?? throw NotOnline(target, locked);
        }
        catch (SecretNeeded)
        {
            // Who runs the store has its secret.
            if (AdminClient.TryRun(target.Options.AdminSocketPath, request, reply) is { } answer)
            {
                return answer;
            }

            throw;
        }
        catch (AdminRefusal refusal) when (refusal.Kind == AdminRefusalKind.Refused && OperatingSystem.IsLinux())
        {
            // Another user's file; its host may take commands of root all the same.
            return AdminClient.TryRun(target.Options.AdminSocketPath, request, reply) ?? throw new AdminRefusal(refusal.Kind, refusal.Message, refusal);
        }
    }

    public static AdminRefusal NotOnline(StoreTarget target, SessionStoreLockedException locked) => new(
        AdminRefusalKind.Locked,
        $"{locked.Message} No engine listens on {target.Options.AdminSocketPath}: to command a running host, set admin-socket = on there (and --socket here, where it has another place). One that is just starting or stopping does not listen either.",
        locked);
}
