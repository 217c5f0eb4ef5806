using Jam.Sessions.Actors.Commit;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>
/// A scheduler that runs one of several threads at a time, and stops it wherever a thread can be stopped for long: before a lock, with the
/// lock, before it fills its place. Which one goes on is drawn from a seed, so that a run is repeated by its seed.
/// </summary>
internal sealed class SteppedThreads(Random random) : HandOverSteps
{
    private readonly Dictionary<Lane, int> _holders = [];
    private readonly List<Stepped> _threads = [];

    [ThreadStatic]
    private static Stepped? t_self;

    /// <summary>How often a thread was stopped so far: a clock on which all events of a run are in one order.</summary>
    public int Now { get; private set; }

    /// <summary>Runs all to their ends.</summary>
    public void Run(params Action[] bodies)
    {
        foreach (var body in bodies)
        {
            _threads.Add(new Stepped(_threads.Count, body));
        }

        while (_threads.Where(CanGoOn).ToList() is { Count: > 0 } able)
        {
            Now++;
            able[random.Next(able.Count)].GoOn();
        }

        var failure = _threads.Select(thread => thread.Failure).FirstOrDefault(failure => failure is not null);
        Assert.True(failure is null, $"{failure}");
        Assert.All(_threads, thread => Assert.True(thread.IsOver));
        _threads.Clear();
    }

    /// <summary>A point of the test's own at which the thread may be stopped.</summary>
    public void Pause() => t_self!.Stop(wantsLock: null);

    public override void Lock(Lane lane) => t_self!.Stop(lane);

    public override void Locked(Lane lane)
    {
        _holders.Add(lane, t_self!.Number);
        t_self.Stop(wantsLock: null);
    }

    /// <remarks>Not stopped here: from the look of the others it is free once the thread is stopped again.</remarks>
    public override void Unlock(Lane lane) => _holders.Remove(lane);

    public override void Fill(Lane lane) => t_self!.Stop(wantsLock: null);

    public override void AwaitFill(Lane lane) => t_self!.Stop(wantsLock: null);

    public override void Cut() => t_self!.Stop(wantsLock: null);

    private bool CanGoOn(Stepped thread) => !thread.IsOver && (thread.Wanted is null || !_holders.ContainsKey(thread.Wanted));

    private sealed class Stepped
    {
        private readonly SemaphoreSlim _goOn = new(0);
        private readonly SemaphoreSlim _stopped = new(0);

        public Stepped(int number, Action body)
        {
            Number = number;
            new Thread(() =>
            {
                _goOn.Wait();
                t_self = this;
                try
                {
                    body();
                }
                catch (Exception e)
                {
                    Failure = e;
                }

                IsOver = true;
                _stopped.Release();
            }) { IsBackground = true }.Start();
        }

        public int Number { get; }

        public bool IsOver { get; private set; }

        public Exception? Failure { get; private set; }

        public Lane? Wanted { get; private set; }

        public void GoOn()
        {
            _goOn.Release();
            _stopped.Wait();
        }

        public void Stop(Lane? wantsLock)
        {
            Wanted = wantsLock;
            _stopped.Release();
            _goOn.Wait();
            Wanted = null;
        }
    }
}
