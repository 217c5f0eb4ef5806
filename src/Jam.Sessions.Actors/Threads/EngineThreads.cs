using System.Collections.Concurrent;
using Akka.Actor;

namespace Jam.Sessions.Actors.Threads;

/// <summary>The threads of one engine, and the dispatchers by which its actors reach them.</summary>
/// <remarks>An actor system forgets no dispatcher, so those of an engine that has ended are the next one's.</remarks>
internal sealed class EngineThreads
{
    private const int ManyMessages = 1000;
    private const int FewMessages = 16;

    private readonly string _writer;
    private readonly string _workers;
    private readonly string _callers;

    private EngineThreads(ActorSystem system, int number)
    {
        Writer = new EngineThread($"writer-{number}");
        Workers = new Workers($"worker-{number}");
        _writer = EngineDispatcher.Register(system, Writer, ManyMessages);
        _workers = EngineDispatcher.Register(system, Workers, FewMessages);
        _callers = EngineDispatcher.Register(system, new CallersThread($"callers-{number}", Workers), FewMessages);
    }

    public EngineThread Writer { get; }

    public Workers Workers { get; }

    /// <summary>Those of an engine that has ended, or new ones.</summary>
    public static EngineThreads Rent(ActorSystem system) => system.WithExtension<Shared, Provider>().Rent(system);

    /// <summary>To be called once the engine's actors have stopped.</summary>
    public static void Return(ActorSystem system, EngineThreads threads) => system.WithExtension<Shared, Provider>().Return(threads);

    public Props OnWriter(Props props) => EngineMailbox.On(props.WithDispatcher(_writer), isGuarded: true);

    /// <param name="props">The actor's.</param>
    /// <param name="isGuarded">Whether nobody but its parent may end it.</param>
    public Props OnWorkers(Props props, bool isGuarded) => EngineMailbox.On(props.WithDispatcher(_workers), isGuarded);

    public Props OnCallersThread(Props props) => EngineMailbox.On(props.WithDispatcher(_callers), isGuarded: true);

    private sealed class Shared : IExtension
    {
        private readonly ConcurrentBag<EngineThreads> _free = [];
        private int _count;

        public EngineThreads Rent(ActorSystem system) => _free.TryTake(out var threads) ? threads : new EngineThreads(system, Interlocked.Increment(ref _count));

        public void Return(EngineThreads threads) => _free.Add(threads);
    }

    private sealed class Provider : ExtensionIdProvider<Shared>
    {
        public override Shared CreateExtension(ExtendedActorSystem system)
        {
            EngineMailbox.Register(system);
            return new Shared();
        }
    }
}
