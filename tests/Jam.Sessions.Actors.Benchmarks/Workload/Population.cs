namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>What the callers know of: keys, the live ids of each (three places a key), and the data that they write.</summary>
/// <remarks>Shared by all callers without locks: a place changes by compare-and-swap, so that no two callers remove the same id.</remarks>
internal sealed class Population
{
    public const int SessionsPerKey = 3;

    private const int Payloads = 4096;

    private readonly int _preload;
    private readonly string[] _names;
    private readonly string?[] _ids;
    private readonly Zipf _popularity;
    private readonly Payload[] _payloads = [.. Enumerable.Range(0, Payloads).Select(i => Payload.Of(i, i))];

    public Population(int preload)
    {
        _preload = preload;
        var keys = Math.Max(10_000, preload / 2);
        _names = [.. Enumerable.Range(0, keys).Select(NameOf)];
        _ids = new string?[keys * SessionsPerKey];
        _popularity = new Zipf(keys);
    }

    public static string NameOf(int key) => $"user-{key:D8}";

    public string Name(int key) => _names[key];

    public int KeyOfDraw(int draw) => _popularity[draw];

    public Payload PayloadOf(uint draw) => _payloads[draw % Payloads];

    /// <summary>The sessions to begin with: one, two, three, one, … a key, until there are enough.</summary>
    public IEnumerable<NewSession> Preload() => PreloadPlaces().Select(place =>
    {
        var (key, version) = Math.DivRem(place, SessionsPerKey);
        return new NewSession(_names[key], Payload.Of(key, version));
    });

    /// <summary>Notes the ids of <see cref="Preload"/>, in its order.</summary>
    public void Know(IEnumerable<string> ids)
    {
        foreach (var (place, id) in PreloadPlaces().Zip(ids))
        {
            _ids[place] = id;
        }
    }

    /// <summary>A live id of the key: the one of a random place, or else the first.</summary>
    public string? Find(int key, int random, out int place)
    {
        place = key * SessionsPerKey + random;
        var id = Volatile.Read(ref _ids[place]);
        for (var i = 0; id is null && i < SessionsPerKey; i++)
        {
            place = key * SessionsPerKey + i;
            id = Volatile.Read(ref _ids[place]);
        }

        return id;
    }

    /// <summary>Takes an id from the others; false where one of them was faster.</summary>
    public bool TryTake(int place, string id) => Interlocked.CompareExchange(ref _ids[place], null, id) == id;

    /// <summary>Shows a new id to the others; false where the key has three.</summary>
    public bool TryAdd(int key, string id)
    {
        for (var i = 0; i < SessionsPerKey; i++)
        {
            if (Interlocked.CompareExchange(ref _ids[key * SessionsPerKey + i], id, null) is null)
            {
                return true;
            }
        }

        return false;
    }

    public bool IsFull(int key) => !_ids.AsSpan(key * SessionsPerKey, SessionsPerKey).Contains(null);

    public void Forget(int key) => _ids.AsSpan(key * SessionsPerKey, SessionsPerKey).Clear();

    private IEnumerable<int> PreloadPlaces()
    {
        var first = Enumerable.Range(0, _ids.Length).Where(place => place % SessionsPerKey <= place / SessionsPerKey % 3);
        var rest = Enumerable.Range(0, _ids.Length).Where(place => place % SessionsPerKey > place / SessionsPerKey % 3);
        return first.Concat(rest).Take(_preload);
    }
}

/// <summary>A session that is to be made before a run.</summary>
internal readonly record struct NewSession(string Key, Payload Data);
