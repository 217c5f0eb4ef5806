using System.Text.Json;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>A list of operations that real jam ran, for each version and mode with its answers and the file that was left.</summary>
internal sealed class Script(string name, string version, string mode)
{
    public static readonly string[] Versions = ["v2.5.6", "v3.2.0"];
    public static readonly string[] Modes = ["plain", "crypt"];

    public static IReadOnlyList<string> Names { get; } =
        [.. PyJson.Load(PathOf("INDEX.json"))["scripts"].List.Select(script => script["script"].String)];

    /// <summary>The key of every file in crypt mode.</summary>
    public static string Secret { get; } = PyJson.Load(PathOf("INDEX.json"))["crypt_key"].String;

    public static Fernet Fernet { get; } = Fernet.FromKey(Secret, TimeProvider.System);

    public string Name => name;

    public bool IsVersion2 => version == "v2.5.6";

    public bool IsCrypt => mode == "crypt";

    public IReadOnlyList<ScriptOp> Operations { get; } = [.. Lines($"{name}.script.jsonl").Select(line => new ScriptOp(line))];

    public IReadOnlyList<ScriptAnswer> Answers { get; } =
        [.. Lines($"{name}.{version}.{mode}.results.jsonl").Select(line => new ScriptAnswer(PyJson.Parse(line)))];

    /// <summary>What the file holds in the end: document id, key, decrypted id, and data.</summary>
    public IReadOnlyList<FinalDocument> Final() =>
    [
        .. PyJson.Load(PathOf($"{name}.{version}.{mode}.final.decoded.json")).List.Select(row =>
            new FinalDocument(
                row.List[0].String, row.List[1].String, row.List[2].String, PyJson.Parse(row.List[3].String).Canonical(isOrderFree: true))),
    ];

    /// <summary>The same operations with the answers of another version.</summary>
    public Script Of(string otherVersion) => new(name, otherVersion, mode);

    /// <summary>The same operations with the answers of another mode.</summary>
    public Script In(string otherMode) => new(name, version, otherMode);

    /// <summary>The id that jam's factory made for this answer.</summary>
    public string PlainIdOf(ScriptAnswer answer) => IsCrypt ? SessionFile.Decrypt(Fernet, answer.Value.String)! : answer.Value.String;

    private static IEnumerable<string> Lines(string file) => File.ReadLines(PathOf(file)).Where(line => line.Length > 0);

    private static string PathOf(string file) => GoldenFile.PathOf($"scripts/{file}");
}

/// <summary>One operation of a script.</summary>
internal sealed class ScriptOp(string text)
{
    private readonly PyJson _line = PyJson.Parse(text);

    public string Verb => _line["op"].String;

    /// <summary>Whether the operation names an id, which may be null.</summary>
    public bool HasId => _line.Find("id") is not null;

    /// <summary>The name under which an earlier operation left its id.</summary>
    public string? IdOf => (_line.Find("id") as PyJson.Members)?["ref"].String;

    public string? Id => (_line.Find("id") as PyJson.Text)?.Value;

    public string Key => _line["key"].String;

    /// <summary>The data, or null where only Python has such a value.</summary>
    public string? Data => _line.Find("data") is null ? null : JsonDocument.Parse(text).RootElement.GetProperty("data").GetRawText();

    public string? PythonData => _line.Find("data_py")?.String;

    /// <summary>The name for the id that this operation returns.</summary>
    public string? As => _line.Find("as")?.String;

    public IEnumerable<string> Ids => _line.Find("ids")?.List.Select(id => id.String) ?? [];
}

/// <summary>What jam answered: a value, or a Python exception.</summary>
internal sealed class ScriptAnswer(PyJson line)
{
    public string? Error => line.Find("error")?.String;

    public PyJson Value => line.Find("ok") ?? PyJson.Null;
}

/// <summary>A document as it stands in the file in the end; data in a form that shows the value and not the spelling.</summary>
internal sealed record FinalDocument(string DocumentId, string Key, string PlainId, string Data);
