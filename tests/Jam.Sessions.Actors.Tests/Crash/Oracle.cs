using System.Buffers;
using System.Collections.Immutable;
using System.Text;
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
    private readonly List<Documents> _possible;

    public Oracle(Documents truth)
        : this([truth], truth)
    {
    }

    private Oracle(List<Documents> possible, Documents latest) => (_possible, Latest) = (possible, latest);

    /// <summary>All that was acknowledged.</summary>
    public Documents Latest { get; private set; }

    public Oracle Copy() => new([.. _possible], Latest);

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

    private static (long, string) Write(Document session)
    {
        var output = new ArrayBufferWriter<byte>();
        s_codec.Write(output, session);
        return (session.DocumentId, Encoding.UTF8.GetString(output.WrittenSpan));
    }
}

/// <summary>A guarantee was broken.</summary>
internal sealed class Violation(string message, Exception? inner = null) : Exception(message, inner);
