using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>A file that real jam wrote, and what jam reads from it: an entry of <c>Fixtures/MANIFEST.json</c>.</summary>
internal sealed class GoldenFile(PyJson entry)
{
    private static readonly Lazy<Dictionary<string, GoldenFile>> s_all = new(() =>
        PyJson.Load(PathOf("MANIFEST.json"))["files"].List.Select(entry => new GoldenFile(entry)).ToDictionary(file => file.Name));

    public static IReadOnlyDictionary<string, GoldenFile> All => s_all.Value;

    public static string PathOf(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    public string Name => entry["file"].String;

    public string Category => entry["category"].String;

    public string Path => PathOf(Name);

    public string? SeedPath => entry.Find("seed") is { } seed ? PathOf(seed.String) : null;

    public bool IsCrypt => entry.Find("key") is not null;

    /// <summary>The key beside the file is not the one that the file was written with.</summary>
    public bool HasWrongKey => Category == "crypt-wrong-key";

    public long NextDocumentId => (long)entry["next_doc_id_after_reopen"].Number;

    /// <summary>The path of the key, which is a secret as good as its text.</summary>
    public string? KeyPath => IsCrypt ? PathOf(entry["key"].String) : null;

    public Fernet? Fernet => IsCrypt ? Actors.Encryption.Fernet.FromKey(File.ReadAllText(KeyPath!, Encoding.ASCII).Trim(), TimeProvider.System) : null;

    public IReadOnlyList<GoldenRow> Rows() => [.. PyJson.Load(PathOf(entry["expected"].String)).List.Select(row => new GoldenRow(row))];

    public void Configure(JamSessionsOptions options)
    {
        options.IsSessionCrypt = IsCrypt;
        options.SessionAesSecret = IsCrypt ? File.ReadAllText(KeyPath!, Encoding.ASCII) : null;
    }
}

/// <summary>One document of a golden file, as jam reads it.</summary>
internal sealed class GoldenRow(PyJson row)
{
    /// <summary>Null where the id is not a string; such a session cannot be asked for.</summary>
    public string? SessionId => (row["session_id"] as PyJson.Text)?.Value;

    /// <summary>A key that is not a string is served as an empty one.</summary>
    public string Key => (row["key"] as PyJson.Text)?.Value ?? "";

    public double CreatedAt => row["created_at"].Number;

    /// <summary>The Python exception that <c>get</c> raises.</summary>
    public string? Error => row.Find("error")?.String;

    /// <summary>An earlier document has the same id: <c>get</c> returns that one's data.</summary>
    public bool IsShadowed => row.Find("shadowed") is not null;

    /// <summary>The stored JSON text, decrypted.</summary>
    public string? DataText => row.Find("data_text")?.String;

    public int? DataTextLength => (int?)row.Find("data_text_len")?.Number;

    public string? DataTextSha256 => row.Find("data_text_sha256")?.String;

    /// <summary>What jam's <c>get</c> returns.</summary>
    public PyJson? Data => row.Find("data") is { } data ? WithFloats(data) : null;

    /// <summary>The expected files are standard JSON and write <c>{"$float": "NaN"}</c>.</summary>
    private static PyJson WithFloats(PyJson value) => value switch
    {
        PyJson.Members { Values: [("$float", PyJson.Text word)] } => PyJson.Parse(word.Value),
        PyJson.Members members => new PyJson.Members([.. members.Values.Select(member => (member.Name, WithFloats(member.Value)))]),
        PyJson.Items items => new PyJson.Items([.. items.Values.Select(WithFloats)]),
        _ => value,
    };
}
