using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Jam.Sessions.Actors.Torture;

/// <summary>A way to keep secrets: as the engine is told of it, and as it looks to whoever reads the file.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Encryption">How data is encrypted.</param>
/// <param name="IdsAtRest">What is kept of ids.</param>
/// <param name="Grace">How long the id before a rework still works; null: not at all.</param>
/// <param name="ChangesKey">Whether the first key is another one from start to start.</param>
public sealed record SecretMode(
    string Name, SessionEncryption Encryption = SessionEncryption.None, IdsAtRest IdsAtRest = IdsAtRest.Plain, TimeSpan? Grace = null, bool ChangesKey = false)
{
    private const string Key = "c2l4dGVlbiBieXRlcyBzIHNpeHRlZW4gYnl0ZXMgZSE=", OtherKey = "YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE=";

    public static readonly SecretMode Plain = new("plain");
    public static readonly SecretMode Fernet = new("fernet", SessionEncryption.Fernet);
    public static readonly SecretMode Hashed = new("hashed", IdsAtRest: IdsAtRest.Hashed);
    public static readonly SecretMode WithGrace = new("grace", IdsAtRest: IdsAtRest.Hashed, Grace: TimeSpan.FromHours(1));
    public static readonly SecretMode AesGcm = new("aes-gcm", SessionEncryption.AesGcm, IdsAtRest.Hashed);
    public static readonly SecretMode Ring = new("ring", SessionEncryption.Fernet, ChangesKey: true);

    public static IReadOnlyList<SecretMode> All { get; } = [Plain, Fernet, Hashed, WithGrace, AesGcm, Ring];

    public bool AreIdsHashed => IdsAtRest == IdsAtRest.Hashed;

    /// <summary>The modes with these names, separated by commas; null where one is none.</summary>
    public static IReadOnlyList<SecretMode>? TryParse(string names)
    {
        var modes = names.Split(',').Select(name => All.SingleOrDefault(mode => mode.Name == name)).OfType<SecretMode>().ToList();
        return modes.Count == names.Split(',').Length ? modes : null;
    }

    /// <summary>The keys of the store's n-th start, of which the first one writes.</summary>
    public IReadOnlyList<string> KeysOf(int start) =>
        Encryption == SessionEncryption.None ? [] : !ChangesKey ? [Key] : start % 2 == 0 ? [Key, OtherKey] : [OtherKey, Key];

    /// <summary>An id as the file has it.</summary>
    public string StoredIdOf(string id) => AreIdsHashed ? Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(id))) : id;

    public JamSessionsOptions Engine(string jsonPath, int start = 0, bool isRelaxed = false) => new()
    {
        JsonPath = jsonPath,
        Encryption = Encryption,
        IdsAtRest = IdsAtRest,
        SessionAesSecret = KeysOf(start).FirstOrDefault(),
        PreviousSessionAesSecrets = [.. KeysOf(start).Skip(1)],
        ReworkGrace = Grace ?? Timeout.InfiniteTimeSpan,
        Durability = isRelaxed ? Durability.Relaxed : Durability.Durable,
        SnapshotJournalBytes = 16 << 10,
        SnapshotInterval = Timeout.InfiniteTimeSpan,
        KeyIdleTimeout = TimeSpan.FromMilliseconds(20),
    };
}
