using System.Globalization;
using System.Runtime.InteropServices;
using Akka.Actor;

namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>The process whose system calls fail: the engine and many writers, each with sessions of its own, that go on when they are refused.</summary>
/// <remarks>
/// On stdin: <c>go first-number</c> to start the engine; again where that was refused. On stdout a <see cref="Report"/> of each operation; of a
/// refusal only once the writer has seen that it reads what it read before.
/// </remarks>
public static class FaultChild
{
    // A write behind the limit of a file's length is first a signal, which ends a process that does not want it.
    private const PosixSignal FileTooLong = (PosixSignal)25;

    public static async Task<int> RunAsync(string jsonPath, int writers, SecretMode mode, int start)
    {
        using var handler = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create(FileTooLong, signal => signal.Cancel = true) : null;
        var system = ActorSystem.Create("faults", Child.Quiet);
        using var reports = new ReportWriter(Console.OpenStandardOutput());
        while ((await Console.In.ReadLineAsync())?.Split(' ') is ["go", var first])
        {
            try
            {
                var engine = await JamSessions.StartAsync(system, mode.Engine(jsonPath, start));
                reports.Write(Report.Phase(Report.Open));
                var firstNumber = long.Parse(first, CultureInfo.InvariantCulture);
                for (var index = 0; index < writers; index++)
                {
                    var writer = new PersistentWriter(engine, reports, index, writers, firstNumber);
                    _ = Task.Run(writer.RunAsync);
                }
            }
            catch (JamSessionsException e)
            {
                reports.Write(Report.Phase($"refused:{e.GetType().Name}:{e.Message.Replace(' ', '_')}"));
            }
        }

        return 0;
    }
}
