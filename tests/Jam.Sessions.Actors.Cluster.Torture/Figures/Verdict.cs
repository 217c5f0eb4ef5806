using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Events;
using Jam.Sessions.Actors.Cluster.Torture.Ledgers;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;
using Jam.Sessions.Actors.Cluster.Torture.Races;

namespace Jam.Sessions.Actors.Cluster.Torture.Figures;

/// <summary>What the matrix says at its end: a line for each kind of event, and totals.</summary>
internal static class Verdict
{
    public static void Write(
        TextWriter output, IReadOnlyList<Window> windows, MatrixRun run, Findings findings, IReadOnlyList<RaceFigures> races, long gets, TimeSpan took)
    {
        output.WriteLine();
        output.WriteLine("Seconds without an answer are those of the key that waited longest, in the worst of the events.");
        output.WriteLine();
        WriteTable(output,
            ["event", "count", "reads", "changes", "others' reads", "others' changes", "calls", "refused", "unknown", "cut", "unexpected", "over 10 s", "slowest call"],
            windows.GroupBy(window => window.Kind).Select(kind => (string[])
            [
                kind.Key, $"{kind.Count()}", Longest(kind, true, true), Longest(kind, false, true),
                kind.Any(window => window.KnowsAffected) ? Longest(kind, true, false) : "", kind.Any(window => window.KnowsAffected) ? Longest(kind, false, false) : "",
                $"{kind.Sum(window => window.Calls)}", Failed(kind, Answer.Refused), Failed(kind, Answer.Unknown), Failed(kind, Answer.Cut), Failed(kind, Answer.Unexpected),
                $"{kind.Sum(window => window.OverDeadline)}", Seconds(kind.Max(window => window.Worst)),
            ]));
        WriteAway(output, windows);
        var acknowledged = run.Writers.Sum(writer => writer.Acknowledged) + races.Sum(table => table.Acknowledged);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"events {windows.Count}, acknowledged changes {acknowledged}, gets checked {gets}, calls {run.Traffic.Calls}, {took.TotalMinutes:0.0} minutes"));
        output.WriteLine(
            $"histories: {races.Sum(table => table.Rounds)} rounds, {races.Sum(table => table.Checked.Parts)} checked with {races.Sum(table => table.Checked.Operations)} operations, "
            + $"{races.Sum(table => table.Unanswered)} of unknown outcome, {races.Sum(table => table.Refused)} refused, {races.Sum(table => table.Undecided)} undecided, "
            + $"longest {races.Select(table => table.Checked.LongestHistory).DefaultIfEmpty().Max()}");
        output.WriteLine(
            $"lost {findings[FindingKind.Lost]}, revived {findings[FindingKind.Revived]}, stale {findings[FindingKind.Stale]}, "
            + $"not linearizable {findings[FindingKind.NotLinearizable]}; unexpected exceptions: {(run.Traffic.Unexpected is { Length: > 0 } names ? names : "none")}; "
            + $"faults: {(run.Faults.Count == 0 ? "none" : string.Join("; ", run.Faults))}");
    }

    /// <summary>How calls fared while the database was away, and when it was back.</summary>
    private static void WriteAway(TextWriter output, IReadOnlyList<Window> windows)
    {
        var away = windows.Where(window => window.Away.Count > 0).ToList();
        if (away.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Calls that began while the database was away: how long they took; and when changes were accepted after it was back.");
        output.WriteLine();
        WriteTable(output, ["event", "calls", "answered", "half of them", "99 of 100", "slowest", "slowest after 5 s", "first change", "of the last key"],
            away.GroupBy(window => window.Kind).Select(kind =>
            {
                var calls = kind.SelectMany(window => window.Away).OrderBy(call => call.Took).ToList();
                var first = kind.Where(window => window.FirstChanges.Count > 0).ToList();
                return (string[])
                [
                    kind.Key, $"{calls.Count}", $"{calls.Count(call => call.IsAnswered)}", Milliseconds(calls[calls.Count / 2].Took), Milliseconds(calls[calls.Count * 99 / 100].Took),
                    Milliseconds(calls[^1].Took), Milliseconds(calls.Where(call => call.After > TimeSpan.FromSeconds(5)).Select(call => call.Took).DefaultIfEmpty().Max()),
                    Seconds(first.Select(window => window.FirstChanges.Min()).DefaultIfEmpty().Max()), Seconds(first.Select(window => window.FirstChanges.Max()).DefaultIfEmpty().Max()),
                ];
            }));
    }

    private static string Longest(IEnumerable<Window> windows, bool isRead, bool isAffected) => Seconds(windows.Max(window => window.Gap(isRead, isAffected)));

    private static string Failed(IEnumerable<Window> windows, Answer answer) => $"{windows.Sum(window => window.Failed(answer))}";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");

    private static void WriteTable(TextWriter output, string[] head, IEnumerable<string[]> rows)
    {
        output.WriteLine($"| {string.Join(" | ", head)} |");
        output.WriteLine($"|{string.Concat(head.Select(_ => "---|"))}");
        foreach (var row in rows)
        {
            output.WriteLine($"| {string.Join(" | ", row)} |");
        }

        output.WriteLine();
    }
}
