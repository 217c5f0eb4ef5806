using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
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
        var prefix = query.KeyPrefix is null ? [] : RowCodec.KeyBytes(query.KeyPrefix);
        var sessions = await node.Reader.PageAsync(PlaceOf(query.After), prefix, query.Limit, node.Clock.Now()).ConfigureAwait(false);
        return new SessionPage(
            [.. sessions.Select(session => new KeyedSessionInfo(session.Key, SessionReader.InfoOf(session)))],
            sessions.Count < query.Limit ? null : TextOf(sessions[^1]));
    }

    private static string TextOf(Document last)
    {
        var (key, digest) = (RowCodec.KeyBytes(last.Key), RowCodec.DigestBytes(last.Id));
        Span<byte> place = new byte[sizeof(long) + digest.Length + key.Length];
        BinaryPrimitives.WriteInt64BigEndian(place, last.DocumentId);
        digest.CopyTo(place[sizeof(long)..]);
        key.CopyTo(place[(sizeof(long) + digest.Length)..]);
        return Base64Url.EncodeToString(place);
    }

    /// <summary>What is no place is the first.</summary>
    private static RowPlace PlaceOf(string? text)
    {
        const int Head = sizeof(long) + SHA256.HashSizeInBytes;
        return text is not null && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: >= Head } place
            ? new RowPlace(place[Head..], BinaryPrimitives.ReadInt64BigEndian(place), place[sizeof(long)..Head])
            : new RowPlace([], long.MinValue, []);
    }
}
