using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>Asks all members again and again whether they see this node, and so keeps <see cref="Certainty"/>.</summary>
internal sealed class MajorityGuard : UntypedActor, IWithTimers
{
    /// <summary>Its name under <c>/user</c>, by which nodes find each other.</summary>
    public const string Name = "jam-sessions-guard";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(400);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly Certainty _certainty;
    private readonly TimeProvider _clock;
    private readonly Dictionary<Address, (long Sent, long WallSent, long Offset)> _echoes = [];
    private readonly Dictionary<long, long> _wallSent = [];

    public MajorityGuard(Certainty certainty, TimeProvider clock) => (_certainty, _clock) = (certainty, clock);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Ask), Ask.Instance, TimeSpan.Zero, s_pause);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ask:
                AskAll();
                break;
            case Ping ping when IsMember(Sender.Path.Address):
                Sender.Tell(new Echo(ping.Sent, _clock.GetUtcNow().UtcTicks));
                break;
            case Echo echo when _wallSent.TryGetValue(echo.Sent, out var wallSent):
                var address = AddressOf(Sender);
                if (!_echoes.TryGetValue(address, out var known) || known.Sent < echo.Sent)
                {
                    var middle = wallSent + ((_clock.GetUtcNow().UtcTicks - wallSent) / 2);
                    _echoes[address] = (echo.Sent, wallSent, middle - echo.Clock);
                    Confirm();
                }

                break;
        }
    }

    private void AskAll()
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var old in _wallSent.Keys.Where(sent => Stopwatch.GetElapsedTime(sent, now) > TimeSpan.FromSeconds(10)).ToList())
        {
            _wallSent.Remove(old);
        }

        _wallSent[now] = _clock.GetUtcNow().UtcTicks;
        foreach (var member in Members())
        {
            Context.ActorSelection(new RootActorPath(member) / "user" / Name).Tell(new Ping(now), Self);
        }
    }

    /// <summary>The time of the ping that a majority has echoed: that one, or a later one.</summary>
    private void Confirm()
    {
        var members = Members();
        var heard = members.Where(_echoes.ContainsKey).Select(member => _echoes[member]).OrderByDescending(echo => echo.Sent).ToList();
        var majority = (members.Count / 2) + 1;
        if (heard.Count >= majority)
        {
            _certainty.Confirm(heard[majority - 1].Sent, heard[majority - 1].WallSent);
            var offsets = heard.Select(echo => echo.Offset).Order().ToList();
            _certainty.ClockOffset = TimeSpan.FromTicks(offsets[offsets.Count / 2]);
        }
    }

    private List<Address> Members() => [.. _cluster.State.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving).Select(member => member.Address)];

    /// <summary>Whether the asker is a member that this node can reach.</summary>
    private bool IsMember(Address address)
    {
        var asker = address.HasLocalScope ? _cluster.SelfAddress : address;
        return _cluster.State.Members.Any(member => member.Address == asker && member.Status is MemberStatus.Up or MemberStatus.Leaving)
            && _cluster.State.Unreachable.All(member => member.Address != asker);
    }

    private Address AddressOf(IActorRef sender) => sender.Path.Address.HasLocalScope ? _cluster.SelfAddress : sender.Path.Address;

    private sealed class Ask : INoSerializationVerificationNeeded
    {
        public static readonly Ask Instance = new();
    }
}
