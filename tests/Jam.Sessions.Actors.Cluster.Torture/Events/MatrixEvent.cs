using Jam.Sessions.Actors.Cluster.Torture.Figures;
using Jam.Sessions.Actors.Cluster.Torture.Machines;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Events;

/// <summary>What an event needs.</summary>
[Flags]
internal enum Needs
{
    Nothing = 0,

    /// <summary>Sessions survive the end of a node.</summary>
    Durable = 1,

    /// <summary>Three nodes.</summary>
    Cluster = 2,

    /// <summary>A cable to pull for each node.</summary>
    Network = 4 | Cluster,

    /// <summary>A second database.</summary>
    Standby = 8 | Cluster,

    /// <summary>Another build of this program.</summary>
    OtherBuild = 16 | Durable,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Text">What happens.</param>
/// <param name="Needs">What it needs.</param>
/// <param name="RunAsync">Lets it happen, and returns when everybody is served again.</param>
/// <param name="IsDatabase">Whether it strikes the database.</param>
/// <param name="IsUsual">Whether it is among the events where none are named.</param>
internal sealed record MatrixEvent(string Name, string Text, Needs Needs, Func<MatrixRun, Task<Window>> RunAsync, bool IsDatabase = false, bool IsUsual = true)
{
    public static IReadOnlyList<MatrixEvent> All { get; } = [.. NodeEvents.All, .. DatabaseEvents.All];

    /// <summary>Null where one of the names is none.</summary>
    public static IReadOnlyList<MatrixEvent>? Parse(string names)
    {
        var events = names.Split(',').Select(name => All.FirstOrDefault(kind => kind.Name == name)).ToList();
        return events.Contains(null) ? null : [.. events.OfType<MatrixEvent>()];
    }

    /// <summary>Why it cannot happen here; null where it can.</summary>
    public string? WhyNot(MatrixOptions options)
    {
        var backend = IBackend.Find(options.Backend)!;
        return Needs.HasFlag(Needs.Durable) && !backend.IsDurable ? $"the backend {backend.Name} keeps nothing when a node ends"
            : Needs.HasFlag(Needs.Cluster) && !backend.IsCluster ? $"the backend {backend.Name} is one process"
            : Needs.HasFlag(Needs.Cluster) && !IsDatabase && options.Nodes < 3 ? "it takes three nodes"
            : Needs.HasFlag(Needs.OtherBuild) && options.OtherBuild is null ? "it takes another build (--other-build)"
            : Needs.HasFlag(Needs.Network) ? Network.WhyMissing
            : null;
    }
}
