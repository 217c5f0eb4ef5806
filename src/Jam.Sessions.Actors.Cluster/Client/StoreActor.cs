using Akka.Actor;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>The store as an actor, on any node: <c>Ask&lt;string&gt;(new CreateSession(…))</c>.</summary>
internal sealed class StoreActor : UntypedActor
{
    private readonly ClusterClient _client;

    public StoreActor(ClusterClient client) => _client = client;

    protected override void OnReceive(object message)
    {
        var (asker, self) = (Sender, Self);
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            var answer = await _client.AnswerAsync(message).ConfigureAwait(false);
            asker.Tell(answer is Exception refusal ? new Status.Failure(refusal) : answer, self);
        }
    }
}
