using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Serialization;

namespace Jam.Sessions.Actors.Keys;

/// <summary>What an <c>Ask</c> of the engine gets its reference from: an answer that comes too late is dropped, where Akka would print it.</summary>
/// <remarks>
/// An answer may be a session id, and Akka logs what reaches nobody with its content. A <see cref="FutureActorRef{T}"/> sends that to its
/// provider's dead letters, in the same step in which it finds that nobody waits: so there is no moment between looking and telling.
/// </remarks>
internal sealed class QuietProvider(IActorRefProvider provider) : IActorRefProvider
{
    public IActorRef DeadLetters => provider.IgnoreRef;

    public FutureActorRef<T> CreateFutureRef<T>(TaskCompletionSource<T> tcs) => new(tcs, provider.TempPath(), this);

    public IInternalActorRef RootGuardian => provider.RootGuardian;

    public LocalActorRef Guardian => provider.Guardian;

    public LocalActorRef SystemGuardian => provider.SystemGuardian;

    public IActorRef IgnoreRef => provider.IgnoreRef;

    public ActorPath RootPath => provider.RootPath;

    public Akka.Actor.Settings Settings => provider.Settings;

    public Deployer Deployer => provider.Deployer;

    public IInternalActorRef TempContainer => provider.TempContainer;

    public Task TerminationTask => provider.TerminationTask;

    public Address DefaultAddress => provider.DefaultAddress;

    public Information SerializationInformation => provider.SerializationInformation;

    public IActorRef RootGuardianAt(Address address) => provider.RootGuardianAt(address);

    public void Init(ActorSystemImpl system) => provider.Init(system);

    public ActorPath TempPath() => provider.TempPath();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => provider.RegisterTempActor(actorRef, path);

    public void UnregisterTempActor(ActorPath path) => provider.UnregisterTempActor(path);

    public IInternalActorRef ActorOf(
        ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService, Deploy deploy, bool lookupDeploy, bool async) =>
        provider.ActorOf(system, props, supervisor, path, systemService, deploy, lookupDeploy, async);

    public IActorRef ResolveActorRef(string path) => provider.ResolveActorRef(path);

    public IActorRef ResolveActorRef(ActorPath actorPath) => provider.ResolveActorRef(actorPath);

    public Address GetExternalAddressFor(Address address) => provider.GetExternalAddressFor(address);
}
