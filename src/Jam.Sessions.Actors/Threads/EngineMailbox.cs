using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Akka.Dispatch.SysMsg;

namespace Jam.Sessions.Actors.Threads;

/// <summary>The mailbox of the engine's actors: an empty one keeps no room, and whoever waits for an answer gets one when the actor has stopped.</summary>
/// <remarks>
/// There are many key actors that wait; Akka's own mailbox keeps room for 32 messages in each. Akka finds mailboxes by their name in the
/// configuration and makes them through this constructor. Only the manager stops its children: what somebody sends to end one is dropped.
/// </remarks>
internal sealed class EngineMailbox : MailboxType, IProducesMessageQueue<EngineMailbox.Messages>
{
    private const string Id = "jam-sessions-mailbox";
    private const string Guarded = "guarded";

    private readonly bool _isGuarded;

    public EngineMailbox(Akka.Actor.Settings settings, Config config) : base(settings, config) => _isGuarded = config.GetBoolean(Guarded);

    /// <summary>Makes both kinds known to an actor system: once, since each call would stay in its configuration.</summary>
    public static void Register(ActorSystem system) => system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString($$"""
        {{IdOf(isGuarded: false)}} { mailbox-type = "{{typeof(EngineMailbox).AssemblyQualifiedName}}", {{Guarded}} = off }
        {{IdOf(isGuarded: true)}} { mailbox-type = "{{typeof(EngineMailbox).AssemblyQualifiedName}}", {{Guarded}} = on }
        """));

    /// <param name="props">The actor's.</param>
    /// <param name="isGuarded">Whether a poison pill or a kill message that somebody sends is dropped.</param>
    public static Props On(Props props, bool isGuarded) => props.WithMailbox(IdOf(isGuarded));

    private static string IdOf(bool isGuarded) => isGuarded ? $"{Id}-{Guarded}" : Id;

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Messages(_isGuarded);

    /// <summary>A ring that grows with what waits; a large one goes when it is empty. Its own lock, since each object more would count thousands of times.</summary>
    internal sealed class Messages(bool isGuarded) : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private const int LargestKeptRing = 8;

        private Envelope[] _ring = [];
        private int _first;
        private int _count;
        private bool _isClosed;

        // Null once the actor runs.
        private SystemMessage[]? _early = [];

        public bool HasMessages => Volatile.Read(ref _count) > 0;

        public int Count => Volatile.Read(ref _count);

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            if (!(isGuarded && envelope.Message is (PoisonPill or Kill)) && !TryEnqueue(envelope))
            {
                Reject(envelope, receiver);
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

        /// <summary>Keeps what the system has to say to an actor that is still being made; false where it runs already.</summary>
        public bool TryKeepEarly(SystemMessage message)
        {
            lock (this)
            {
                _early = _early is null ? null : [.. _early, message];
                return _early is not null;
            }
        }

        /// <summary>The actor runs from here on: what was kept for it.</summary>
        public SystemMessage[] TakeEarly()
        {
            lock (this)
            {
                (var early, _early) = (_early, null);
                return early ?? [];
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
                Reject(envelope, owner);
            }
        }

        private static void Reject(Envelope envelope, IActorRef owner)
        {
            if (envelope.Message is IAwaitsAnswer awaiting)
            {
                awaiting.Reject(owner);
            }
            else if (envelope.Message is ISessionMessage)
            {
                Asker.Answer(envelope.Sender, new Status.Failure(new SessionsStoppingException()), owner);
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
