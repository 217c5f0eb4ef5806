using System.Text.Json;
using System.Text.Json.Nodes;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>What came of one measurement, as a line of JSON between the process that makes it and the one that asked.</summary>
/// <param name="Figures">Empty where it could not be made.</param>
/// <param name="Remark">Why it could not be made, or the first error of those that were met.</param>
internal sealed record Outcome(IReadOnlyDictionary<string, double> Figures, string? Remark)
{
    private const string OthersName = "others_cpu";
    private const string RemarkName = "remark";

    /// <summary>How many cores other processes used meanwhile.</summary>
    public double OthersCpu => Figures.GetValueOrDefault(OthersName);

    public string ToJson(string command)
    {
        var json = new JsonObject { ["run"] = command };
        foreach (var (name, value) in Figures)
        {
            json[name] = Math.Round(value, 3);
        }

        if (Remark is not null)
        {
            json[RemarkName] = Remark;
        }

        return json.ToJsonString();
    }

    public static Outcome FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var members = document.RootElement.EnumerateObject().ToList();
        return new Outcome(
            new Figures(members.Where(m => m.Value.ValueKind is JsonValueKind.Number).Select(m => (m.Name, m.Value.GetDouble()))),
            members.Where(member => member.NameEquals(RemarkName)).Select(member => member.Value.GetString()).FirstOrDefault());
    }
}
