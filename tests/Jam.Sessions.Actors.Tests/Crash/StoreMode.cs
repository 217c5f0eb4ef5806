using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>How a workload's store keeps its secrets; a file that jam wrote is converted when it is first opened.</summary>
/// <param name="Encryption">How data is encrypted. With a key ring whose first key changes from start to start.</param>
/// <param name="Ids">How ids are kept.</param>
/// <param name="Grace">How long an id works after a rework; null: not at all.</param>
internal sealed record StoreMode(SessionEncryption Encryption, StoredIds Ids, TimeSpan? Grace)
{
    public static readonly StoreMode Plain = new(SessionEncryption.None, StoredIds.Plain, Grace: null);

    // Long enough that nothing ends in a workload but what has a lifetime of its own.
    private static readonly TimeSpan s_idle = TimeSpan.FromHours(10);

    private static readonly StoreMode[] s_all =
    [
        Plain,
        new(SessionEncryption.None, StoredIds.Plain, TimeSpan.FromMinutes(2)),
        new(SessionEncryption.None, StoredIds.Hashed, TimeSpan.FromMinutes(2)),
        new(SessionEncryption.Fernet, StoredIds.Plain, Grace: null),
        new(SessionEncryption.AesGcm, StoredIds.Hashed, TimeSpan.FromMinutes(2)),
    ];

    /// <summary>All of them in turn, twice: a workload's seed decides by its parity what it begins with.</summary>
    public static StoreMode Of(int seed) => s_all[(seed / 2) % s_all.Length];

    public SessionRules Rules(bool isTimed) => new(isTimed ? s_idle : null, touchInterval: isTimed ? TimeSpan.FromMinutes(1) : null) { Ids = Ids, ReworkGrace = Grace };

    public DocumentCodec Codec(SessionRules rules, WallClock clock, Random random) => new(
        Encryption == SessionEncryption.None ? null : KeyRing.FromKeys(random.Next(2) == 0 ? [TestKeys.First, TestKeys.Third] : [TestKeys.Third, TestKeys.First], Encryption == SessionEncryption.AesGcm, TimeProvider.System),
        Conversions.PlainToEncrypted | Conversions.IdsToHashed,
        rules,
        clock);

    public DocumentReader Reader() => new(null, Conversions.IdsToHashed, Rules(isTimed: false));
}
