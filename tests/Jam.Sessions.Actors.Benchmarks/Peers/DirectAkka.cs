using System.Collections.Concurrent;
using Akka.Actor;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>One hop: a ref that finds the key's actor in a shared map on the caller's own thread. The actor changes the map, and answers.</summary>
internal sealed class DirectRef(IActorRefProvider provider, IActorRef parent, DirectSessions sessions) : MinimalActorRef
{
    public override ActorPath Path => parent.Path;

    public override IActorRefProvider Provider => provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        var (target, otherwise) = message switch
        {
            Bare.Get get => (sessions.OwnerOf(get.Id), Bare.None),
            Bare.Update update => (sessions.OwnerOf(update.Id), Bare.None),
            Bare.Delete delete => (sessions.OwnerOf(delete.Id), Bare.None),
            Bare.Rework rework => (sessions.OwnerOf(rework.Id), Bare.None),
            Bare.Clear clear => (sessions.Owners.GetValueOrDefault(clear.Key), "0"),
            Bare.Create create => (sessions.Owners.GetValueOrDefault(create.Key) ?? parent, Bare.None),
            _ => (null, Bare.None),
        };
        if (target is null)
        {
            sender.Tell(otherwise, this);
        }
        else
        {
            target.Tell(message, sender);
        }
    }
}

/// <summary>What the ref and the actors of the keys share.</summary>
internal sealed class DirectSessions
{
    public ConcurrentDictionary<string, (string Text, IActorRef Owner)> Sessions { get; } = [];

    public ConcurrentDictionary<string, IActorRef> Owners { get; } = [];

    public IActorRef? OwnerOf(string id) => Sessions.TryGetValue(id, out var session) ? session.Owner : null;
}

/// <summary>Makes the actor of a key; asked for nothing but a key's first session.</summary>
internal sealed class DirectParent(DirectSessions sessions) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        var key = ((Bare.Create)message).Key;
        if (!sessions.Owners.TryGetValue(key, out var owner))
        {
            sessions.Owners[key] = owner = Context.ActorOf(Props.Create(typeof(DirectKeyActor), sessions), key);
        }

        owner.Forward(message);
    }
}

internal sealed class DirectKeyActor(DirectSessions sessions) : UntypedActor
{
    private readonly List<string> _ids = new(1);

    protected override void OnReceive(object message) => Sender.Tell(message switch
    {
        Bare.Create create => Add(create.Text),
        Bare.Get get => sessions.Sessions.TryGetValue(get.Id, out var session) ? session.Text : Bare.None,
        Bare.Update update => Update(update),
        Bare.Delete delete => Remove(delete.Id) is null ? Bare.None : Bare.Done,
        Bare.Rework rework => Remove(rework.Id) is { } text ? Add(text) : Bare.None,
        Bare.Clear => Clear(),
        _ => Bare.None,
    });

    private string Add(string text)
    {
        var id = Ids.New();
        sessions.Sessions[id] = (text, Self);
        _ids.Add(id);
        return id;
    }

    private string Update(Bare.Update update)
    {
        if (!_ids.Contains(update.Id))
        {
            return Bare.None;
        }

        sessions.Sessions[update.Id] = (update.Text, Self);
        return Bare.Done;
    }

    private string? Remove(string id)
    {
        _ids.Remove(id);
        return sessions.Sessions.TryRemove(id, out var session) ? session.Text : null;
    }

    private string Clear()
    {
        var removed = _ids.Count(id => sessions.Sessions.TryRemove(id, out _));
        _ids.Clear();
        return $"{removed}";
    }
}
