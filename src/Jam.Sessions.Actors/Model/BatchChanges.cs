using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Model;

/// <summary>What the commands of one batch change: each change as it was stated, and folded to one for each document.</summary>
/// <remarks>Almost every batch changes no document twice, and then both are the same.</remarks>
internal struct BatchChanges
{
    // So few are compared with each other faster than they are looked up.
    private const int Few = 16;

    private DocumentChange[]? _first;
    private List<DocumentChange>? _all;
    private DocumentChange[]? _folded;

    /// <summary>The changes in the order of the commands, for whoever wants to tell each.</summary>
    public readonly ReadOnlySpan<DocumentChange> Stated => _all is null ? _first : CollectionsMarshal.AsSpan(_all);

    /// <summary>Each document once, as it was before the batch and as it is after it, from <see cref="Fold"/> on.</summary>
    public readonly ReadOnlySpan<DocumentChange> Folded => _folded ?? Stated;

    public void Add(DocumentChange[] changes)
    {
        if (changes.Length == 0)
        {
            return;
        }

        if (_first is null)
        {
            _first = changes;
            return;
        }

        (_all ??= [.. _first]).AddRange(changes);
    }

    /// <summary>The id that a session has since a rework in this batch took this one from it; null where none did.</summary>
    /// <param name="digest">Of the id before.</param>
    public readonly string? ReworkedFrom(string digest)
    {
        foreach (var (_, after) in Stated)
        {
            if (after?.Before is { } before && before.Digest == digest)
            {
                return after.Id;
            }
        }

        return null;
    }

    /// <summary>Ends the batch. A document that came and went in it is left out.</summary>
    public void Fold()
    {
        if (_all is not null && HasDocumentTwice(Stated))
        {
            _folded = FoldByDocument(_all);
        }
    }

    private static bool HasDocumentTwice(ReadOnlySpan<DocumentChange> changes)
    {
        if (changes.Length > Few)
        {
            var seen = new HashSet<long>(changes.Length);
            foreach (var change in changes)
            {
                if (!seen.Add(change.DocumentId))
                {
                    return true;
                }
            }

            return false;
        }

        for (var i = 1; i < changes.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (changes[i].DocumentId == changes[j].DocumentId)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static DocumentChange[] FoldByDocument(List<DocumentChange> all)
    {
        var places = new Dictionary<long, int>(all.Count);
        var folded = new List<DocumentChange>(all.Count);
        foreach (var change in all)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, change.DocumentId, out var isKnown);
            if (isKnown)
            {
                folded[place] = new DocumentChange(folded[place].Before, change.After, folded[place].Intent | change.Intent);
            }
            else
            {
                place = folded.Count;
                folded.Add(change);
            }
        }

        folded.RemoveAll(static change => change.Before is null && change.After is null);
        return [.. folded];
    }
}
