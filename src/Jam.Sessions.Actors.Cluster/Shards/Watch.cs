using Akka.Cluster;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>Looks every second whether the server is still the one that it was, and who else is at work on its tables.</summary>
/// <remarks>
/// A node whose first seed node is itself forms a cluster of its own where it reaches no other. Both would own all keys. So each says in the tables that it is up, and
/// those whose cluster came later own nothing as long as another one is there.
/// </remarks>
internal sealed class Watch(NodeServices node, Akka.Cluster.Cluster cluster, Action<bool> onDisputed)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <param name="also">What is done as often.</param>
    /// <param name="ended">Ends it.</param>
    public async Task RunAsync(Func<Task> also, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
                await also().ConfigureAwait(false);
                await Task.Delay(node.IsDisputed ? s_pause / 10 : s_pause, ended).ConfigureAwait(false);
            }
            catch (Exception) when (!ended.IsCancellationRequested)
            {
                // As without a server. It looks again, whatever it was.
                await Task.Delay(s_pause, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    private async Task LookAsync()
    {
        if (node.IsEnded || cluster.SelfMember.Status is not (MemberStatus.Up or MemberStatus.Leaving))
        {
            return;
        }

        await node.Database.CheckTimelineAsync().ConfigureAwait(false);
        var first = (await node.Reader.NoteNodeAsync(node.Node, cluster.SelfAddress.ToString()).ConfigureAwait(false))[0];
        var isDisputed = cluster.State.Members.All(member => member.Address.ToString() != first);
        if (node.Dispute != isDisputed)
        {
            node.Dispute = isDisputed;
            onDisputed(isDisputed);
        }
    }
}
