using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What the actors of keys that are busy all at once add to the sessions.</summary>
/// <remarks>
/// A disk that does not sync keeps every key busy until all have a command. Updates by equal data leave nothing but the actors then, with
/// what belongs to them (mailbox, cell, name, entry in the table of live keys), busy or free for other keys. Most keys have been busy together
/// before the first look at the heap, so that what only many commands at once need is there from the beginning: the journal's buffer of some
/// 8 MiB and the queues to the writer, which double, and for more than 65,000 commands have room for 130,000.
/// </remarks>
internal static class ActorProbe
{
    private const double Before = 0.7;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(20);

    public static async Task<Figures> RunAsync(int keys)
    {
        using var scratch = new Scratch();
        var disk = new GatedDisk();
        var system = ActorSystem.Create("benchmark", Quiet.Config);
        var options = new JamSessionsOptions
        {
            JsonPath = scratch["sessions.json"],
            KeyIdleTimeout = Timeout.InfiniteTimeSpan,
            SnapshotJournalBytes = long.MaxValue,
        };
        var ids = SessionFile.Write(options.JsonPath, SessionFile.Sessions(keys, sessionsPerKey: 1));
        var engine = await JamSessions.StartAsync(system, options, disk);

        var some = ids[..(int)(keys * Before)];
        await BeBusyAsync(system, engine, disk, some);
        var before = Heap.Collected();
        await BeBusyAsync(system, engine, disk, ids);
        var grown = Heap.Collected() - before;
        GC.KeepAlive((ids, some));
        await system.Terminate();
        return new Figures { ["actor_bytes"] = grown / (double)(ids.Count - some.Count) };
    }

    /// <summary>Updates one session of each key; no answer comes before all keys have their command.</summary>
    /// <remarks>One actor asks for all: the client and <c>Ask</c> keep room for as many answers as they once waited for together.</remarks>
    private static async Task BeBusyAsync(ActorSystem system, JamSessions engine, GatedDisk disk, List<string> ids)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asker = system.ActorOf(Props.Create(typeof(Asker), ids.Count, answered));
        disk.CloseGate();
        for (var i = 0; i < ids.Count; i++)
        {
            engine.Ref.Tell(new UpdateSession(ids[i], Payload.Of(i, i).Data), asker);
        }

        WaitUntilIdle();
        disk.OpenGate();
        await answered.Task;
        await asker.GracefulStop(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whatever can go on before the gate has done so when the process uses no processor any more.</summary>
    private static void WaitUntilIdle()
    {
        TimeSpan used;
        do
        {
            var before = ProcessSample.Now().Cpu;
            RunSettings.Wait(s_look);
            used = ProcessSample.Now().Cpu - before;
        }
        while (used > s_idle);
    }

    private sealed class Asker(int unanswered, TaskCompletionSource answered) : UntypedActor
    {
        private int _unanswered = unanswered;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Done when --_unanswered == 0:
                    answered.TrySetResult();
                    break;
                case Status.Failure failure:
                    answered.TrySetException(failure.Cause);
                    break;
            }
        }
    }
}
