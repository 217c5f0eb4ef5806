using System.Diagnostics;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Finds, by their deadlines, keys with sessions that have ended, and has their owners end them.</summary>
/// <remarks>Any node may do it, and several at once: the owner decides. Nobody waits for it.</remarks>
internal sealed class Sweeper(NodeServices node, Func<byte[], Task<int>> sweepKey)
{
    private const int AtOnce = 16;

    /// <summary>One sweep.</summary>
    /// <returns>How many sessions have ended by it.</returns>
    public async Task<int> SweepAsync()
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var ended = await EndDueAsync().ConfigureAwait(false);
            node.Telemetry.Swept(Stopwatch.GetElapsedTime(began), failure: null);
            return ended;
        }
        catch (Exception e)
        {
            node.Telemetry.Swept(Stopwatch.GetElapsedTime(began), e);
            throw;
        }
    }

    /// <summary>Sweeps from time to time until the node ends.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken ended)
    {
        if (interval == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        // Nodes that start together sweep one after the other.
        var pause = interval * (0.5 + Random.Shared.NextDouble());
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, ended).ConfigureAwait(false);
                await SweepAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                // The next one finds what this one has left.
            }

            pause = interval;
        }
    }

    private async Task<int> EndDueAsync()
    {
        var (swept, total) = (new HashSet<string>(StringComparer.Ordinal), 0);
        while (!node.IsEnded)
        {
            // One that its owner sees alive is found again, and is none of this sweep's.
            var due = (await node.Reader.DueAsync(node.Clock.Now()).ConfigureAwait(false)).FindAll(route => swept.Add(Routes.OwnerOf(route)));
            if (due.Count == 0)
            {
                break;
            }

            foreach (var some in due.Chunk(AtOnce))
            {
                total += (await Task.WhenAll(some.Select(sweepKey)).ConfigureAwait(false)).Sum();
            }
        }

        await node.Reader.PruneAsync().ConfigureAwait(false);
        return total;
    }
}
