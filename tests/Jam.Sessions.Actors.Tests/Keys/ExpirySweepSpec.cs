using Akka.Actor;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Keys;

/// <summary>The sweep takes the place of keys that have no actor, and makes none.</summary>
public sealed class ExpirySweepSpec
{
    private static readonly SessionRules s_rules = new(idle: TimeSpan.FromMinutes(1));
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly KeyDirectory _keys = new(maxIdleKeys: 10) { MakeActor = () => throw new InvalidOperationException("no actor is to be made") };
    private readonly StoppedLog _log = new();

    [Fact]
    public async Task Dead_keys_make_no_actor_and_leave_no_place_behind()
    {
        var (table, sweep) = Of(1000);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1000, await RunAsync(sweep));
        Assert.Equal((0, 0, 0), (table.Count, table.KeyCount, _keys.Count));
        Assert.Equal(1000, _log.Removed);
    }

    [Fact]
    public async Task A_command_that_comes_while_a_key_is_swept_waits_behind_it_and_gets_its_actor()
    {
        var (table, sweep) = Of(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        var told = new List<object>();
        _keys.MakeActor = () => new RecordingRef("key", told.Add);
        _log.OnAppend = () => Assert.True(_keys.TryPass("user0", new ToldRequest(new ClearSessions("user0"), ActorRefs.Nobody)));
        Assert.Equal(1, await RunAsync(sweep));
        Assert.IsType<ClearSessions>(Assert.IsType<ToldRequest>(Assert.Single(told)).Command);
        Assert.Equal((0, 1), (table.Count, _keys.Count));
    }

    [Fact]
    public async Task A_key_that_has_an_actor_is_told()
    {
        var (table, sweep) = Of(1);
        var told = new List<object>();
        _keys.MakeActor = () => new RecordingRef("key", message =>
        {
            told.Add(message);
            ((Request)message).Answer(7, ActorRefs.Nobody);
        });
        Assert.True(_keys.TryPass("user0", new ToldRequest(new ClearSessions("user0"), ActorRefs.Nobody)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(7, await RunAsync(sweep));
        Assert.Equal((2, 1, 0), (told.Count, table.Count, _log.Removed));
    }

    [Fact]
    public async Task A_log_that_takes_nothing_more_leaves_the_sessions_where_they_are()
    {
        var (table, sweep) = Of(10);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.IsClosed = true;
        Assert.Equal(0, await RunAsync(sweep));
        Assert.Equal((10, 0), (table.Count, _keys.Count));
        _keys.Close();
        Assert.Equal(0, await RunAsync(sweep));
    }

    [Fact]
    public async Task A_drain_hears_of_a_key_that_was_held_when_it_began()
    {
        var (_, sweep) = Of(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        var (busy, drained) = (-1, 0);
        _keys.Drained = () => drained++;
        _log.OnAppend = () => busy = _keys.Close();
        await RunAsync(sweep);
        Assert.Equal((1, 1), (busy, drained));
    }

    [Fact]
    public async Task Whoever_asks_while_a_sweep_runs_is_answered_by_the_next_one()
    {
        var (_, sweep) = Of(2);
        _time.Advance(TimeSpan.FromMinutes(1));
        Task<int>? second = null;
        _log.OnAppend = () => second ??= RunAsync(sweep);
        Assert.Equal(2, await RunAsync(sweep));
        Assert.Equal(0, await second!);
    }

    [Fact]
    public async Task A_sweep_that_fails_is_told_and_is_not_the_last_one()
    {
        var (table, sweep) = Of(3);
        _time.Advance(TimeSpan.FromMinutes(1));
        var faults = new List<Exception>();
        sweep.OnFault = faults.Add;
        _log.OnAppend = () => throw new InvalidOperationException("a fault");
        await Assert.ThrowsAsync<SessionEngineException>(() => RunAsync(sweep));
        Assert.Equal("a fault", Assert.Single(faults).Message);
        _log.OnAppend = () => { };
        Assert.Equal(3, await RunAsync(sweep));
        Assert.Equal((0, 0), (table.Count, _keys.Count));
    }

    [Fact]
    public void A_session_that_is_not_timed_is_alive_and_nothing_is_noted()
    {
        var session = new Document("id", "user", SessionData.Empty, 1.5, 1, raw: null);
        Assert.True(session.TrySee(_time.GetUtcNow().UtcTicks, out var isLater));
        Assert.Equal((false, true, null), (isLater, session.IsAliveAt(long.MaxValue), session.LastSeenAt));
    }

    private EngineTelemetry Telemetry()
    {
        // Nobody listens to it: its meter would be heard by tests that come later.
        var telemetry = new EngineTelemetry(factory: null, "", new StoreHealth(_time, StoreHealth.Patience), alarm: null, hasFile: true);
        telemetry.Dispose();
        return telemetry;
    }

    private static async Task<int> RunAsync(ExpirySweep sweep)
    {
        var done = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        sweep.Run(done.SetResult);
        return await done.Task.WaitAsync(s_patience) is var answer && answer is Exception fault ? throw fault : (int)answer;
    }

    private (SessionTable Table, ExpirySweep Sweep) Of(int sessions)
    {
        var clock = new WallClock(_time);
        var table = new SessionTable([.. Enumerable.Range(0, sessions).Select(i => new Document(
            $"id{i}", $"user{i}", SessionData.Empty, 1.5, i + 1, raw: null, s_rules.Terms(own: null, double.NaN), clock.Now()))]);
        return (table, new ExpirySweep(table, _keys, s_rules, clock, new EventHub("", publish: null, clock), Telemetry()) { Log = _log });
    }

    private sealed class StoppedLog : ICommitLog
    {
        public Action OnAppend { get; set; } = () => { };

        public bool IsClosed { get; set; }

        public int Removed { get; private set; }

        public bool MustWait(int ownerHash) => true;

        public bool TryAppend(int ownerHash, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null)
        {
            OnAppend();
            Removed += IsClosed ? 0 : changes.Length;
            return !IsClosed;
        }

        public bool TryTouch(int ownerHash, Document session, uint until) => false;

        public void Flush(Action<JamSessionsException?> done) => done(null);

        public void Close(Action<SessionStoreException?> done) => done(null);
    }
}
