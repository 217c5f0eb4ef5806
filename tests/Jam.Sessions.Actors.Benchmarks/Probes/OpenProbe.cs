using System.Diagnostics;
using System.Text.Json;
using Akka.Actor;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>How long it takes from a file to sessions in memory: a start of the engine, or a bare parse into a dictionary.</summary>
internal static class OpenProbe
{
    private const int WarmUps = 5;
    private const int WarmUpSessions = 20_000;

    public static async Task<Figures> RunAsync(string how, int sessions)
    {
        using var scratch = new Scratch();
        var system = ActorSystem.Create("benchmark", Quiet.Config);
        Func<string, int, Task> open = how == "parse"
            ? (path, count) => Task.FromResult(Parse(path, count))
            : async (path, _) => await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = path });

        for (var i = 0; i < WarmUps; i++)
        {
            await open(Write(scratch[$"small-{i}.json"], WarmUpSessions), WarmUpSessions);
            RunSettings.Wait(TimeSpan.FromMilliseconds(150));
        }

        var large = Write(scratch["large.json"], sessions);
        Heap.Collected();
        var start = Stopwatch.GetTimestamp();
        await open(large, sessions);
        var took = Stopwatch.GetElapsedTime(start);
        await system.Terminate();
        return new Figures { ["open_ms"] = took.TotalMilliseconds };
    }

    private static string Write(string path, int sessions)
    {
        SessionFile.Write(path, SessionFile.Sessions(sessions, sessionsPerKey: 2));
        return path;
    }

    /// <summary>The whole file in one array, and one reader over it that keeps of each document id, key and data.</summary>
    public static Dictionary<string, (string Key, byte[] Data)> Parse(string path, int capacity)
    {
        var sessions = new Dictionary<string, (string, byte[])>(capacity);
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        Span<byte> data = stackalloc byte[4096];
        var (key, id, length) = ("", "", 0);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth == 3)
            {
                if (reader.ValueTextEquals("key"u8))
                {
                    reader.Read();
                    key = reader.GetString()!;
                }
                else if (reader.ValueTextEquals("session_id"u8))
                {
                    reader.Read();
                    id = reader.GetString()!;
                }
                else if (reader.ValueTextEquals("data"u8))
                {
                    reader.Read();
                    length = reader.CopyString(data);
                }
            }
            else if (reader.TokenType is JsonTokenType.EndObject && reader.CurrentDepth == 2)
            {
                sessions[id] = (key, data[..length].ToArray());
            }
        }

        return sessions;
    }
}
