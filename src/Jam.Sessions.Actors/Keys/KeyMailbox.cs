using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The mailbox of key actors, of which there are many that wait: Akka's own keeps room for 32 messages in each, this one none.</summary>
/// <remarks>Akka finds mailboxes by their name in the configuration and makes them through this constructor.</remarks>
internal sealed class KeyMailbox : MailboxType, IProducesMessageQueue<KeyMailbox.Messages>
{
    private const string Id = "jam-sessions-key-mailbox";

    public KeyMailbox(Akka.Actor.Settings settings, Config config) : base(settings, config)
    {
    }

    public static Props On(ActorSystem system, Props props)
    {
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString(
            $"{Id}.mailbox-type = \"{typeof(KeyMailbox).AssemblyQualifiedName}\""));
        return props.WithMailbox(Id);
    }

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Messages();

    /// <summary>A ring that grows with what waits; a large one goes when it is empty. Its own lock, since each object more would count thousands of times.</summary>
    internal sealed class Messages : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private const int LargestKeptRing = 8;

        private Envelope[] _ring = [];
        private int _first;
        private int _count;
        private bool _isClosed;

        public bool HasMessages => Volatile.Read(ref _count) > 0;

        public int Count => Volatile.Read(ref _count);

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            if (!TryEnqueue(envelope))
            {
                (envelope.Message as Request)?.Reject(receiver);
            }
        }

        public bool TryDequeue(out Envelope envelope)
        {
            lock (this)
            {
                if (_count == 0)
                {
                    envelope = default;
                    return false;
                }

                envelope = _ring[_first];
                _ring[_first] = default;
                _first = (_first + 1) % _ring.Length;
                _count--;
                if (_count == 0 && _ring.Length > LargestKeptRing)
                {
                    (_ring, _first) = ([], 0);
                }

                return true;
            }
        }

        /// <summary>The actor has stopped: whoever asked it something, or is about to, hears so.</summary>
        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            lock (this)
            {
                _isClosed = true;
            }

            while (TryDequeue(out var envelope))
            {
                if (envelope.Message is Request request)
                {
                    request.Reject(owner);
                }
                else
                {
                    deadletters.Enqueue(owner, envelope);
                }
            }
        }

        private bool TryEnqueue(Envelope envelope)
        {
            lock (this)
            {
                if (_isClosed)
                {
                    return false;
                }

                if (_count == _ring.Length)
                {
                    Grow();
                }

                _ring[(_first + _count) % _ring.Length] = envelope;
                _count++;
                return true;
            }
        }

        private void Grow()
        {
            var ring = new Envelope[Math.Max(1, _ring.Length * 2)];
            for (var i = 0; i < _count; i++)
            {
                ring[i] = _ring[(_first + i) % _ring.Length];
            }

            (_ring, _first) = (ring, 0);
        }
    }
}
