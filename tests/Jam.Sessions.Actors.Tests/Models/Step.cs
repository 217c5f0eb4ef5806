namespace Jam.Sessions.Actors.Tests.Models;

internal enum StepKind
{
    Create,
    Get,
    Update,
    Delete,
    Clear,
    Rework,
    Flush,

    /// <summary>The engine stops and starts again.</summary>
    Restart,

    /// <summary>The files are copied while the engine runs, and another one goes on from the copy.</summary>
    Crash,
}

/// <summary>A line of a script.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Key">Which session key.</param>
/// <param name="Session">Which of the ids issued so far, counted from 0; a number that is too high is an id that was never issued.</param>
/// <param name="Value">What to write.</param>
internal sealed record Step(StepKind Kind, int Key, int Session, int Value)
{
    public string SessionKey => $"user{Key}";

    public string Data => $$"""{"n": {{Value}}}""";

    public override string ToString() => Kind switch
    {
        StepKind.Create => $"create {SessionKey} {Data}",
        StepKind.Clear => $"clear {SessionKey}",
        StepKind.Update => $"update #{Session} {Data}",
        StepKind.Get or StepKind.Delete or StepKind.Rework => $"{Kind.ToString().ToLowerInvariant()} #{Session}",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
