using System.Runtime.InteropServices;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Model;

/// <summary>What the commands of one batch change: each change as it was stated, and folded to one for each document.</summary>
/// <remarks>Almost every batch is one command, and then both are what that command stated.</remarks>
internal struct BatchChanges
{
    private DocumentChange[]? _folded;
    private List<DocumentChange>? _all;

    /// <summary>The changes in the order of the commands, for whoever wants to tell each.</summary>
    public readonly ReadOnlySpan<DocumentChange> Stated => _all is null ? _folded : CollectionsMarshal.AsSpan(_all);

    /// <summary>Each document once, as it was before the batch and as it is after it, from <see cref="Fold"/> on.</summary>
    public readonly ReadOnlySpan<DocumentChange> Folded => _folded;

    public void Add(DocumentChange[] changes)
    {
        if (changes.Length == 0)
        {
            return;
        }

        if (_folded is null)
        {
            _folded = changes;
            return;
        }

        (_all ??= [.. _folded]).AddRange(changes);
    }

    /// <summary>Ends the batch. A document that came and went in it is left out.</summary>
    public void Fold()
    {
        if (_all is null)
        {
            return;
        }

        var places = new Dictionary<long, int>(_all.Count);
        var folded = new List<DocumentChange>(_all.Count);
        foreach (var change in _all)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, (change.Before ?? change.After)!.DocumentId, out var isKnown);
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
        _folded = [.. folded];
    }
}
