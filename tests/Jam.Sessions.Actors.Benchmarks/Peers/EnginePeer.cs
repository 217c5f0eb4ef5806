using System.Security.Cryptography;
using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>The engine, through its client or through plain <c>Ask</c>.</summary>
internal abstract class EnginePeer : ISessionPeer
{
    public const string Name = "engine";

    private static readonly string[] Variants = ["relaxed", "encrypted", "ask", "timed", "limited", "hashed", "bound", "grace", "metered", "traced"];

    private readonly Scratch _scratch = new();
    private readonly ActorSystem _system = ActorSystem.Create("benchmark", Quiet.Config);
    private readonly JamSessionsOptions _options;
    private Listener? _listener;

    private EnginePeer(JamSessionsOptions options)
    {
        _options = options;
        _options.JsonPath = Path;
    }

    public abstract bool CompletesInline { get; }

    public JamSessions Engine { get; private set; } = null!;

    public string Path => _scratch["sessions.json"];

    /// <param name="name"><c>engine</c>, with any of <c>-relaxed</c>, <c>-encrypted</c>, <c>-ask</c>, <c>-timed</c> (20 minutes idle), <c>-limited</c> (5 sessions a key),
    /// <c>-hashed</c> (ids at rest), <c>-bound</c> (AES-GCM), <c>-grace</c> (10 s after a rework), <c>-metered</c> and <c>-traced</c> (OpenTelemetry's SDK listens to metrics, to spans) behind it.</param>
    /// <param name="keyIdleTimeout">The option; null for its default.</param>
    public static EnginePeer Named(string name, TimeSpan? keyIdleTimeout = null)
    {
        string[] variants = name.Split('-')[1..];
        if (variants.Except(Variants).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException($"There is no engine with -{unknown}; there are {string.Join(", ", Variants.Select(variant => $"-{variant}"))}.");
        }

        var options = new JamSessionsOptions
        {
            Durability = variants.Contains("relaxed") ? Durability.Relaxed : Durability.Durable,
            KeyIdleTimeout = keyIdleTimeout,
            IdleTimeout = variants.Contains("timed") ? TimeSpan.FromMinutes(20) : null,
            MaxSessionsPerKey = variants.Contains("limited") ? 5 : null,
            SessionLimitPolicy = SessionLimitPolicy.EndOldest,
            IdsAtRest = variants.Contains("hashed") ? IdsAtRest.Hashed : IdsAtRest.Plain,
            ReworkGrace = variants.Contains("grace") ? TimeSpan.FromSeconds(10) : null,

            // What it is preloaded with is a plain file.
            AllowIdsToBeHashed = true,
            AllowPlainToEncrypted = true,
        };
        if (variants.Contains("encrypted") || variants.Contains("bound"))
        {
            options.IsSessionCrypt = variants.Contains("encrypted");
            options.Encryption = variants.Contains("bound") ? SessionEncryption.AesGcm : SessionEncryption.None;
            options.SessionAesSecret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).Replace('+', '-').Replace('/', '_');
        }

        EnginePeer peer = variants.Contains("ask") ? new Asked(options) : new Called(options);
        peer._listener = new Listener(variants.Contains("metered"), variants.Contains("traced"));
        return peer;
    }

    public static EnginePeer Of(JamSessionsOptions options) => new Called(options);

    /// <summary>Starts on a file that holds the sessions; with encryption, whose ids are tokens, the engine makes them itself.</summary>
    public async Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions)
    {
        IReadOnlyList<string> ids = _options.IsSessionCrypt is true ? [] : SessionFile.Write(Path, sessions);
        Engine = await JamSessions.StartAsync(_system, _options);
        return _options.IsSessionCrypt is true ? await this.CreateEachAsync(sessions) : ids;
    }

    public abstract ValueTask<string> CreateAsync(string key, Payload data);

    public abstract ValueTask<object?> GetAsync(string id);

    public async ValueTask<bool> UpdateAsync(string id, Payload data)
    {
        try
        {
            await ReplaceAsync(id, data.Data);
            return true;
        }
        catch (SessionNotFoundException)
        {
            return false;
        }
    }

    public abstract ValueTask<bool> DeleteAsync(string id);

    public abstract ValueTask<int> ClearAsync(string key);

    public async ValueTask<string?> ReworkAsync(string id)
    {
        try
        {
            return await RenameAsync(id);
        }
        catch (SessionNotFoundException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _listener?.Dispose();
        _scratch.Dispose();
    }

    protected abstract Task ReplaceAsync(string id, SessionData data);

    protected abstract Task<string> RenameAsync(string id);

    private sealed class Called(JamSessionsOptions options) : EnginePeer(options)
    {
        public override bool CompletesInline => true;

        public override ValueTask<string> CreateAsync(string key, Payload data) => new(Engine.Client.CreateAsync(key, data.Data));

        public override ValueTask<object?> GetAsync(string id)
        {
            var get = Engine.Client.GetAsync(id);
            return get.IsCompletedSuccessfully ? new ValueTask<object?>(get.Result) : Later(get);

            static async ValueTask<object?> Later(ValueTask<Session?> get) => await get;
        }

        public override ValueTask<bool> DeleteAsync(string id) => new(Engine.Client.DeleteAsync(id));

        public override ValueTask<int> ClearAsync(string key) => new(Engine.Client.ClearAsync(key));

        protected override Task ReplaceAsync(string id, SessionData data) => Engine.Client.UpdateAsync(id, data);

        protected override Task<string> RenameAsync(string id) => Engine.Client.ReworkAsync(id);
    }

    private sealed class Asked(JamSessionsOptions options) : EnginePeer(options)
    {
        public override bool CompletesInline => false;

        public override ValueTask<string> CreateAsync(string key, Payload data) => new(Engine.Ref.Ask<string>(new CreateSession(key, data.Data)));

        public override async ValueTask<object?> GetAsync(string id) =>
            (await Engine.Ref.Ask<SessionLookup>(new GetSession(id)) as SessionFound)?.Session;

        public override ValueTask<bool> DeleteAsync(string id) => new(Engine.Ref.Ask<bool>(new DeleteSession(id)));

        public override ValueTask<int> ClearAsync(string key) => new(Engine.Ref.Ask<int>(new ClearSessions(key)));

        protected override Task ReplaceAsync(string id, SessionData data) => Engine.Ref.Ask<Done>(new UpdateSession(id, data));

        protected override Task<string> RenameAsync(string id) => Engine.Ref.Ask<string>(new ReworkSession(id));
    }
}
