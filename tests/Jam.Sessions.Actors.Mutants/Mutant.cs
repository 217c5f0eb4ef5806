using System.Text.Json;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>One change of the source that Stryker compiled into the mutated assembly, off until its number is switched on.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="File">Of the source, from the project's folder: <c>Keys/KeyStripe.cs</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Change">What stands there, and what would.</param>
/// <param name="IsStatic">Whether an initializer of a class passes it, which runs once in a process: every test may see what came of it.</param>
public sealed record Mutant(int Id, string File, int Line, string Change, bool IsStatic)
{
    /// <summary>The folder of its file.</summary>
    public string Room => File.Split('/')[0];

    public override string ToString() => $"{File}:{Line} ({Id}) {Change}";

    /// <summary>Those of Stryker's report that compiled and that it would try.</summary>
    public static IReadOnlyList<Mutant> Read(string report)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(report));
        var root = json.RootElement.GetProperty("projectRoot").GetString()!;
        return
        [
            .. from file in json.RootElement.GetProperty("files").EnumerateObject()
               let lines = file.Value.GetProperty("source").GetString()!.Split('\n')
               from mutant in file.Value.GetProperty("mutants").EnumerateArray()
               where mutant.GetProperty("status").GetString() is not ("CompileError" or "Ignored")
               let start = mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32()
               select new Mutant(
                   int.Parse(mutant.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                   Path.GetRelativePath(root, file.Name),
                   start,
                   $"{mutant.GetProperty("mutatorName").GetString()}: {lines[start - 1].Trim()} → {OneLine(mutant.GetProperty("replacement").GetString() ?? "")}",
                   mutant.TryGetProperty("static", out var isStatic) && isStatic.GetBoolean()),
        ];
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
