using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Tests.Threads;

/// <summary>The mailbox of the engine's actors.</summary>
public sealed class EngineMailboxSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    public void Messages_come_in_their_order_however_many_wait(int waiting)
    {
        var messages = new EngineMailbox.Messages(isGuarded: false);
        var (sent, received) = (0, 0);
        for (var round = 0; round < 5; round++)
        {
            while (sent - received < waiting)
            {
                messages.Enqueue(ActorRefs.Nobody, new Envelope(sent++, ActorRefs.NoSender));
            }

            Assert.Equal((waiting, true), (messages.Count, messages.HasMessages));
            for (var left = round == 4 ? 0 : waiting / 2; sent - received > left;)
            {
                Assert.True(messages.TryDequeue(out var envelope));
                Assert.Equal(received++, envelope.Message);
            }
        }

        Assert.Equal((0, false), (messages.Count, messages.HasMessages));
        Assert.False(messages.TryDequeue(out _));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public void A_guarded_one_drops_what_would_end_its_actor(bool isGuarded, int kept)
    {
        var messages = new EngineMailbox.Messages(isGuarded);
        messages.Enqueue(ActorRefs.Nobody, new Envelope(PoisonPill.Instance, ActorRefs.NoSender));
        messages.Enqueue(ActorRefs.Nobody, new Envelope(Kill.Instance, ActorRefs.NoSender));
        Assert.Equal(kept, messages.Count);
    }

    [Fact]
    public void What_the_system_says_before_the_actor_runs_is_kept_for_it_in_order()
    {
        var messages = new EngineMailbox.Messages(isGuarded: false);
        Assert.True(messages.TryKeepEarly(new Suspend()));
        Assert.True(messages.TryKeepEarly(new Terminate()));
        Assert.Equal([typeof(Suspend), typeof(Terminate)], messages.TakeEarly().Select(message => message.GetType()));
        Assert.False(messages.TryKeepEarly(new Terminate()));
        Assert.Empty(messages.TakeEarly());
    }

    [Fact]
    public void An_actor_that_has_stopped_takes_nothing_more()
    {
        var messages = new EngineMailbox.Messages(isGuarded: false);
        messages.Enqueue(ActorRefs.Nobody, new Envelope("before", ActorRefs.NoSender));
        messages.CleanUp(ActorRefs.Nobody, messages);
        messages.Enqueue(ActorRefs.Nobody, new Envelope("after", ActorRefs.NoSender));
        Assert.False(messages.HasMessages);
    }
}
