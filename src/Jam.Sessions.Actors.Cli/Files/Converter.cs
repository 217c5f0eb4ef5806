using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Makes a store one that keeps secrets in another way, or with another key: by the conversions of a start, so that a crash leaves the old file or the new one.</summary>
internal static class Converter
{
    private const Conversions All = Conversions.PlainToEncrypted | Conversions.FernetToAesGcm | Conversions.IdsToHashed;

    /// <param name="target">The store.</param>
    /// <param name="to">What becomes of the mode that it is in; what it throws ends all of it.</param>
    /// <param name="isDryRun">Whether it is only looked at.</param>
    /// <param name="keepUnreadable">Whether data that no key reads may stay as it is.</param>
    /// <exception cref="AdminRefusal">It was not done; with why.</exception>
    /// <exception cref="SecretNeeded">A key is missing.</exception>
    public static Converted Convert(StoreTarget target, Func<StoreMode, StoreMode> to, bool isDryRun, bool keepUnreadable)
    {
        OfflineStore.RequireStore(target);
        OfflineStore.RequireOwnFiles(target.Path);
        var from = target.Look(StoreTarget.Holder) ?? throw new AdminRefusal(AdminRefusalKind.Refused, $"{target.Path} has no session, and so there is nothing to convert: start the host with its new options.");
        target.Assume(to(from));
        var codec = target.Codec(ConversionsFrom(from));
        var found = Recovery.Read(target.Disk, target.Path, codec, StoreTarget.Holder, target.Options.AllowForeignFile);
        var sessions = found.Documents.Where(document => !document.IsOpaque).ToList();
        var unreadable = sessions.Where(session => !session.IsReadable).ToList();
        if (unreadable.Count > 0 && !keepUnreadable)
        {
            throw new AdminRefusal(
                AdminRefusalKind.Refused,
                $"{unreadable.Count} documents of {target.Path} have data that no key given can read (verify names them). Nothing was changed. Give the keys that are missing with --previous-secret-file; --keep-unreadable leaves those documents as they are.");
        }

        var isNeeded = found.Conversion is not null || found.Counts.ByKey.Keys.Any(key => key > 0);
        if (!isDryRun)
        {
            Write(target, codec, isNeeded);
        }

        return new Converted(from, target.Mode, isNeeded, sessions.Count, unreadable.Count);
    }

    /// <remarks>To open it removes what a crash in an earlier try left beside the file, and writes what a start converts; a new key is no such conversion.</remarks>
    private static void Write(StoreTarget target, DocumentCodec codec, bool isNeeded)
    {
        var (store, documents) = Recovery.Open(target.Disk, target.Path, codec, StoreTarget.Holder, target.Options.AllowForeignFile);
        using (store)
        {
            if (isNeeded && store.Conversion is null)
            {
                store.Rewrite([.. documents], isExact: true);
            }
        }
    }

    /// <summary>Of a store that is encrypted already, plain data is nobody's, and stays so.</summary>
    private static Conversions ConversionsFrom(StoreMode from) => from.IsEncrypted ? All & ~Conversions.PlainToEncrypted : All;
}

/// <summary>What a conversion came to.</summary>
/// <param name="From">The mode before it.</param>
/// <param name="To">The mode after it.</param>
/// <param name="IsNeeded">Whether anything was to be written anew.</param>
/// <param name="Sessions">How many sessions there are.</param>
/// <param name="Unreadable">How many of them have data that no key reads.</param>
internal sealed record Converted(StoreMode From, StoreMode To, bool IsNeeded, int Sessions, int Unreadable);
