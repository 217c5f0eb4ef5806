using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Asserts that an engine serves every document of a golden file as jam reads it.</summary>
internal static class Served
{
    public static async Task AssertAsync(GoldenFile file, IJamSessions sessions)
    {
        var first = new Dictionary<string, GoldenRow>(StringComparer.Ordinal);
        foreach (var row in file.Rows())
        {
            if (row.SessionId is not { } id)
            {
                continue;
            }

            if (id.Length == 0)
            {
                await Assert.ThrowsAsync<ArgumentException>(async () => await sessions.GetAsync(id));
                continue;
            }

            Assert.True(first.TryAdd(id, row) || row.IsShadowed);
            if (row.Error is not (null or "JSONDecodeError"))
            {
                await Assert.ThrowsAsync<SessionDataException>(async () => await sessions.GetAsync(id));
                continue;
            }

            var session = await sessions.GetAsync(id);
            Assert.NotNull(session);
            AssertIs(first[id], session);
            if (row.Data is { } data)
            {
                Assert.Equal(data.Canonical(), PyJson.Parse(session.Data.Json).Canonical());
                AssertReadable(session.Data, data);
            }
            else if (row.Error is not null)
            {
                AssertNotReadable(session.Data);
            }
        }
    }

    private static void AssertIs(GoldenRow row, Session session)
    {
        var text = session.Data.Json;
        Assert.Equal((row.SessionId, row.Key), (session.Id, session.Key));
        Assert.Equal(row.CreatedAt, (session.CreatedAt!.Value - DateTimeOffset.UnixEpoch).TotalSeconds, tolerance: 1e-6);
        Assert.Equal(row.DataText ?? text, text);
        Assert.Equal(row.DataTextLength ?? text.Length, text.Length);
        Assert.True(row.DataText is not null || row.DataTextSha256 == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    private static void AssertReadable(SessionData served, PyJson data)
    {
        if (IsStandard(served.Json))
        {
            Assert.Equal(served.Json, served.As<JsonElement>().GetRawText());
        }
        else
        {
            AssertNotReadable(served);
            return;
        }

        if (data is PyJson.Members && IsDecodable(data))
        {
            Assert.Equal(data.Canonical(isOrderFree: true), PyJson.FromClr(served.ToDictionary()).Canonical(isOrderFree: true));
            var asObject = served.ToJsonObject().ToJsonString(new() { MaxDepth = SessionData.MaxDepth });
            Assert.Equal(data.Canonical(isOrderFree: true), PyJson.Parse(asObject).Canonical(isOrderFree: true));
        }
        else
        {
            Assert.Throws<SessionDataException>(() => served.ToDictionary());
        }
    }

    private static void AssertNotReadable(SessionData served)
    {
        Assert.Throws<SessionDataException>(() => served.ToJsonObject());
        Assert.Throws<SessionDataException>(() => served.ToDictionary());
        Assert.Throws<SessionDataException>(() => served.As<JsonElement>());
    }

    private static bool IsStandard(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = SessionData.MaxDepth });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>.NET refuses to decode lone surrogates.</summary>
    private static bool IsDecodable(PyJson data) => data switch
    {
        PyJson.Text text => IsPaired(text.Value),
        PyJson.Items items => items.Values.All(IsDecodable),
        PyJson.Members members => members.Values.All(member => IsPaired(member.Name) && IsDecodable(member.Value)),
        _ => true,
    };

    private static bool IsPaired(string text) =>
        !text.EnumerateRunes().Contains(Rune.ReplacementChar) || text.Contains('\uFFFD', StringComparison.Ordinal);
}
