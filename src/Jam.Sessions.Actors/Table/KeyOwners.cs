using System.Collections.Concurrent;
using System.Collections.Immutable;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Table;

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

    public ConcurrentDictionary<string, KeySessions> Group(IReadOnlyList<Session> documents)
    {
        var groups = new Dictionary<string, ImmutableArray<Session>.Builder>(StringComparer.Ordinal);
        foreach (var session in documents)
        {
            if (session.IsOpaque)
            {
                continue;
            }

            var owner = OwnerOf(session.Key);
            if (!groups.TryGetValue(owner, out var group))
            {
                groups[owner] = group = ImmutableArray.CreateBuilder<Session>(1);
            }

            group.Add(session);
        }

        return new ConcurrentDictionary<string, KeySessions>(
            concurrencyLevel: -1,
            groups.Select(group => KeyValuePair.Create(group.Key, new KeySessions(group.Value.DrainToImmutable()))),
            StringComparer.Ordinal);
    }
}
