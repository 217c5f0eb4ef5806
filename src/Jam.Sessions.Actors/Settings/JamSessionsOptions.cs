namespace Jam.Sessions.Actors;

/// <summary>How the engine works. What is not set here comes from HOCON under <c>jam.sessions</c>, and from the defaults after that.</summary>
public sealed class JamSessionsOptions
{
    /// <summary>The file that holds the sessions.</summary>
    /// <remarks>Created when the first snapshot is written. One process owns it; files of the same name with the endings <c>.lock</c>,
    /// <c>.tmp</c> and <c>.journal-N</c> stand beside it while the engine runs.</remarks>
    /// <value>A path, relative to the working directory. Default: <c>sessions.json</c>. HOCON: <c>json-path</c>.</value>
    public string? JsonPath { get; set; }

    /// <summary>Whether sessions are kept in memory alone: the same engine without a file, for caches and for the tests of a host.</summary>
    /// <remarks>Everything ends with the engine. <see cref="JsonPath"/>, <see cref="Durability"/> and all that is about the file has no effect; a flush does nothing.</remarks>
    /// <value>Default: false. HOCON: <c>in-memory</c>.</value>
    public bool? InMemory { get; set; }

    /// <summary>How long a start waits for another process to let go of the file, as in a rolling update.</summary>
    /// <value>0 to 1 day; with 0 a file that is in use is refused at once. Default: 0. HOCON: <c>lock-timeout</c>.</value>
    public TimeSpan? LockTimeout { get; set; }

    /// <summary>Whether to go on where the file system gives no locks, as some network file systems do.</summary>
    /// <remarks>Then nothing keeps a second process from opening the same file, and what one of them acknowledged is lost. Without it such a file is refused. Where there are locks it changes nothing.</remarks>
    /// <value>Default: false. HOCON: <c>allow-unlocked</c>.</value>
    public bool? AllowUnlocked { get; set; }

    /// <summary>Whether to take a file that holds JSON and no table of TinyDB, and add the sessions to it.</summary>
    /// <remarks>Without it such a file is refused: most likely it is another program's. All that it holds is kept.</remarks>
    /// <value>Default: false. HOCON: <c>allow-foreign-file</c>.</value>
    public bool? AllowForeignFile { get; set; }

    /// <summary>Whether ids and data are encrypted in the file, as jam does it (Fernet).</summary>
    /// <remarks>The id that a client presents is then the token that stands in the file; <see cref="IdsAtRest"/> keeps it out. Session keys and creation times stay readable, as in jam. A file that is not encrypted is refused, see
    /// <see cref="AllowPlainToEncrypted"/>.</remarks>
    /// <value>Default: false. HOCON: <c>is-session-crypt</c>.</value>
    public bool? IsSessionCrypt { get; set; }

    /// <summary>How data is encrypted in the file; <see cref="IsSessionCrypt"/> is the same as <see cref="SessionEncryption.Fernet"/>.</summary>
    /// <remarks><see cref="SessionEncryption.AesGcm"/> implies <see cref="Actors.IdsAtRest.Hashed"/>, and there is no way back from it. Needs <see cref="SessionAesSecret"/>.</remarks>
    /// <value>Default: <c>None</c>. HOCON: <c>encryption</c>, <c>none</c>, <c>fernet</c> or <c>aes-gcm</c>.</value>
    public SessionEncryption? Encryption { get; set; }

    /// <summary>What file, journal and memory hold of session ids. A file opens only in the mode that it was written in, see <see cref="AllowIdsToBeHashed"/>.</summary>
    /// <remarks>With <see cref="Actors.IdsAtRest.Hashed"/> jam can read the file and find no session by its id; ids stay as short as they are made, with encryption too.</remarks>
    /// <value>Default: <c>Plain</c>. HOCON: <c>ids-at-rest</c>, <c>plain</c> or <c>hashed</c>.</value>
    public IdsAtRest? IdsAtRest { get; set; }

    /// <summary>Whether a file with plain ids may be opened with hashed ones. It is then written anew before the start returns; all ids stay valid.</summary>
    /// <value>Default: false. HOCON: <c>allow-ids-to-be-hashed</c>. There is no way back.</value>
    public bool? AllowIdsToBeHashed { get; set; }

    /// <summary>The key that data is encrypted with: 32 bytes in padded url-safe base64, or the path of a file that holds that text.</summary>
    /// <remarks>Needed with <see cref="Encryption"/> or <see cref="IsSessionCrypt"/>, ignored otherwise.</remarks>
    /// <value>Default: the file of <see cref="SessionAesSecretFile"/>, else the environment variable JAM_SESSION_AES_SECRET. HOCON: <c>session-aes-secret</c>.</value>
    public string? SessionAesSecret { get; set; }

    /// <summary>The file that holds the key, as secrets of containers do. Only one of the two may be set.</summary>
    /// <value>A path. Default: none. HOCON: <c>session-aes-secret-file</c>.</value>
    public string? SessionAesSecretFile { get; set; }

    /// <summary>Keys that were used before: what they encrypted is read, and encrypted with <see cref="SessionAesSecret"/> by the next snapshot, which begins with the start.</summary>
    /// <remarks>The log says when a key is no longer needed. Each is a key or the path of a file with one, as <see cref="SessionAesSecret"/> is.</remarks>
    /// <value>Default: none. HOCON: <c>previous-session-aes-secrets</c>, a list.</value>
    public IReadOnlyList<string>? PreviousSessionAesSecrets { get; set; }

    /// <summary>Whether a plain file may be opened with encryption on. Its data is encrypted before the start returns; the ids in it stay valid.</summary>
    /// <value>Default: false. HOCON: <c>allow-plain-to-encrypted</c>.</value>
    public bool? AllowPlainToEncrypted { get; set; }

    /// <summary>Whether a file that jam's Fernet encrypted may be opened with <see cref="SessionEncryption.AesGcm"/>. Its data is encrypted anew before the start returns.</summary>
    /// <remarks>The file's key must be <see cref="SessionAesSecret"/> or one of <see cref="PreviousSessionAesSecrets"/>. If its ids are not hashed yet, <see cref="AllowIdsToBeHashed"/> is needed too.</remarks>
    /// <value>Default: false. HOCON: <c>allow-fernet-to-aes-gcm</c>. There is no way back.</value>
    public bool? AllowFernetToAesGcm { get; set; }

    /// <summary>How long the id before a rework still works, for clients whose answer was lost and for requests that were on their way.</summary>
    /// <remarks>
    /// Only the last one does, with every verb; reworking it again gives the same new id. Its use after that time is noticed, see <see cref="OnReplay"/>; with
    /// 0 s it is dead at once, and its use noticed.
    /// </remarks>
    /// <value>0 to 1 hour, or <see cref="Timeout.InfiniteTimeSpan"/> for jam's way: dead at once, and nothing is noticed. Default: jam's. HOCON: <c>rework-grace</c>, <c>off</c> for the default.</value>
    public TimeSpan? ReworkGrace { get; set; }

    /// <summary>What the use of an id means that a rework has ended, after <see cref="ReworkGrace"/>; nothing, where that is not set.</summary>
    /// <value>Default: <c>Report</c>. HOCON: <c>on-replay</c>, <c>report</c>, <c>end-session</c> or <c>end-all-of-key</c>.</value>
    public ReplayPolicy? OnReplay { get; set; }

    /// <summary>Makes session ids. It is called on the thread that asks for the change, before the change has its turn; by several threads at once.</summary>
    /// <remarks>
    /// An id is a bearer secret and must be unguessable. An id that is taken is not used; after five such the create fails. It runs without
    /// the caller's ambient context (AsyncLocal, HttpContextAccessor, Activity), and may call the engine.
    /// </remarks>
    /// <value>Default: <see cref="SessionIds.UuidV4"/>. HOCON: <c>id-factory</c>, <c>uuid-v4</c> or <c>random-256</c>.</value>
    public Func<string>? IdFactory { get; set; }

    /// <summary>Makes session ids where that takes a wait, or the session key. What <see cref="IdFactory"/> says holds of it too.</summary>
    /// <remarks>A change whose id is still on its way when the engine stops fails with <see cref="SessionsStoppingException"/>.</remarks>
    /// <value>Default: none. Not in HOCON. Only one of the two factories may be set.</value>
    public Func<IdRequest, ValueTask<string>>? AsyncIdFactory { get; set; }

    /// <summary>What the reply to a change promises.</summary>
    /// <value>Default: <c>Durable</c>. HOCON: <c>durability</c>.</value>
    public Durability? Durability { get; set; }

    /// <summary>With relaxed durability, how long an acknowledged change may stay unwritten: what a crash can lose.</summary>
    /// <value>1 ms to 1 hour. Default: 100 ms. HOCON: <c>flush-interval</c>.</value>
    public TimeSpan? FlushInterval { get; set; }

    /// <summary>The JSON file is rewritten when the journal has this many bytes and at least as many as the JSON file.</summary>
    /// <remarks>Smaller: shorter recovery, deleted data leaves the disk sooner; larger: fewer rewrites.</remarks>
    /// <value>Bytes, at least 4096. Default: 64 MiB. HOCON: <c>snapshot-journal-bytes</c>.</value>
    public long? SnapshotJournalBytes { get; set; }

    /// <summary>The JSON file is rewritten this often while there are changes, however few.</summary>
    /// <value>At least 1 s, or <see cref="Timeout.InfiniteTimeSpan"/> for never. Default: 1 hour. HOCON: <c>snapshot-interval</c>.</value>
    public TimeSpan? SnapshotInterval { get; set; }

    /// <summary>The largest session data that is accepted, as UTF-8 JSON text. Larger data fails that one call.</summary>
    /// <value>Bytes, 2 to 256 MiB. Default: 1 MiB. HOCON: <c>max-data-bytes</c>.</value>
    public int? MaxDataBytes { get; set; }

    /// <summary>The longest session key that is accepted for new sessions. Longer keys fail that one call.</summary>
    /// <value>UTF-16 units, 1 to 1024. Default: 1024. HOCON: <c>max-key-length</c>.</value>
    public int? MaxKeyLength { get; set; }

    /// <summary>How long a key keeps its actor after its last command.</summary>
    /// <value>At least 1 ms, or <see cref="Timeout.InfiniteTimeSpan"/> for ever; up to a quarter longer. Default: 1 minute. HOCON: <c>key-idle-timeout</c>.</value>
    public TimeSpan? KeyIdleTimeout { get; set; }

    /// <summary>About so many idle keys keep their actors until the timeout; above it those that are idle longest lose theirs earlier.</summary>
    /// <remarks>An idle actor takes some 1 KiB beside its sessions.</remarks>
    /// <value>At least 0. Default: 10,000. HOCON: <c>max-idle-keys</c>.</value>
    public int? MaxIdleKeys { get; set; }

    /// <summary>How long a session may go unused before it ends. Reading counts as use, peeking and listing do not.</summary>
    /// <remarks>
    /// It holds for sessions without a <see cref="SessionLifetime.Idle"/> of their own. Sessions that a file has without such times begin to live when it is first
    /// opened with one of these two options. jam itself still serves what has ended here, until it is removed from the file.
    /// </remarks>
    /// <value>1 s to 36,500 days, or <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Default: for ever. HOCON: <c>idle-timeout</c>.</value>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>How old a session may become, however much it is used, and whatever lifetime it asks for. What <see cref="IdleTimeout"/> says of files holds here too.</summary>
    /// <value>1 s to 36,500 days, or <see cref="Timeout.InfiniteTimeSpan"/>: any age. Default: any age. HOCON: <c>max-lifetime</c>.</value>
    public TimeSpan? MaxLifetime { get; set; }

    /// <summary>How often at most the disk is told that a session is used. After a crash a session may live so much longer; never shorter.</summary>
    /// <value>1 s to 1 day. Default: a twentieth of the session's idle time, at least 1 s and at most 1 minute. HOCON: <c>touch-interval</c>, <c>auto</c> for the default.</value>
    public TimeSpan? TouchInterval { get; set; }

    /// <summary>How often sessions that have ended are removed from memory and disk. They are dead without that; nobody waits for it.</summary>
    /// <value>At least 1 s, or <see cref="Timeout.InfiniteTimeSpan"/>: never by itself, see <see cref="SweepSessions"/>. Default: 1 minute. HOCON: <c>sweep-interval</c>.</value>
    public TimeSpan? SweepInterval { get; set; }

    /// <summary>How many live sessions a key may have. Where there are more, as after this was lowered, the next create acts on it.</summary>
    /// <value>At least 0; 0: any number. Default: 0. HOCON: <c>max-sessions-per-key</c>.</value>
    public int? MaxSessionsPerKey { get; set; }

    /// <summary>What happens to a create beyond <see cref="MaxSessionsPerKey"/>.</summary>
    /// <value>Default: <c>Reject</c>. HOCON: <c>session-limit-policy</c>, <c>reject</c>, <c>end-oldest</c> or <c>end-least-recently-seen</c>.</value>
    public SessionLimitPolicy? SessionLimitPolicy { get; set; }

    /// <summary>How many sessions the store may hold. A create beyond that first has those removed that have ended, and then fails with <see cref="SessionCapacityException"/>.</summary>
    /// <value>At least 0; 0: any number. Default: 0. HOCON: <c>max-sessions</c>.</value>
    public long? MaxSessions { get; set; }

    /// <summary>About how many ends of sessions are remembered, so that who asks for one is told why it is gone. They take 8 bytes each; ids are not among them.</summary>
    /// <value>0 to 16,777,216. Default: 65,536. HOCON: <c>max-remembered-ends</c>.</value>
    public int? MaxRememberedEnds { get; set; }

    /// <summary>How many look-ups a minute of ids that were never issued are nothing to speak of. More are told: one warning and one <see cref="SessionIdsGuessed"/> a minute.</summary>
    /// <remarks>Ids of sessions that ended longer ago than is remembered count too, and after a restart those of all that had ended: clients with old cookies.</remarks>
    /// <value>At least 0; 0: nobody is told. Default: 600. HOCON: <c>guessing-alarm-per-minute</c>.</value>
    public int? GuessingAlarmPerMinute { get; set; }

    /// <summary>Whether every <see cref="SessionEvent"/> is also published on the actor system's <c>EventStream</c>.</summary>
    /// <value>Default: false. HOCON: <c>publish-events</c>.</value>
    public bool? PublishEvents { get; set; }

    /// <summary>How long a drain waits for commands that have no answer yet, and then as long for the disk; then the engine ends without them, and says so.</summary>
    /// <value>1 s to 1 hour. Default: 10 s. HOCON: <c>drain-timeout</c>.</value>
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>Whether the tool <c>jam-sessions</c> can command the running engine, through a Unix domain socket.</summary>
    /// <remarks>
    /// The socket is the owner's alone (mode 0600), and takes commands of the process's own user and of root. No answer has an id; a backup is a copy of the file.
    /// Every change is logged with the user. Not on Windows.
    /// </remarks>
    /// <value>Default: false. HOCON: <c>admin-socket</c>.</value>
    public bool? AdminSocket { get; set; }

    /// <summary>Where that socket is. Each store needs one of its own.</summary>
    /// <value>A path of at most 103 bytes (macOS: 99). Default: <see cref="JsonPath"/> with the ending <c>.sock</c>. HOCON: <c>admin-socket-path</c>, empty for the default.</value>
    public string? AdminSocketPath { get; set; }

    /// <summary>The clock: creation, lifetimes and events go by its wall clock. Sweeps and other timers of the engine run by the machine's.</summary>
    /// <value>Default: <see cref="System.TimeProvider.System"/>. Not in HOCON.</value>
    public TimeProvider? TimeProvider { get; set; }
}
