using Akka.Configuration;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>Which store, and what is needed to open it: what the host's options say, the mode that its file is in, and the secret.</summary>
internal sealed class StoreTarget
{
    private const string Section = "jam.sessions";

    private readonly JamSessionsOptions _code;
    private readonly Config _hocon;
    private readonly string _store;
    private readonly string? _shown;

    /// <param name="arguments">What the command line says.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="answer">The secret that was asked for; null: nobody was asked yet.</param>
    /// <param name="disk">Null: the machine's.</param>
    public StoreTarget(StoreArguments arguments, Terminal terminal, string? answer = null, IDisk? disk = null)
    {
        Terminal = terminal;
        _shown = arguments.BackupOf;
        _store = arguments.Store ?? "";
        _hocon = arguments.Config is { } config ? ParseHocon(config) : Config.Empty;
        if (arguments.Config is not null && !_hocon.HasPath(Section))
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, $"{arguments.Config} has no section {Section}, so it is not a host's configuration.");
        }

        _code = new JamSessionsOptions { JsonPath = arguments.File, AdminSocketPath = arguments.Socket };
        Secrets = new StoreSecrets(arguments, answer);
        Options = Resolve();
        HostsMode = StoreMode.Of(Options);
        HostsConversions = StoreCodec.ConversionsOf(Options);

        // What the file says of ids before a rework is the host's to forget, not the tool's.
        _code.ReworkGrace = Options.ReworkGrace ?? TimeSpan.Zero;
        Options = Resolve();
        Clock = new WallClock(Options.TimeProvider);
        Disk = disk ?? PhysicalDisk.Of(Options.AllowUnlocked, terminal.Complain);
    }

    public ResolvedOptions Options { get; private set; }

    /// <summary>Where warnings go.</summary>
    public Terminal Terminal { get; }

    public IDisk Disk { get; }

    public WallClock Clock { get; }

    public StoreSecrets Secrets { get; }

    public string Path => Options.JsonPath;

    /// <summary>The mode that the host's options ask for.</summary>
    public StoreMode HostsMode { get; }

    /// <summary>What a start of the host may make of the file.</summary>
    public Conversions HostsConversions { get; }

    /// <summary>Whether the host's options say anything of a mode; else that of the file is taken for the host's.</summary>
    public bool SaysMode => HostsMode != StoreMode.None;

    /// <summary>The mode in which the store is read and written now.</summary>
    public StoreMode Mode => StoreMode.Of(Options);

    /// <summary>Who holds the file while this tool works on it.</summary>
    public static string Holder => $"jam-sessions (process {Environment.ProcessId} on {Environment.MachineName})";

    /// <summary>How documents are read and written, with the secret where one is needed.</summary>
    /// <exception cref="SecretNeeded">There is none.</exception>
    public DocumentCodec Codec(Conversions conversions = Conversions.None) => new(Ring(), conversions, Options.Rules(), Clock);

    /// <summary>Reads documents without any secret: data is what stands in the file.</summary>
    public DocumentCodec BlindCodec() => new(null, Conversions.None, Options.Rules(), Clock);

    /// <summary>The keys; null where nothing is encrypted.</summary>
    /// <exception cref="SecretNeeded">There is none.</exception>
    public KeyRing? Ring() => !Mode.IsEncrypted ? null
        : Secrets.KeysOf(Options) is { Count: > 0 } keys ? KeyRing.FromKeys(keys, Mode.Encryption == SessionEncryption.AesGcm, Options.TimeProvider)
        : throw new SecretNeeded(_shown ?? Path, Mode);

    /// <summary>Opens or reads the store in the mode that its file is in. Where that is another than the options ask for, the second try is the right one.</summary>
    /// <exception cref="SecretNeeded">There is no secret, and it needs one.</exception>
    public T WithSecret<T>(Func<DocumentCodec, T> open)
    {
        try
        {
            return open(Codec());
        }
        catch (Exception e) when (e is SessionSecretException or SecretNeeded)
        {
            if (Find() is not { } found || found == Mode)
            {
                throw;
            }

            Assume(found);
            return open(Codec());
        }
    }

    /// <summary>The mode that the file is in; null where it is in none, or cannot be read.</summary>
    public StoreMode? Find()
    {
        try
        {
            return Look(holder: null);
        }
        catch (SessionStoreException)
        {
            return null;
        }
    }

    /// <summary>The mode that the file is in; null where it is in none.</summary>
    /// <param name="holder">Who reads, and keeps others from the file meanwhile; null: nothing is locked.</param>
    /// <exception cref="SessionStoreException">It cannot be read, or somebody has it.</exception>
    public StoreMode? Look(string? holder) =>
        StoreMode.Of(Recovery.Read(Disk, Path, new DocumentCodec(null), holder, Options.AllowForeignFile, isChecked: false).Counts);

    /// <summary>A message about this file, for who never heard of it: a fresh backup is gone before it is read.</summary>
    public string InWords(string message) => _shown is null ? message : message.Replace(Path, _shown, StringComparison.Ordinal);

    /// <summary>From now on the store is read and written in this mode.</summary>
    public void Assume(StoreMode mode)
    {
        (_code.IsSessionCrypt, _code.Encryption) = (false, mode.Encryption);
        _code.IdsAtRest = mode.AreIdsHashed ? IdsAtRest.Hashed : IdsAtRest.Plain;
        Options = Resolve();
    }

    private ResolvedOptions Resolve() => ResolvedOptions.Resolve(_code, _hocon, _store);

    private static Config ParseHocon(string path)
    {
        try
        {
            return ConfigurationFactory.ParseString(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException || e.GetType().Namespace?.StartsWith("Akka", StringComparison.Ordinal) == true)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, $"{path} cannot be read as HOCON: {e.Message}", e);
        }
    }
}

/// <summary>A store is encrypted, and neither a file nor the environment has its key. Who sits at a terminal is asked, once nothing else is drawn there.</summary>
internal sealed class SecretNeeded(string why) : Exception($"{why} Give its key with --secret-file, or in the environment variable {ResolvedOptions.SecretVariable}.")
{
    public SecretNeeded(string path, StoreMode mode)
        : this($"{path} holds sessions that are encrypted ({mode.EncryptionName}).")
    {
    }
}
