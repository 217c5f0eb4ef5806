using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>Values of the keys that were used last: a map that keeps about so many, in two generations. Any thread may use it.</summary>
/// <remarks>What is found in the elder generation is taken over into the younger; when that has half of the capacity, the elder is dropped.</remarks>
/// <param name="capacity">About how many.</param>
/// <param name="comparer">Tells keys from each other.</param>
internal sealed class Recent<TKey, T>(int capacity, IEqualityComparer<TKey> comparer)
    where TKey : notnull
    where T : class
{
    private Generation _younger = new(comparer), _elder = new(comparer);

    public T? Find(TKey key)
    {
        if (_younger.Values.TryGetValue(key, out var value))
        {
            return value;
        }

        if (_elder.Values.TryGetValue(key, out value))
        {
            Keep(key, value);
        }

        return value;
    }

    public void Keep(TKey key, T value)
    {
        var younger = Volatile.Read(ref _younger);
        if (younger.Values.TryAdd(key, value))
        {
            if (Interlocked.Increment(ref younger.Count) > capacity / 2)
            {
                Age(younger);
            }
        }
        else
        {
            younger.Values[key] = value;
        }
    }

    private void Age(Generation full)
    {
        // In this order: whatever was kept is found all the time.
        Volatile.Write(ref _elder, full);
        Interlocked.CompareExchange(ref _younger, new Generation(comparer), full);
    }

    private sealed class Generation(IEqualityComparer<TKey> comparer)
    {
        public readonly ConcurrentDictionary<TKey, T> Values = new(comparer);
        public int Count;
    }
}
