namespace Jam.Sessions.Actors.Torture;

/// <summary>Which ids clients have heard, by what the file has of them.</summary>
public sealed class IssuedIds(SecretMode mode)
{
    private readonly Dictionary<string, string> _presented = [];
    private readonly HashSet<string> _all = [];

    /// <summary>A client has heard this id. Returns what the file has of it.</summary>
    public string Hear(string id)
    {
        var stored = mode.StoredIdOf(id);
        _presented[stored] = id;
        _all.Add(id);
        return stored;
    }

    /// <summary>What a client presents for a session of the file; null where no client ever heard its id, and nobody can read it from the file.</summary>
    public string? PresentedFor(string stored) => mode.AreIdsHashed ? _presented.GetValueOrDefault(stored) : stored;

    /// <summary>What the files of a folder hold that this mode keeps out of them.</summary>
    public IEnumerable<string> LeaksIn(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var text = File.ReadAllText(path);
            if (mode.AreIdsHashed && text.Split('"').Any(_all.Contains))
            {
                yield return $"{Path.GetFileName(path)} holds an id as clients present it";
            }

            if (mode.Encryption != SessionEncryption.None && text.Contains(Payload.Marker, StringComparison.Ordinal))
            {
                yield return $"{Path.GetFileName(path)} holds data as it is";
            }

            if (mode.Encryption == SessionEncryption.AesGcm && text.Contains("J$_", StringComparison.Ordinal))
            {
                yield return $"{Path.GetFileName(path)} holds a token of jam's";
            }
        }
    }
}
