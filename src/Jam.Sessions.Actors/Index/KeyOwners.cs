using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>Which key decides for which: keys that share a session id in a jam file are decided together, all others alone.</summary>
internal sealed class KeyOwners
{
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    public KeyOwners(IEnumerable<(string First, string Second)> linkedKeys)
    {
        foreach (var (first, second) in linkedKeys)
        {
            var (owner, other) = (OwnerOf(first), OwnerOf(second));
            if (owner == other)
            {
                continue;
            }

            foreach (var key in _owners.Where(pair => pair.Value == other).Select(pair => pair.Key).Append(other).ToList())
            {
                _owners[key] = owner;
            }
        }
    }

    public string OwnerOf(string key) => _owners.Count > 0 && _owners.TryGetValue(key, out var owner) ? owner : key;

    /// <summary>The documents that can be served, those of each owner together, in file order.</summary>
    public StripedTable<KeySessions, OwnerSlotKey> Group(IReadOnlyList<Document> documents)
    {
        // Of each owner the last document, and of each document the one before it and how many there are up to it.
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        var chain = new (int Before, int Count)[documents.Count];
        for (var i = 0; i < documents.Count; i++)
        {
            if (!documents[i].IsOpaque)
            {
                ref var end = ref CollectionsMarshal.GetValueRefOrAddDefault(last, OwnerOf(documents[i].Key), out var isKnown);
                chain[i] = isKnown ? (end, chain[end].Count + 1) : (-1, 1);
                end = i;
            }
        }

        var groups = new StripedTable<KeySessions, OwnerSlotKey>(new OwnerSlotKey(this), last.Count);
        foreach (var (owner, end) in last)
        {
            var sessions = new Document[chain[end].Count];
            for (var (i, at) = (end, sessions.Length - 1); at >= 0; (i, at) = (chain[i].Before, at - 1))
            {
                sessions[at] = documents[i];
            }

            groups.TryExchange(owner, default, KeySessions.Of(sessions));
        }

        return groups;
    }
}
