using Akka.Actor;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>A running engine: its index is read, and what is to be changed are its own commands, decided by the actors of their keys.</summary>
/// <param name="path">The session file.</param>
/// <param name="table">The index.</param>
/// <param name="engine">The gateway.</param>
/// <param name="log">What is durable.</param>
/// <param name="clock">The engine's.</param>
internal sealed class LiveStore(string path, SessionTable table, SessionsRef engine, ICommitLog log, WallClock clock) : IAdminStore
{
    // So many commands wait for the disk at a time; more than that would fill the queue before those whose users wait.
    private const int Window = 256;

    public bool IsRunning => true;

    public string Path => path;

    public IEnumerable<Document> Sessions => table.From(default).SelectMany(owner => owner.Sessions);

    public int OpaqueCount => table.OpaqueCount;

    public long Now => clock.Now();

    public int End(IReadOnlyList<Document> sessions, Action<int> progress)
    {
        var calls = new Calls();
        try
        {
            for (var i = 0; i < sessions.Count && calls.Refusal is null; i++)
            {
                if (CommandOf(sessions[i]) is { } command)
                {
                    calls.Begin();
                    engine.Send(new OwnRequest(command, calls.End));
                }

                progress(i + 1);
            }
        }
        catch (IOException e)
        {
            // Who goes away wants no more of it; what was done is told to the log.
            throw new AdminRefusal(AdminRefusalKind.Failed, $"{calls.Wait()} sessions were ended, and then the operator went away.", e);
        }

        var count = calls.Wait();
        return calls.Refusal is { } refusal ? throw new AdminRefusal(AdminRefusalKind.Failed, $"{count} sessions were ended, and then: {refusal.Message}", refusal) : count;
    }

    public int Sweep()
    {
        var swept = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Sweep(answer => swept.TrySetResult(answer));
        return swept.Task.GetAwaiter().GetResult() is var answer && answer is Status.Failure failure ? throw failure.Cause : (int)answer;
    }

    public void Flush()
    {
        var flushed = new TaskCompletionSource<JamSessionsException?>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Flush(failure => flushed.TrySetResult(failure));
        if (flushed.Task.GetAwaiter().GetResult() is { } refusal)
        {
            throw refusal.Fresh();
        }
    }

    public (long Length, uint Checksum) Copy(Func<int, Stream> open)
    {
        var begun = new TaskCompletionSource<(IStoreCopy? Copy, JamSessionsException? Refusal)>(TaskCreationOptions.RunContinuationsAsynchronously);
        log.BeginCopy((copy, refusal) => begun.TrySetResult((copy, refusal)));
        var (copy, refusal) = begun.Task.GetAwaiter().GetResult();
        return copy is null ? throw refusal!.Fresh() : copy.WriteTo(open(copy.Count));
    }

    /// <summary>By its handle, which it keeps when it gets a new id meanwhile; null for a document without a key and an id that are texts.</summary>
    private static ISessionCommand? CommandOf(Document session) =>
        session.Key.Length > 0 ? new EndSession(session.Key, session.Handle)
        : session.Id.Length > 0 ? new DeleteSession(session.Id)
        : null;

    /// <summary>Commands on their way, not too many of them at a time.</summary>
    private sealed class Calls
    {
        private readonly SemaphoreSlim _free = new(Window);
        private int _count;
        private volatile JamSessionsException? _refusal;

        /// <summary>Why one of them was refused.</summary>
        public JamSessionsException? Refusal => _refusal;

        public void Begin() => _free.Wait();

        public void End(object reply)
        {
            if (reply is true)
            {
                Interlocked.Increment(ref _count);
            }
            else if (reply is Status.Failure failure)
            {
                _refusal = failure.Cause as JamSessionsException ?? new SessionEngineException(failure.Cause);
            }

            _free.Release();
        }

        /// <summary>How many of them ended a session, once all are answered.</summary>
        public int Wait()
        {
            for (var i = 0; i < Window; i++)
            {
                _free.Wait();
            }

            return _count;
        }
    }
}
