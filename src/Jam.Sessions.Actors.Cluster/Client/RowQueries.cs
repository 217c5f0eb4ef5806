using System.Buffers.Binary;
using System.Buffers.Text;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Questions that the rows answer: those about the whole store, and those whose owner is silent.</summary>
internal sealed class RowQueries(NodeServices node)
{
    /// <summary>A question about the whole store.</summary>
    public async Task<object> AnswerAsync(ISessionQuery query)
    {
        switch (query)
        {
            case CountSessions:
                return await node.Reader.CountAsync().ConfigureAwait(false);
            case QuerySessions page:
                return await PageAsync(page).ConfigureAwait(false);
            case WatchSessions watch:
                return node.Events.Listen(watch.Capacity, watch.EndsOnly);
            case DescribeStore:
                return new StoreDescription(node.Options.IdleTimeout, node.Options.MaxLifetime, node.Options.MaxDataBytes, IsReadableOnDisk: true);
            case GetSessionsStatus:
                return node.Status();
            default:
                return new UnknownSessionMessageException(query.GetType());
        }
    }

    /// <summary>The answer of the rows themselves, where their owner does not answer; null where they cannot be read either.</summary>
    /// <remarks>They are what was committed. Nothing is noted: a session that is read so does not count as used.</remarks>
    public async Task<object?> TryAnswerFromRowsAsync(byte[] route, ISessionMessage message)
    {
        List<Document> rows;
        try
        {
            rows = await node.Reader.SessionsOfAsync(route).ConfigureAwait(false);
        }
        catch (DatabaseException e)
        {
            return node.Database.IsAway ? e.ForHost() : null;
        }

        return new OwnedSessions(KeySessions.Of([.. rows]), node.Rules, node.Ends, node.Clock.Now(), highest: 0, mayNote: false).Answer(message, drawnId: null);
    }

    private async Task<SessionPage> PageAsync(QuerySessions query)
    {
        var (key, number) = PlaceOf(query.After);
        var prefix = query.KeyPrefix is null ? [] : RowCodec.KeyBytes(query.KeyPrefix);
        var sessions = await node.Reader.PageAsync(key, number, prefix, query.Limit, node.Clock.Now()).ConfigureAwait(false);
        return new SessionPage(
            [.. sessions.Select(session => new KeyedSessionInfo(session.Key, SessionReader.InfoOf(session)))],
            sessions.Count < query.Limit ? null : TextOf(RowCodec.KeyBytes(sessions[^1].Key), sessions[^1].DocumentId));
    }

    private static string TextOf(byte[] key, long number)
    {
        Span<byte> place = new byte[sizeof(long) + key.Length];
        BinaryPrimitives.WriteInt64BigEndian(place, number);
        key.CopyTo(place[sizeof(long)..]);
        return Base64Url.EncodeToString(place);
    }

    /// <summary>What is no place is the first.</summary>
    private static (byte[] Key, long Number) PlaceOf(string? text)
    {
        if (text is null || !Base64Url.IsValid(text) || Base64Url.DecodeFromChars(text) is not { Length: >= sizeof(long) } place)
        {
            return ([], long.MinValue);
        }

        return (place[sizeof(long)..], BinaryPrimitives.ReadInt64BigEndian(place));
    }
}
