using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A logger that keeps every line, of everything that Akka can be made to log.</summary>
public sealed class CapturedLog : UntypedActor
{
    private static readonly ConcurrentQueue<string> s_lines = new();

    private static (string Mark, TaskCompletionSource Seen)? s_awaited;

    /// <summary>Waits until all is logged that was on its way: to dead letters, and from there to the log.</summary>
    public static async Task SettleAsync(ActorSystem system)
    {
        var awaited = (Mark: $"mark {Guid.NewGuid()}", Seen: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        s_awaited = awaited;
        system.DeadLetters.Tell(awaited.Mark);
        await awaited.Seen.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>All that was logged since the last call.</summary>
    public static IReadOnlyList<string> TakeLines()
    {
        var lines = new List<string>();
        while (s_lines.TryDequeue(out var line))
        {
            lines.Add(line);
        }

        return lines;
    }

    public static Config Everything { get; } = ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = DEBUG
          stdout-loglevel = OFF
          loggers = ["{{typeof(CapturedLog).AssemblyQualifiedName}}"]
          log-dead-letters = on
          log-dead-letters-during-shutdown = on
          log-config-on-start = off
          actor.debug { receive = on, autoreceive = on, lifecycle = on, event-stream = on, unhandled = on, fsm = on }
        }
        """);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent log:
                Keep($"{log} {log.Cause}");
                break;
        }
    }

    private static void Keep(string line)
    {
        s_lines.Enqueue(line);
        if (s_awaited is { } awaited && line.Contains(awaited.Mark, StringComparison.Ordinal))
        {
            awaited.Seen.TrySetResult();
        }
    }
}
