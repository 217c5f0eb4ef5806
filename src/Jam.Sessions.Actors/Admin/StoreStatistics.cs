using System.Text.Json;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>Counts, ages and sizes of a store, of one walk through its sessions.</summary>
internal sealed class StoreStatistics
{
    /// <summary>So many of the largest keys are told.</summary>
    public const int LargestKeys = 10;

    private static readonly (string Name, TimeSpan Limit)[] s_ages =
    [
        ("hour", TimeSpan.FromHours(1)), ("day", TimeSpan.FromDays(1)), ("week", TimeSpan.FromDays(7)), ("month", TimeSpan.FromDays(30)), ("older", TimeSpan.MaxValue),
    ];

    private readonly Dictionary<string, (int Sessions, long Bytes)> _keys = new(StringComparer.Ordinal);
    private readonly int[] _ages = new int[s_ages.Length];
    private int _live;
    private int _ended;
    private int _unreadable;
    private int _withEnd;
    private int _unknownAge;
    private long _bytes;
    private int _largest;

    public static StoreStatistics Of(IEnumerable<Document> sessions, long now)
    {
        var statistics = new StoreStatistics();
        foreach (var session in sessions)
        {
            statistics.Add(session, now);
        }

        return statistics;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("live", _live);
        json.WriteNumber("ended", _ended);
        json.WriteNumber("unreadable", _unreadable);
        json.WriteNumber("withDeadline", _withEnd);
        json.WriteNumber("keys", _keys.Count);
        json.WriteNumber("dataBytes", _bytes);
        json.WriteNumber("largestDataBytes", _largest);
        json.WriteStartObject("ages");
        for (var i = 0; i < s_ages.Length; i++)
        {
            json.WriteNumber(s_ages[i].Name, _ages[i]);
        }

        json.WriteNumber("unknown", _unknownAge);
        json.WriteEndObject();
        json.WriteStartArray("largestKeys");
        foreach (var (key, (sessions, bytes)) in _keys.OrderByDescending(key => key.Value.Sessions).ThenByDescending(key => key.Value.Bytes).ThenBy(key => key.Key, StringComparer.Ordinal).Take(LargestKeys))
        {
            json.WriteStartObject();
            SessionRow.WriteKey(json, key);
            json.WriteNumber("sessions", sessions);
            json.WriteNumber("dataBytes", bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Add(Document session, long now)
    {
        if (!session.IsAliveAt(now))
        {
            _ended++;
            return;
        }

        _live++;
        _unreadable += ReferenceEquals(session.Data, SessionData.Unreadable) ? 1 : 0;
        _withEnd += session.Terms is { HaveDeadline: true } ? 1 : 0;
        _bytes += session.Data.Length;
        _largest = Math.Max(_largest, session.Data.Length);
        var (sessions, bytes) = _keys.GetValueOrDefault(session.Key);
        _keys[session.Key] = (sessions + 1, bytes + session.Data.Length);
        if (session.CreatedAt is not { } created)
        {
            _unknownAge++;
            return;
        }

        var age = TimeSpan.FromTicks(Math.Max(0, now - created.UtcTicks));
        _ages[Array.FindIndex(s_ages, group => age < group.Limit)]++;
    }
}
