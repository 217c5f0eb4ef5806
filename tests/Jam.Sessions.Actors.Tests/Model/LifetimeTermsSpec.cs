using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>When a session ends, and why.</summary>
public sealed class LifetimeTermsSpec
{
    private const long Second = TimeSpan.TicksPerSecond;
    private static readonly long s_epoch = DateTimeOffset.UnixEpoch.Ticks;

    [Theory]
    [InlineData(100, 60, 100, SessionEndReason.MaxLifetime)]
    [InlineData(40, 60, 100, SessionEndReason.Idle)]
    [InlineData(39, 60, 99, SessionEndReason.Idle)]
    public void The_first_of_two_deadlines_counts_and_idle_where_they_are_one(int seen, int idle, int end, SessionEndReason why)
    {
        var terms = new LifetimeTerms(own: null, since: double.NaN, idle * Second, max: 100 * Second, touchSeconds: 0);
        var (seenAt, deadline) = (s_epoch + (seen * Second), s_epoch + (end * Second));
        Assert.Equal(deadline, terms.Deadline(seenAt, createdAt: 0));
        Assert.Equal(why, terms.Why(seenAt, createdAt: 0));
        Assert.False(terms.HaveEnded(seenAt, createdAt: 0, deadline - 1));
        Assert.True(terms.HaveEnded(seenAt, createdAt: 0, deadline));
        Assert.True(terms.HaveDeadline);
    }

    [Fact]
    public void Without_an_end_there_is_none()
    {
        var terms = new LifetimeTerms(own: null, since: double.NaN, LifetimeTerms.Never, LifetimeTerms.Never, touchSeconds: 0);
        Assert.False(terms.HaveDeadline);
        Assert.Equal(LifetimeTerms.Never, terms.Deadline(s_epoch, createdAt: 0));
        Assert.False(terms.HaveEnded(s_epoch, createdAt: 0, DateTimeOffset.MaxValue.Ticks));
    }

    [Fact]
    public void A_life_that_began_later_than_the_session_ends_later()
    {
        var terms = new LifetimeTerms(own: null, since: 50, LifetimeTerms.Never, max: 100 * Second, touchSeconds: 0);
        Assert.Equal(s_epoch + (150 * Second), terms.Deadline(s_epoch, createdAt: 0));
        Assert.False(terms.AreTooOld(createdAt: 0, s_epoch + (150 * Second) - 1));
        Assert.True(terms.AreTooOld(createdAt: 0, s_epoch + (150 * Second)));
    }

    [Theory]
    [InlineData(3600, Second)]
    [InlineData(20, Second)]
    [InlineData(10, Second / 2)]
    public void Use_is_noted_once_a_second_or_twenty_times_in_a_shorter_idle_time(int idle, long ticks) =>
        Assert.Equal(ticks, new LifetimeTerms(own: null, since: double.NaN, idle * Second, LifetimeTerms.Never, touchSeconds: 0).NotedEvery);
}
