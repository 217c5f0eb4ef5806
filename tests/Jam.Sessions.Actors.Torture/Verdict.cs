namespace Jam.Sessions.Actors.Torture;

/// <summary>What is wrong, one sentence each.</summary>
public sealed class Verdict
{
    /// <summary>Acknowledged, and gone or older than acknowledged.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Neither as before an operation nor as after it.</summary>
    public List<string> HalfApplied { get; } = [];

    /// <summary>Removed or replaced, and there again.</summary>
    public List<string> Revived { get; } = [];

    /// <summary>Kept out of files by the mode, and in one of them.</summary>
    public List<string> Leaked { get; } = [];

    public bool IsClean => Lost.Count + HalfApplied.Count + Revived.Count + Leaked.Count == 0;

    public IEnumerable<string> Findings => Lost.Select(finding => $"lost: {finding}")
        .Concat(HalfApplied.Select(finding => $"half-applied: {finding}"))
        .Concat(Revived.Select(finding => $"revived: {finding}"))
        .Concat(Leaked.Select(finding => $"leaked: {finding}"));

    public void Add(Verdict other)
    {
        Lost.AddRange(other.Lost);
        HalfApplied.AddRange(other.HalfApplied);
        Revived.AddRange(other.Revived);
        Leaked.AddRange(other.Leaked);
    }
}
