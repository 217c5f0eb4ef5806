using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Cluster.Torture;
using Jam.Sessions.Actors.Cluster.Torture.Events;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;
using Jam.Sessions.Actors.Cluster.Torture.Speed;

if (args is ["node", .. var node] && NodeOptions.Parse(node) is { } nodeOptions)
{
    return await NodeHost.RunAsync(nodeOptions);
}

if (args is ["speed"])
{
    return await SpeedRun.RunAsync();
}

if (args is not ["matrix", .. var words] || MatrixOptions.Parse(words) is not { } options)
{
    Console.Error.WriteLine($"""
        matrix [--events NAME,...] [--count N] [--seed S] [--seconds-between S] [--writers W] [--backend NAME] [--plant BUG] …
        Runs a cluster of real processes over a PostgreSQL server of its own, lets things go wrong, and checks every answer against a ledger.
          --events           in turn (default: all that can happen here but for island):
        {string.Join(Environment.NewLine, MatrixEvent.All.Select(kind => $"                               {kind.Name,-13} {kind.Text}"))}
          --count            how many events (default: one of each)
          --seconds-between  load without an event, before each (default 10)
          --seed             of all random choices (default: drawn, and printed)
          --nodes            how many nodes (default 3)
          --writers          callers with sessions of their own, each with a reader beside it (default 16)
          --loyal            further ones that stay with the node that an event strikes (default 2)
          --tables           tables of callers who share keys, whose histories must be linearizable (default 4)
          --think            mean time between two calls of a writer, in milliseconds (default 10)
          --backend          cluster (default), file (one process and a file), memory (one process)
          --tls              nodes talk by mutual TLS
          --other-build      this program (.dll) as another build: what upgrade puts in the place of this one, and back
          --plant            stale, lost, revive, fork: a bug that must be found, so that the run ends with 1
          --keep             leave the logs of the nodes
        After Ctrl-C it ends with the event that is under way, and tells what it has seen. Ends with 1 where anything was lost, revived, out of date or not linearizable, or where a key was not served again within two minutes.

        speed
        Changes against PostgreSQL's own benchmark, and reads against entities that only answer.
        """);
    return 2;
}

var whyNot = options.Events.Select(kind => kind.WhyNot(options) is { } why ? $"{kind.Name}: {why}" : null)
    .Append(IBackend.Find(options.Backend)!.IsCluster ? PostgresServer.WhyMissing : null)
    .OfType<string>().ToList();
if (whyNot.Count > 0)
{
    Console.Error.WriteLine(string.Join(Environment.NewLine, whyNot));
    return 2;
}

using var enough = new CancellationTokenSource();
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
try
{
    return await Matrix.RunAsync(options, enough.Token, stop.Token) ? 0 : 1;
}
catch (Exception e) when (e is InvalidOperationException or TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine($"It could not run to its end: {e.Message}");
    return 1;
}

void Interrupt(PosixSignalContext context)
{
    // What was started is ended first.
    context.Cancel = true;
    if (enough.IsCancellationRequested)
    {
        stop.Cancel();
    }
    else
    {
        Console.Error.WriteLine("It ends after this event; a second signal ends it at once.");
        enough.Cancel();
    }
}
