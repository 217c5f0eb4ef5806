using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Tells the listeners of this node what ended on others: so a connection that is open here ends with its session, wherever that was ended.</summary>
/// <remarks>It reads the last seconds again and again, each end told once. So a transaction that commits late is seen, and no message can be lost.</remarks>
internal sealed class EndsFeed(NodeServices node)
{
    private HashSet<long> _told = [];
    private bool _wasHeard;

    public async Task TellAsync()
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
