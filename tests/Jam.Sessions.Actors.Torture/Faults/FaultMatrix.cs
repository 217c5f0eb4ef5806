namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>Runs one cell after the other, and prints a row for each.</summary>
public static class FaultMatrix
{
    public const int Writers = 32;

    /// <summary>Whether every cell was clean.</summary>
    public static async Task<bool> RunAsync(IEnumerable<Fault> faults, SecretMode mode, TextWriter output)
    {
        if (FaultCell.WhyNot is { } reason)
        {
            await output.WriteLineAsync(reason);
            return false;
        }

        var rows = new List<FaultRow>();
        foreach (var fault in faults)
        {
            using var cell = new FaultCell(fault, Writers, mode);
            rows.Add(await cell.RunAsync());
            await output.WriteLineAsync($"{rows[^1]}");
        }

        await output.WriteLineAsync(
            $"{mode.Name}: {rows.Count} cells, {rows.Count(row => !row.IsClean)} not clean; {rows.Sum(row => row.Failed)} calls failed, {rows.Sum(row => row.Acknowledgements)} acknowledgements, {rows.Sum(row => row.Refusals)} refusals");
        return rows.Count > 0 && rows.TrueForAll(row => row.IsClean);
    }
}
