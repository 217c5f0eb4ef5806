using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Tells the listeners of this node what ended on others: so a connection that is open here ends with its session, wherever that was ended.</summary>
/// <remarks>
/// It reads the last seconds again and again, each end told once. So a transaction that commits late is seen, and no message can be lost. It looks too whether the server is still the
/// one that it was.
/// </remarks>
internal sealed class EndsFeed(NodeServices node)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private HashSet<long> _told = [];
    private bool _wasHeard;

    public async Task RunAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_pause, ended).ConfigureAwait(false);
                await node.Database.CheckTimelineAsync().ConfigureAwait(false);
                await TellAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is DatabaseException or OperationCanceledException)
            {
                // What it missed is told with the next look, as long as that is soon enough.
            }
        }
    }

    private async Task TellAsync()
    {
        if (!node.Events.IsHeard)
        {
            _wasHeard = false;
            return;
        }

        var rows = await node.Reader.EndsAsync(node.Node).ConfigureAwait(false);

        // Who begins to listen hears of what ends from then on.
        foreach (var end in _wasHeard ? rows.Where(end => !_told.Contains(end.Number)) : [])
        {
            node.Events.TellOfOther(new SessionEnded(node.Options.StoreName, end.Handle, end.Key, end.At, SessionData.Empty, end.Why));
        }

        _told = [.. rows.Select(end => end.Number)];
        _wasHeard = true;
    }
}
