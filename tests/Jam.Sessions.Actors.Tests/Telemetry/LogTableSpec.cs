using System.Reflection;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using ArchUnitNET.Loader;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>The table of log lines is that of the code, and nothing is logged that is not in it.</summary>
public sealed class LogTableSpec
{
    private static readonly IReadOnlyList<LogLine> s_lines =
        [.. typeof(LogLines).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (LogLine)field.GetValue(null)!).OrderBy(line => line.Id)];

    [Fact]
    public void The_table_has_each_line_with_its_number_and_level_and_says_what_to_do()
    {
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "logs.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 6 && int.TryParse(cells[1], out _)).ToList();
        Assert.Equal(s_lines.Select(line => $"{line.Id} {LevelOf(line)} {line.Text}"), rows.Select(cells => $"{cells[1]} {cells[2]} {cells[3]}"));
        Assert.All(rows, cells => Assert.NotEmpty(cells[4]));
    }

    [Fact]
    public void No_number_is_given_twice() => Assert.Equal(s_lines.Count, s_lines.Select(line => line.Id).Distinct().Count());

    [Fact]
    public void Nobody_else_writes_into_the_log()
    {
        var writers = new ArchLoader().LoadAssemblies(typeof(JamSessions).Assembly).Build().Types
            .Where(type => type.Dependencies.Any(dependency => dependency.Target.FullName is "Akka.Event.LoggingExtensions"))
            .Select(type => type.Name);
        Assert.Equal([nameof(EngineLog)], writers.Distinct());
    }

    /// <summary>Which templates are used with which values is seen where they are written: each property has one.</summary>
    [Fact]
    public void A_line_has_its_number_as_a_property()
    {
        var log = new Recorder();
        new EngineLog(log).Write(LogLines.Opened, "sessions.json", 3);
        var (level, message) = Assert.Single(log.Messages);
        Assert.Equal(LogLevel.InfoLevel, level);
        Assert.Equal("jam.sessions: sessions.json is open with 3 sessions (event 101)", message.ToString());
        Assert.Equal(101, message.GetProperties()["EventId"]);
        Assert.All(s_lines, line => Assert.Matches(new Regex("^jam\\.sessions: .* \\(event \\{EventId\\}\\)$"), line.Template));
    }

    /// <summary>A full disk refuses every change of every caller, and the log may stand on the same disk.</summary>
    [Fact]
    public async Task A_disk_that_refuses_is_told_once_and_again_after_it_was_well()
    {
        CapturedLog.TakeLines();
        var system = ActorSystem.Create("refusing", CapturedLog.Everything);
        using var folder = new TempFolder();
        var disk = new FaultyDisk();
        var engine = await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = folder.File("sessions.json") }, disk);
        for (var round = 0; round < 2; round++)
        {
            disk.Fail("Sync", "Create");
            for (var i = 0; i < 10; i++)
            {
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.CreateAsync("ann", SessionData.Empty));
            }

            disk.Heal();
            await engine.Client.CreateAsync("ann", SessionData.Empty);
        }

        await system.Terminate();
        var told = CapturedLog.TakeLines().Select(line => Regex.Match(line, "event (20[12])").Groups[1].Value).Where(number => number.Length > 0);
        Assert.Equal(["201", "202", "201", "202"], told);
    }

    private static string LevelOf(LogLine line) => $"{line.Level}".Replace("Level", "", StringComparison.Ordinal);

    private sealed class Recorder : ILoggingAdapter
    {
        public List<(LogLevel Level, LogMessage Message)> Messages { get; } = [];

        public ILogMessageFormatter Formatter => SemanticLogMessageFormatter.Instance;

        public bool IsDebugEnabled => true;

        public bool IsInfoEnabled => true;

        public bool IsWarningEnabled => true;

        public bool IsErrorEnabled => true;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Messages.Add((logLevel, message));

        public void Log(LogLevel logLevel, Exception? cause, string format) => throw new InvalidOperationException("A line without properties.");
    }
}
