using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Jam.Sessions.Actors.Benchmarks.Workload;
using StackExchange.Redis;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A redis-server of its own on the loopback: a hash for each session, a set of ids for each key, and a script where there is a condition.</summary>
internal sealed class RedisPeer : ISessionPeer
{
    private const string Variable = "REDIS_SERVER";
    private const string Update = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end redis.call('HSET', KEYS[1], 'data', ARGV[1]) return 1";
    private const string Clear = "local n = 0 for _, i in ipairs(redis.call('SMEMBERS', KEYS[1])) do n = n + redis.call('DEL', 's:' .. i) end redis.call('DEL', KEYS[1]) return n";
    private const string Delete = $"{OwnerOrZero} redis.call('DEL', KEYS[1]) redis.call('SREM', 'k:' .. k, ARGV[1]) return 1";
    private const string Rework = $"{OwnerOrZero} redis.call('RENAME', KEYS[1], KEYS[2]) redis.call('SREM', 'k:' .. k, ARGV[1]) redis.call('SADD', 'k:' .. k, ARGV[2]) return 1";
    private const string OwnerOrZero = "local k = redis.call('HGET', KEYS[1], 'key') if not k then return 0 end";

    private readonly Scratch _scratch = new();
    private readonly Process _server;
    private ConnectionMultiplexer? _connection;

    /// <param name="durability">The server's arguments about its append-only file.</param>
    public RedisPeer(string durability)
    {
        Port = FreePort();
        _server = Start($"--port {Port} --bind 127.0.0.1 --save \"\" {durability} --dir {Path.GetDirectoryName(_scratch["x"])} --loglevel warning");
    }

    public IReadOnlyDictionary<string, double> Counters => new Figures { [ISessionPeer.ServerCpu] = _server.TotalProcessorTime.TotalSeconds };

    public int Port { get; }

    private IDatabase Database => _connection!.GetDatabase();

    public async Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions)
    {
        _connection = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { { "127.0.0.1", Port } }, AbortOnConnectFail = false, AsyncTimeout = 30_000, ConnectRetry = 20 });
        return await this.CreateEachAsync(sessions);
    }

    public async ValueTask<string> CreateAsync(string key, Payload data)
    {
        var id = Ids.New();
        await Task.WhenAll(
            Database.HashSetAsync($"s:{id}", [new HashEntry("key", key), new HashEntry("data", data.Utf8)]),
            Database.SetAddAsync($"k:{key}", id));
        return id;
    }

    public async ValueTask<object?> GetAsync(string id) => (byte[]?)await Database.HashGetAsync($"s:{id}", "data");

    public async ValueTask<bool> UpdateAsync(string id, Payload data) => (bool)await Database.ScriptEvaluateAsync(Update, [$"s:{id}"], [data.Utf8]);

    public async ValueTask<bool> DeleteAsync(string id) => (bool)await Database.ScriptEvaluateAsync(Delete, [$"s:{id}"], [id]);

    public async ValueTask<int> ClearAsync(string key) => (int)await Database.ScriptEvaluateAsync(Clear, [$"k:{key}"]);

    public async ValueTask<string?> ReworkAsync(string id)
    {
        var newId = Ids.New();
        return (bool)await Database.ScriptEvaluateAsync(Rework, [$"s:{id}", $"s:{newId}"], [id, newId]) ? newId : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.CloseAsync();
        }

        // With the child that rewrites its file: nobody else may write where the files are deleted.
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _scratch.Dispose();
    }

    private Process Start(string arguments)
    {
        var program = Environment.GetEnvironmentVariable(Variable) ?? "redis-server";
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        }
        catch (Win32Exception)
        {
            _scratch.Dispose();
            throw new PeerMissingException($"there is no redis-server; install it, or name it in {Variable}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A peer that needs what this machine does not have.</summary>
internal sealed class PeerMissingException(string message) : Exception(message);
