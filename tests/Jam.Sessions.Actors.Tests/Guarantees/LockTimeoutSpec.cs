using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 6 in a rolling update: the next process may wait until the former has let go.</summary>
public sealed class LockTimeoutSpec : EngineTest
{
    private readonly WaitingTime _time = new();

    [Fact]
    public async Task A_start_waits_for_the_holder_and_then_has_what_that_left()
    {
        var first = await StartAsync();
        var next = StartAsync(o => (o.LockTimeout, o.TimeProvider) = (TimeSpan.FromSeconds(30), _time));
        await _time.IsAwaitedAsync();
        Assert.False(next.IsCompleted);
        var id = await first.Client.CreateAsync("user1", Data());
        await first.DisposeAsync();
        _time.Advance(TimeSpan.FromSeconds(1));

        await using var engine = await next;
        Assert.NotNull(await engine.Client.GetAsync(id));
    }

    [Fact]
    public async Task A_start_that_waited_long_enough_names_the_holder()
    {
        await using var first = await StartAsync();
        var next = StartAsync(o => (o.LockTimeout, o.TimeProvider) = (TimeSpan.FromMilliseconds(150), _time));
        await _time.IsAwaitedAsync();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await _time.IsAwaitedAsync();
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Contains($"process {Environment.ProcessId}", (await Assert.ThrowsAsync<SessionStoreLockedException>(() => next)).Holder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_waits_can_be_given_up()
    {
        await using var first = await StartAsync();
        using var giveUp = new CancellationTokenSource();
        var next = JamSessions.StartAsync(System, new JamSessionsOptions { JsonPath = JsonPath, LockTimeout = TimeSpan.FromDays(1), TimeProvider = _time }, giveUp.Token);
        await _time.IsAwaitedAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    /// <summary>Tells when somebody waits.</summary>
    private sealed class WaitingTime : FakeTimeProvider
    {
        private readonly SemaphoreSlim _timers = new(0);

        public Task IsAwaitedAsync() => _timers.WaitAsync(TimeSpan.FromMinutes(1));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _timers.Release();
            return timer;
        }
    }
}
