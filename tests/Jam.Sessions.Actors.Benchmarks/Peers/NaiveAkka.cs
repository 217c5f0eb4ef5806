using Akka.Actor;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>What one writes first: a registry knows which id belongs to which child, and forwards to the child, which answers. Two hops.</summary>
internal sealed class NaiveRegistry : UntypedActor
{
    private readonly Dictionary<string, IActorRef> _childrenById = [];
    private readonly Dictionary<string, IActorRef> _childrenByKey = [];

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Bare.Create create:
                var id = Ids.New();
                var child = _childrenById[id] = ChildOf(create.Key);
                child.Forward(new CreateAs(id, create.Text));
                break;
            case Bare.Get get:
                Forward(_childrenById.GetValueOrDefault(get.Id), message, Bare.None);
                break;
            case Bare.Update update:
                Forward(_childrenById.GetValueOrDefault(update.Id), message, Bare.None);
                break;
            case Bare.Delete delete:
                _childrenById.Remove(delete.Id, out var deleting);
                Forward(deleting, message, Bare.None);
                break;
            case Bare.Rework rework:
                var newId = Ids.New();
                if (_childrenById.Remove(rework.Id, out var reworking))
                {
                    _childrenById[newId] = reworking;
                }

                Forward(reworking, new ReworkAs(rework.Id, newId), Bare.None);
                break;
            case Bare.Clear clear:
                Forward(_childrenByKey.GetValueOrDefault(clear.Key), message, "0");
                break;
            case Gone gone:
                foreach (var removed in gone.Ids)
                {
                    _childrenById.Remove(removed);
                }

                break;
        }
    }

    private IActorRef ChildOf(string key) => _childrenByKey.TryGetValue(key, out var child)
        ? child
        : _childrenByKey[key] = Context.ActorOf(Props.Create(typeof(NaiveKeyActor)), key);

    private void Forward(IActorRef? child, object message, string otherwise)
    {
        if (child is null)
        {
            Sender.Tell(otherwise);
        }
        else
        {
            child.Forward(message);
        }
    }

    private sealed record CreateAs(string Id, string Text);

    private sealed record ReworkAs(string Id, string NewId);

    private sealed record Gone(string[] Ids);

    private sealed class NaiveKeyActor : UntypedActor
    {
        private readonly Dictionary<string, string> _sessions = new(1);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case CreateAs create:
                    _sessions[create.Id] = create.Text;
                    Sender.Tell(create.Id);
                    break;
                case Bare.Get get:
                    Sender.Tell(_sessions.GetValueOrDefault(get.Id, Bare.None));
                    break;
                case Bare.Update update:
                    var isFound = _sessions.ContainsKey(update.Id);
                    if (isFound)
                    {
                        _sessions[update.Id] = update.Text;
                    }

                    Sender.Tell(isFound ? Bare.Done : Bare.None);
                    break;
                case Bare.Delete delete:
                    Sender.Tell(_sessions.Remove(delete.Id) ? Bare.Done : Bare.None);
                    break;
                case ReworkAs rework:
                    if (_sessions.Remove(rework.Id, out var text))
                    {
                        _sessions[rework.NewId] = text;
                    }

                    Sender.Tell(text is null ? Bare.None : rework.NewId);
                    break;
                case Bare.Clear:
                    Context.Parent.Tell(new Gone([.. _sessions.Keys]));
                    Sender.Tell($"{_sessions.Count}");
                    _sessions.Clear();
                    break;
            }
        }
    }
}
