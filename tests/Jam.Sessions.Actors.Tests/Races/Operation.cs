namespace Jam.Sessions.Actors.Tests.Races;

internal enum Verb
{
    Create,
    Get,
    Update,
    Delete,
    Clear,
    Rework,

    /// <summary>An update that expects certain data; <see cref="Operation.Data"/> is that and the new data.</summary>
    Swap,

    /// <summary>The data of all sessions of a key.</summary>
    List,

    /// <summary>A clear that keeps the session whose id is <see cref="Operation.Data"/>.</summary>
    ClearOthers,

    /// <summary>So much time passes that all sessions end which nobody uses from then on.</summary>
    Wait,
}

/// <summary>One call of one caller: when it began, when its answer came, and what the answer was.</summary>
/// <param name="Caller">Who called.</param>
/// <param name="Verb">What it asked for.</param>
/// <param name="Target">The session key of a create or clear, the session id of the others.</param>
/// <param name="Data">What a create or update writes.</param>
/// <param name="Begin">The logical time before the call.</param>
/// <param name="End">The logical time after its answer; <see cref="Never"/> where the caller gave up.</param>
/// <param name="Answer">
/// The new id of a create or rework, key and data of a get, how many a clear removed, <see cref="Done"/> for an update or a delete,
/// <see cref="Missing"/>, <see cref="Conflict"/>, <see cref="Limit"/>, the sorted data of a list, or null where the caller gave up: it then happened once at any time after its begin, or never.
/// </param>
internal sealed record Operation(int Caller, Verb Verb, string Target, string? Data, long Begin, long End, string? Answer)
{
    public const long Never = long.MaxValue;
    public const string Missing = "missing";
    public const string Done = "done";
    public const string Conflict = "conflict";
    public const string Limit = "limit";

    public bool IsAnswered => Answer is not null;

    /// <summary>Whether it names a session by its id.</summary>
    public bool IsById => Verb is not (Verb.Create or Verb.Clear or Verb.List or Verb.ClearOthers or Verb.Wait);

    /// <summary>What a list answers.</summary>
    public static string Listed(IEnumerable<string> data) => string.Join(';', data.Order(StringComparer.Ordinal));

    /// <summary>What a get answers.</summary>
    public static string Found(string key, string data) => $"{key} {data}";

    /// <summary>What a swap expects, and what it writes.</summary>
    public (string Expected, string Data) Expectation => Data!.Split(" -> ") is [var expected, var data] ? (expected, data) : throw new InvalidOperationException("It is no swap.");

    public override string ToString() =>
        $"[{Begin,4}, {(End == Never ? "?" : End),4}] caller {Caller}: {Verb.ToString().ToLowerInvariant()} {Target} {Data}{(Data is null ? "" : " ")}-> {Answer ?? "no answer"}";
}
