using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Events;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture;

/// <summary>What the matrix runs, for how long, and with how much load.</summary>
internal sealed record MatrixOptions
{
    public string Backend { get; init; } = "cluster";

    public int Nodes { get; init; } = 3;

    /// <summary>Kinds of events, in turn.</summary>
    public IReadOnlyList<MatrixEvent> Events { get; init; } = [];

    /// <summary>How many events; null: as many as there are kinds.</summary>
    public int? Count { get; init; }

    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>Load without events, before each event.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(10);

    public int Writers { get; init; } = 16;

    /// <summary>Writers that stay with the node that an event strikes.</summary>
    public int Loyal { get; init; } = 2;

    /// <summary>Tables at which histories are made.</summary>
    public int Tables { get; init; } = 4;

    /// <summary>The mean time between two calls of a writer, in milliseconds.</summary>
    public int Think { get; init; } = 10;

    public Plant? Plant { get; init; }

    /// <summary>Whether nodes talk by mutual TLS.</summary>
    public bool IsTls { get; init; }

    /// <summary>This program as another build, for upgrades; null: there is none.</summary>
    public string? OtherBuild { get; init; }

    /// <summary>Whether the nodes' logs are kept.</summary>
    public bool Keep { get; init; }

    /// <summary>Null where the arguments make no sense.</summary>
    public static MatrixOptions? Parse(string[] args)
    {
        MatrixOptions? options = new();
        var words = new Queue<string>(args);
        while (options is not null && words.TryDequeue(out var name))
        {
            options = name switch
            {
                "--keep" => options with { Keep = true },
                "--tls" => options with { IsTls = true },
                _ => words.TryDequeue(out var value) ? options.With(name, value) : null,
            };
        }

        if (options is null || IBackend.Find(options.Backend) is not { } backend)
        {
            return null;
        }

        options = options with { Nodes = backend.IsCluster ? options.Nodes : 1 };
        return options.Events.Count > 0 ? options : options with { Events = [.. MatrixEvent.All.Where(kind => kind.IsUsual && kind.WhyNot(options) is null)] };
    }

    private MatrixOptions? With(string name, string value) => (name, int.TryParse(value, CultureInfo.InvariantCulture, out var number)) switch
    {
        ("--backend", _) => this with { Backend = value },
        ("--nodes", true) => this with { Nodes = number },
        ("--events", _) => MatrixEvent.Parse(value) is { } events ? this with { Events = events } : null,
        ("--count", true) => this with { Count = number },
        ("--seed", true) => this with { Seed = number },
        ("--seconds-between", true) => this with { Between = TimeSpan.FromSeconds(number) },
        ("--writers", true) => this with { Writers = number },
        ("--loyal", true) => this with { Loyal = number },
        ("--tables", true) => this with { Tables = number },
        ("--think", true) => this with { Think = number },
        ("--other-build", _) => File.Exists(value) ? this with { OtherBuild = Path.GetFullPath(value) } : null,
        ("--plant", _) => Enum.TryParse<Plant>(value, ignoreCase: true, out var plant) ? this with { Plant = plant } : null,
        _ => null,
    };
}
