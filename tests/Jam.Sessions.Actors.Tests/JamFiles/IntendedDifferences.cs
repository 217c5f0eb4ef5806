namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>Where the engine means to answer otherwise than jam. Everything that is not in these two tables must be the same.</summary>
internal static class IntendedDifferences
{
    private static readonly (string Why, Func<Script, ScriptOp, ScriptAnswer, bool> Applies, string Ours)[] Operations =
    [
        ("an empty or missing id is a mistake of the caller; jam answers as for an unknown id",
            (_, op, _) => op.HasId && op.IdOf is null && string.IsNullOrEmpty(op.Id), nameof(ArgumentException)),
        ("an empty key is a mistake of the caller; jam clears the sessions of the key \"\"",
            (_, op, _) => op is { Verb: "clear", Key: "" }, nameof(ArgumentException)),
        ("jam 2.5 ignores an update of a missing id; jam 3 raises, and so does the engine",
            (script, op, jam) => script.IsVersion2 && op.Verb == "update" && jam.Error is null && IsMissingInVersion3(script, op),
            nameof(SessionNotFoundException)),
    ];

    private static readonly (string Why, Func<Script, bool> Applies, Func<Script, Script> Judge)[] WholeScripts =
    [
        ("an id that is taken is not used again, so in plain mode, too, every session has an id of its own, as jam has it in crypt mode",
            script => !script.IsCrypt && script.Name == "duplicates", script => script.In("crypt")),
        ("jam 2.5 stores {1: 'a', 'b': 2}; jam 3 refuses it, and a caller of the engine has no such value",
            script => script.IsVersion2 && script.Name == "failing-creates", script => script.Of("v3.2.0")),
    ];

    /// <summary>The exception that the engine answers instead; null where it must answer as jam did.</summary>
    public static string? For(Script script, ScriptOp op, ScriptAnswer jam) =>
        Operations.Where(difference => difference.Applies(script, op, jam)).Select(difference => difference.Ours).FirstOrDefault();

    /// <summary>The record of jam that a run is compared with.</summary>
    public static Script JudgeOf(Script script) =>
        WholeScripts.Where(difference => difference.Applies(script)).Aggregate(script, (judge, difference) => difference.Judge(judge));

    /// <summary>Entries that no script of these needs.</summary>
    public static IEnumerable<string> Unused(IReadOnlyList<Script> scripts) =>
    [
        .. Operations
            .Where(difference => !scripts.Any(script =>
                script.Operations.Zip(script.Answers).Any(pair => difference.Applies(script, pair.First, pair.Second))))
            .Select(difference => difference.Why),
        .. WholeScripts.Where(difference => !scripts.Any(difference.Applies)).Select(difference => difference.Why),
    ];

    private static bool IsMissingInVersion3(Script script, ScriptOp op) =>
        script.Of("v3.2.0").Answers[IndexOf(script, op)].Error == "JamSessionNotFound";

    private static int IndexOf(Script script, ScriptOp op) =>
        Enumerable.Range(0, script.Operations.Count).First(i => ReferenceEquals(script.Operations[i], op));
}
