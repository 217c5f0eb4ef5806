using System.Diagnostics;
using Jam.Sessions.Actors.Cluster.Torture.Figures;
using Jam.Sessions.Actors.Cluster.Torture.Machines;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>Makes calls, each at one of the nodes that a load balancer would choose.</summary>
/// <param name="nodes">The nodes.</param>
/// <param name="traffic">Is told of every call; null: of none.</param>
/// <param name="isLoyal">Stays with the node that an event strikes, and waits for it.</param>
internal sealed class Caller(NodeSet nodes, Traffic? traffic = null, bool isLoyal = false)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_loyalPatience = TimeSpan.FromSeconds(45);

    /// <summary>Calls a node and returns its reply; <see cref="Answer.NotSent"/> where the load has ended before there was a node.</summary>
    /// <param name="key">Whose sessions it is about.</param>
    /// <param name="random">Chooses the node.</param>
    /// <param name="verb">One of <see cref="Verbs"/>.</param>
    /// <param name="target">The id or key.</param>
    /// <param name="data">The data to write.</param>
    /// <param name="other">As in <see cref="Request"/>.</param>
    /// <param name="stop">Ends the search for a node.</param>
    public async Task<Reply> CallAsync(string key, Random random, string verb, string target, string? data = null, string? other = null, CancellationToken stop = default)
    {
        var isRead = verb is Verbs.Get or Verbs.List or Verbs.Count;
        traffic?.Begin(key, isRead);
        while (!stop.IsCancellationRequested)
        {
            var node = isLoyal && nodes.Victim is { Client: not null } victim ? victim : nodes.Pick(random);
            if (node?.Client is not { } client)
            {
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            var begin = Stopwatch.GetTimestamp();
            var reply = await WaitAsync(client.CallAsync(verb, target, data, other));
            if (reply.Answer != Answer.NotSent)
            {
                traffic?.End(key, isRead, begin, reply);
                return reply;
            }
        }

        return new Reply(0, Answer.NotSent);
    }

    private async Task<Reply> WaitAsync(Task<Reply> call)
    {
        try
        {
            return await call.WaitAsync(isLoyal ? s_loyalPatience : s_patience);
        }
        catch (TimeoutException)
        {
            return new Reply(0, Answer.Unknown, "no answer");
        }
    }
}
