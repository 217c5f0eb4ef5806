using System.Diagnostics.CodeAnalysis;
using Jam.Sessions.Actors.AspNetCore.Sessions;

namespace Jam.Sessions.Actors.AspNetCore.State;

/// <summary>What a request has changed in its session's values, over what it has read.</summary>
internal sealed class StateChanges
{
    // A null is a removal.
    private readonly Dictionary<string, byte[]?> _changes = new(StringComparer.Ordinal);
    private bool _isCleared;

    public bool TryGetValue(StatePlace place, string key, [NotNullWhen(true)] out byte[]? value) =>
        _changes.TryGetValue(key, out value) ? value is not null : !_isCleared & place.Values.TryGetValue(key, out value);

    public void Set(string key, byte[] value) => _changes[key] = [.. value];

    public void Remove(StatePlace place, string key)
    {
        if (TryGetValue(place, key, out _))
        {
            _changes[key] = null;
        }
    }

    public void Clear()
    {
        _changes.Clear();
        _isCleared = true;
    }

    public void Forget()
    {
        _changes.Clear();
        _isCleared = false;
    }

    /// <summary>The values as the request sees them.</summary>
    public Dictionary<string, byte[]> Over(StatePlace place)
    {
        var values = _isCleared ? new(StringComparer.Ordinal) : new Dictionary<string, byte[]>(place.Values, StringComparer.Ordinal);
        foreach (var (name, value) in _changes)
        {
            if (value is null)
            {
                values.Remove(name);
            }
            else
            {
                values[name] = value;
            }
        }

        return values;
    }

    /// <summary>The values to be written.</summary>
    public List<KeyValuePair<string, byte[]>> Written() => _changes.Where(static change => change.Value is not null).ToList()!;

    /// <summary>The members to be removed.</summary>
    public List<string> RemovedFrom(StatePlace place) =>
    [
        .. _changes.Where(static change => change.Value is null).Select(static change => change.Key)
            .Concat(_isCleared ? place.Values.Keys.Where(name => !_changes.ContainsKey(name)) : [])
            .Select(static name => Members.State + name),
    ];
}
