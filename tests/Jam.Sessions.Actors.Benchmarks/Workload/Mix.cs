namespace Jam.Sessions.Actors.Benchmarks.Workload;

internal enum Operation
{
    Get,
    Update,
    Create,
    Delete,
    Rework,
}

/// <summary>How many of 1,000 operations are of which kind; what is left are reworks.</summary>
internal sealed record Mix(string Name, int Gets, int Updates, int Creates, int Deletes)
{
    private static readonly Mix[] All =
    [
        new("web", Gets: 900, Updates: 70, Creates: 20, Deletes: 5),
        new("write", Gets: 0, Updates: 500, Creates: 300, Deletes: 200),
        new("get", Gets: 1000, Updates: 0, Creates: 0, Deletes: 0),
        new("update", Gets: 0, Updates: 1000, Creates: 0, Deletes: 0),
        new("create", Gets: 0, Updates: 0, Creates: 1000, Deletes: 0),
    ];

    /// <summary>True where callers change sessions.</summary>
    public bool Writes => Gets < 1000;

    public static Mix Named(string name) =>
        All.FirstOrDefault(mix => mix.Name == name)
        ?? throw new ArgumentException($"There is no mix {name}; there are {string.Join(", ", All.Select(mix => mix.Name))}.");

    /// <summary>The operation of a draw between 0 and 999.</summary>
    public Operation At(int draw) => draw switch
    {
        _ when draw < Gets => Operation.Get,
        _ when draw < Gets + Updates => Operation.Update,
        _ when draw < Gets + Updates + Creates => Operation.Create,
        _ when draw < Gets + Updates + Creates + Deletes => Operation.Delete,
        _ => Operation.Rework,
    };
}
