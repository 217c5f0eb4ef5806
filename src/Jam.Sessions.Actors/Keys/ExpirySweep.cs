using System.Diagnostics;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Removes sessions that have ended by themselves from memory and disk: one round after the other, on a thread that leaves the processor to others.</summary>
/// <remarks>
/// A key that has an actor gets a command. For one that has none the sweep takes its place in the directory, as the actor would, and decides by the same
/// rules; commands that come meanwhile wait behind it. So a million dead keys make no actor. Nobody waits for the disk: dead they are without it.
/// </remarks>
internal sealed class ExpirySweep(SessionTable table, KeyDirectory keys, SessionRules rules, WallClock clock, EventHub events, EngineTelemetry telemetry)
{
    private readonly Lock _lock = new();
    private List<Action<object>> _waiting = [];
    private bool _isRunning;

    /// <summary>Takes what is removed; null until it is open.</summary>
    public ICommitLog? Log { private get; set; }

    /// <summary>Hears of a fault that nobody foresaw; the next sweep is made all the same.</summary>
    public Action<Exception> OnFault { private get; set; } = static _ => { };

    /// <summary>Sweeps once, beginning after this call.</summary>
    /// <param name="done">Hears how many sessions were removed, or the fault that ended the sweep; at once, where none can end. Must not throw.</param>
    public void Run(Action<object> done)
    {
        if (!table.IsTimed || Log is null)
        {
            done(0);
            return;
        }

        lock (_lock)
        {
            _waiting.Add(done);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        LowPriorityThread.Run(LowPriorityThread.Steady, "jam.sessions.sweep", () => AnswerAll(SweepAll), failure =>
        {
            if (failure is not null)
            {
                AnswerAll(() => throw failure);
            }
        });
    }

    private void AnswerAll(Func<int> sweep)
    {
        while (TakeWaiting() is { Count: > 0 } waiting)
        {
            // One that fails must not be the last one.
            var began = Stopwatch.GetTimestamp();
            object answer;
            try
            {
                answer = sweep();
                telemetry.Swept(Stopwatch.GetElapsedTime(began), failure: null);
            }
            catch (Exception e)
            {
                telemetry.Swept(Stopwatch.GetElapsedTime(began), e);
                OnFault(e);
                answer = new SessionEngineException(e);
            }

            waiting.ForEach(done => done(answer));
        }
    }

    private List<Action<object>> TakeWaiting()
    {
        lock (_lock)
        {
            (var waiting, _waiting) = (_waiting, []);
            _isRunning = waiting.Count > 0;
            return waiting;
        }
    }

    private int SweepAll()
    {
        var log = Log!;
        using var passed = new PassedOn();
        var count = 0;
        for (var part = 0; part < SessionTable.Parts; part++)
        {
            foreach (var owner in table.OwnersOfDead(part, clock.Now()))
            {
                if (keys.TryHold(owner) is { } key)
                {
                    count += Expire(owner, key, log);
                }
                else if (!passed.TryPass(keys, owner))
                {
                    return count;
                }
            }
        }

        return count + passed.Wait();
    }

    private int Expire(string owner, KeySlot key, ICommitLog log)
    {
        try
        {
            var sessions = table.Of(owner);
            var (after, changes, reply) = sessions.Apply(ExpireSessions.Instance, new Drawn(SessionId: null, DocumentId: 0, clock.Now()), rules);
            var notice = changes.Length > 0 ? events.NoticeOf(changes) : null;
            if (changes.Length == 0 || !log.TryAppend(TextHash.Of(owner), changes, waiter: null, notice))
            {
                return 0;
            }

            table.Remember(changes);
            table.Publish(owner, sessions, after, changes);
            telemetry.Count(changes);
            notice?.Published();
            return (int)reply;
        }
        finally
        {
            keys.LetGo(key);
        }
    }

    /// <summary>Commands that were passed on to actors.</summary>
    private sealed class PassedOn : IDisposable
    {
        private readonly CountdownEvent _unanswered = new(1);
        private int _count;

        /// <summary>False where the engine stops.</summary>
        public bool TryPass(KeyDirectory keys, string owner)
        {
            _unanswered.AddCount();
            var request = new OwnRequest(ExpireSessions.Instance, reply =>
            {
                Interlocked.Add(ref _count, reply is int count ? count : 0);
                _unanswered.Signal();
            });
            if (keys.TryPass(owner, request))
            {
                return true;
            }

            _unanswered.Signal();
            return false;
        }

        public int Wait()
        {
            _unanswered.Signal();
            _unanswered.Wait();
            return _count;
        }

        public void Dispose()
        {
            // What is still on its way would signal an event that is gone.
            if (_unanswered.CurrentCount == 0)
            {
                _unanswered.Dispose();
            }
        }
    }
}
