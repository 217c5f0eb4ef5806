using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>What may be on the disk, by what callers were told: the acknowledged documents, or these with one batch that nobody was told of.</summary>
/// <remarks>
/// A durable acknowledgement makes its batch the only truth, so an earlier batch that failed is gone for good. What was acknowledged with relaxed
/// durability may be lost in a crash, from its end on: any of these states may be found. What a recovery found and served is the truth from then
/// on as well: a reader saw it.
/// </remarks>
internal sealed class Oracle
{
    private static readonly long s_longest = TimeSpan.FromSeconds(61).Ticks;

    private readonly List<Documents> _possible;

    // Of each timed document: the least and the latest time at which the disk may say that it was seen.
    private readonly Dictionary<long, (long Least, long Latest)> _times = [];

    // What clients have, by what the store keeps of it.
    private readonly Dictionary<string, string> _presented;
    private StrongBox<long> _furthest = new();

    /// <param name="truth">What is on the disk.</param>
    /// <param name="mode">How the store keeps its secrets.</param>
    /// <param name="ids">The ids in it.</param>
    public Oracle(Documents truth, StoreMode? mode = null, IEnumerable<string>? ids = null)
        : this([truth], truth, mode ?? StoreMode.Plain, [])
    {
        foreach (var id in ids ?? [])
        {
            Issue(id);
        }
    }

    private Oracle(List<Documents> possible, Documents latest, StoreMode mode, Dictionary<string, string> presented, Dictionary<long, (long, long)>? times = null)
    {
        (_possible, Latest, Mode, _presented) = (possible, latest, mode, presented);
        _times = times ?? _times;
    }

    /// <summary>How the store keeps its secrets.</summary>
    public StoreMode Mode { get; }

    /// <summary>The latest time that any life has seen, in UTC ticks.</summary>
    public long Furthest
    {
        get => _furthest.Value;
        set => _furthest.Value = value;
    }

    /// <summary>A client may have this id.</summary>
    public void Issue(string id) => (_presented[Mode.Ids.Of(id)], _presented[StoredIds.DigestOf(id)]) = (id, id);

    /// <summary>What the client of a session presents.</summary>
    /// <param name="stored">What the store keeps of it, or its digest.</param>
    public string Presented(string stored) => _presented.GetValueOrDefault(stored, stored);

    /// <summary>Where ids are hashed, none of them is on the disk.</summary>
    public void FindNoId(IEnumerable<byte[]> files)
    {
        if (!Mode.Ids.AreHashed)
        {
            return;
        }

        var texts = files.Select(Encoding.Latin1.GetString).ToList();
        if (_presented.Values.FirstOrDefault(id => texts.Exists(text => text.Contains($"\"{id}\"", StringComparison.Ordinal))) is { } found)
        {
            throw new Violation($"the id {found} is on the disk, and ids are hashed");
        }
    }

    /// <summary>All that was acknowledged.</summary>
    public Documents Latest { get; private set; }

    public Oracle Copy() => new([.. _possible], Latest, Mode, _presented, new(_times)) { _furthest = _furthest };

    /// <summary>A batch is on its way; nobody knows yet.</summary>
    public Documents Attempt(IEnumerable<DocumentChange> changes)
    {
        var after = Latest.With(changes);
        _possible.Add(after);
        return after;
    }

    /// <summary>The batch was acknowledged, and is not durable yet.</summary>
    public void Accept(Documents after) => Latest = after;

    /// <summary>What was accepted up to here is durable by now.</summary>
    public void Keep(Documents accepted)
    {
        if (_possible.FindIndex(possible => ReferenceEquals(possible, accepted)) is >= 0 and var at)
        {
            _possible.RemoveRange(0, at);
        }
    }

    /// <summary>The batch was acknowledged, or these documents were served.</summary>
    public void Settle(Documents truth)
    {
        _possible.Clear();
        _possible.Add(truth);
        Latest = truth;
    }

    /// <summary>A session was used, which may be on the disk from now on.</summary>
    public void Used(Document session)
    {
        var known = _times.GetValueOrDefault(session.DocumentId);
        _times[session.DocumentId] = (known.Least, Math.Max(known.Latest, session.Seen));
    }

    /// <summary>What these changes say of their sessions' use was acknowledged.</summary>
    public void Seen(IEnumerable<DocumentChange> changes)
    {
        foreach (var session in changes.Select(change => change.After).Where(session => session?.Terms is not null))
        {
            Used(session!);
            var known = _times[session!.DocumentId];
            _times[session.DocumentId] = (Math.Max(known.Least, session.Seen), known.Latest);
        }
    }

    /// <summary>Checks when sessions were seen by what a recovery found: not before what was acknowledged, and not more than a touch interval later than it was.</summary>
    public void RecoveredTimes(IReadOnlyList<Document> found, long now)
    {
        foreach (var lost in _times.Keys.Except(found.Select(session => session.DocumentId)).ToList())
        {
            // Its number may be another session's from now on.
            _times.Remove(lost);
        }

        foreach (var session in found.Where(session => session.Terms is not null))
        {
            // One whose life begins with this start: nothing of it has come to the disk yet.
            var seen = session.Seen;
            var isBegun = seen == now && session.Terms!.Since.Equals(UnixTime.FromTicksUp(now));
            if (isBegun && _times.GetValueOrDefault(session.DocumentId).Least == 0)
            {
                _times.Remove(session.DocumentId);
                continue;
            }

            if (_times.TryGetValue(session.DocumentId, out var known) && (seen < Math.Min(known.Least, now) || (known.Latest > 0 && seen > known.Latest + s_longest)))
            {
                throw new Violation($"document {session.DocumentId} was seen at {new DateTime(seen):O}, which is not between {new DateTime(known.Least):O} and {new DateTime(known.Latest):O}");
            }

            // A clock that went back makes a time to come into now; the disk says the later one until it is written anew.
            _times[session.DocumentId] = (seen, seen == now ? Math.Max(seen, known.Latest) : seen);
        }
    }

    /// <summary>Checks what a recovery found, which from now on is the truth.</summary>
    public void Recovered(Documents found)
    {
        if (!_possible.Contains(found))
        {
            throw new Violation($"recovered {found}\nexpected {string.Join("\n      or ", _possible)}");
        }

        Settle(found);
    }
}

/// <summary>Documents in file order, each as the codec writes it: the naive model of the store.</summary>
internal sealed class Documents(ImmutableArray<(long Number, string Json)> items) : IEquatable<Documents>
{
    private static readonly DocumentCodec s_codec = new(null);
    private static readonly Regex s_lifetime = new(""", "jam_sessions": \{[^{}]*(\{[^{}]*\})?\}""");

    public static Documents Of(IEnumerable<Document> sessions) => new([.. sessions.Select(Write)]);

    public Documents With(IEnumerable<DocumentChange> changes)
    {
        var after = items.ToBuilder();
        foreach (var change in changes)
        {
            var place = change.Before is { } before ? IndexOf(after, before.DocumentId) : -1;
            if (change.After is null)
            {
                after.RemoveAt(place);
            }
            else if (place < 0)
            {
                after.Add(Write(change.After));
            }
            else
            {
                after[place] = Write(change.After);
            }
        }

        return new Documents(after.DrainToImmutable());
    }

    public bool Equals(Documents? other) => other is not null && items.AsSpan().SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as Documents);

    public override int GetHashCode() => items.Length;

    public override string ToString() => string.Join(", ", items.Select(item => item.Json.Length > 90 ? $"{item.Json[..90]}… {item.Json.Length}" : item.Json));

    private static int IndexOf(ImmutableArray<(long Number, string Json)>.Builder items, long number)
    {
        for (var place = 0; place < items.Count; place++)
        {
            if (items[place].Number == number)
            {
                return place;
            }
        }

        return -1;
    }

    private ReadOnlySpan<(long, string)> Items => items.AsSpan();

    /// <summary>Without the time at which it was last seen, which moves by itself (<see cref="Oracle.RecoveredTimes"/>).</summary>
    private static (long, string) Write(Document session)
    {
        var output = new ArrayBufferWriter<byte>();
        s_codec.Write(output, session);
        return (session.DocumentId, $"{s_lifetime.Replace(Encoding.UTF8.GetString(output.WrittenSpan), "")}{session.Before?.Digest}");
    }
}

/// <summary>A guarantee was broken.</summary>
internal sealed class Violation(string message, Exception? inner = null) : Exception(message, inner);
