using Akka.Configuration;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>Which store, and what is needed to open it: what the host's options say, and the secret.</summary>
internal sealed class StoreTarget
{
    private readonly JamSessionsOptions _code;
    private readonly Config _hocon;
    private readonly string _store;
    private readonly string? _answer;

    /// <param name="arguments">What the command line says.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="answer">The secret that was asked for; null: nobody was asked yet.</param>
    /// <param name="disk">Null: the machine's.</param>
    public StoreTarget(StoreArguments arguments, Terminal terminal, string? answer = null, IDisk? disk = null)
    {
        _answer = answer;
        _store = arguments.Store ?? "";
        _hocon = arguments.Config is { } config ? ParseHocon(config) : Config.Empty;
        _code = new JamSessionsOptions { JsonPath = arguments.File, AdminSocketPath = arguments.Socket };
        if (arguments.SecretFile is { } secret)
        {
            (_code.IsSessionCrypt, _code.SessionAesSecret) = (true, File.Exists(secret) ? secret : throw new AdminRefusal(AdminRefusalKind.BadRequest, $"There is no secret file {secret}."));
        }

        Options = Resolve();
        Clock = new WallClock(Options.TimeProvider);
        Disk = disk ?? PhysicalDisk.Of(Options.AllowUnlocked, terminal.Complain);
    }

    public ResolvedOptions Options { get; private set; }

    public IDisk Disk { get; }

    public WallClock Clock { get; }

    public string Path => Options.JsonPath;

    /// <summary>Who holds the file while this tool works on it.</summary>
    public static string Holder => $"jam-sessions (process {Environment.ProcessId} on {Environment.MachineName})";

    /// <summary>How documents are read and written, with the secret where one is needed.</summary>
    public DocumentCodec Codec() => StoreCodec.Of(Options, Secrets.RingOf(Options), Clock);

    /// <summary>Opens or reads the store. Where it turns out to be encrypted, and nobody said so, the secret is looked for, and it is tried again.</summary>
    /// <exception cref="SecretNeeded">There is none.</exception>
    public T WithSecret<T>(Func<DocumentCodec, T> open)
    {
        try
        {
            return open(Codec());
        }
        catch (SessionSecretException e) when (!Options.IsSessionCrypt)
        {
            _code.SessionAesSecret = _answer ?? (Options.SessionAesSecret is { Length: > 0 } known ? known : throw new SecretNeeded(Path, e));
            _code.IsSessionCrypt = true;
            Options = Resolve();
            return open(Codec());
        }
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

/// <summary>What the command line says of a store. Plain texts: nothing of the engine is loaded for them.</summary>
internal sealed record StoreArguments
{
    public string? File { get; init; }

    public string? Config { get; init; }

    public string? Store { get; init; }

    public string? Socket { get; init; }

    public string? SecretFile { get; init; }
}

/// <summary>A store is encrypted, and neither a file nor the environment has its key. Who sits at a terminal is asked, once nothing else is drawn there.</summary>
internal sealed class SecretNeeded(string path, Exception inner)
    : Exception($"{path} holds encrypted sessions. Give its key with --secret-file, or in the environment variable {ResolvedOptions.SecretVariable}.", inner);
