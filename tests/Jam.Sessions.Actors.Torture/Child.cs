using Akka.Actor;
using Akka.Configuration;

namespace Jam.Sessions.Actors.Torture;

/// <summary>The process that is killed: the engine, many writers, and a report of every operation on stdout.</summary>
/// <remarks>
/// On stdin: <c>adopt number key id version</c> for each session that is there, <c>go first-number</c>, and perhaps later <c>stop</c>.
/// Before <c>go</c> it does not touch the file, so that it can be started in advance.
/// </remarks>
public static class Child
{
    public static Config Quiet { get; } = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }");

    public static async Task<int> RunAsync(ChildOptions options)
    {
        var system = ActorSystem.Create("torture", Quiet);
        using var reports = new ReportWriter(Console.OpenStandardOutput());
        var adopted = new List<LiveSession>();
        while (true)
        {
            switch ((await Console.In.ReadLineAsync())?.Split(' '))
            {
                case null:
                    return 0;
                case ["adopt", var number, var key, var id, var version]:
                    adopted.Add(new LiveSession(long.Parse(number, null), key) { Id = id, Version = int.Parse(version, null) });
                    continue;
                case ["go", var first]:
                    return await WriteAsync(system, options, adopted, long.Parse(first, null), reports);
            }
        }
    }

    private static async Task<int> WriteAsync(
        ActorSystem system, ChildOptions options, List<LiveSession> adopted, long firstNumber, ReportWriter reports)
    {
        var engine = await JamSessions.StartAsync(system, options.Engine());
        reports.Write(Report.Phase(Report.Open));
        var writers = Enumerable.Range(0, options.Writers)
            .Select(index => new Writer(engine, reports, options, index, firstNumber, adopted.Where(session => session.Number % options.Writers == index)))
            .Select(writer => Task.Run(writer.RunAsync))
            .ToList();

        while (await Console.In.ReadLineAsync() is not (null or "stop"))
        {
        }

        await engine.DisposeAsync();
        reports.Write(Report.Phase(Report.Stopped));
        await Task.WhenAll(writers);
        return 0;
    }
}

/// <summary>Writes whole lines, each with one system call: what was written is not lost when the process is killed.</summary>
public sealed class ReportWriter(Stream output) : IDisposable
{
    private readonly Lock _lock = new();
    private long _operations;

    public long NextOperation() => Interlocked.Increment(ref _operations);

    public void Write(string line)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(line);
        lock (_lock)
        {
            output.Write(bytes);
            output.Flush();
        }
    }

    public void Dispose() => output.Dispose();
}

/// <summary>A session as its writer knows it.</summary>
public sealed class LiveSession(long number, string key)
{
    public long Number => number;

    public string Key => key;

    public string Id { get; set; } = "";

    public int Version { get; set; }

    /// <summary>The highest version that was tried, also where it was refused.</summary>
    public int LastTried { get; set; } = 1;
}
