using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Makes the codec that the options ask for.</summary>
internal static class StoreCodec
{
    public static DocumentCodec Of(ResolvedOptions options, KeyRing? ring, WallClock clock) => new(ring, ConversionsOf(options), options.Rules(), clock);

    /// <summary>What the options allow a file to be made into.</summary>
    public static Conversions ConversionsOf(ResolvedOptions options) =>
        (options.AllowPlainToEncrypted ? Conversions.PlainToEncrypted : Conversions.None)
        | (options.AllowFernetToAesGcm ? Conversions.FernetToAesGcm : Conversions.None)
        | (options.AllowIdsToBeHashed ? Conversions.IdsToHashed : Conversions.None);
}
