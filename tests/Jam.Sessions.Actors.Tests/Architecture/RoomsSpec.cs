using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Jam.Sessions.Actors.Hosting;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Architecture;

/// <summary>The rooms of the engine, and which of them may know which: every dependency between types of the assembly is looked at.</summary>
public sealed class RoomsSpec(ITestOutputHelper output)
{
    private const string Root = "Jam.Sessions.Actors";
    private const string Protocol = "Protocol";

    // Each room, and the rooms that it may know beside Protocol.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [Protocol] = [],
        ["Model"] = ["Encryption"],
        ["Settings"] = ["Model", "Encryption"],
        ["Index"] = ["Model"],
        ["Events"] = ["Model", "Commit"],
        ["Keys"] = ["Index", "Commit", "Events", "Settings", "Model", "Encryption", "Threads", "Telemetry"],
        ["Commit"] = ["Model", "Settings", "Threads", "Telemetry"],
        ["Threads"] = [],
        ["JsonFile"] = ["Commit", "Model", "Disk", "Encryption"],
        ["Disk"] = [],
        ["Encryption"] = [],
        ["Telemetry"] = ["Model"],
        ["Admin"] = ["Model", "Index", "Keys", "Commit", "Disk", "Threads", "Telemetry"],
        ["Hosting"] = ["Admin", "Model", "Settings", "Index", "Keys", "Commit", "Events", "JsonFile", "Disk", "Encryption", "Threads", "Telemetry"],
    };

    // What hosts name stands in the root namespace, whatever its room.
    private static readonly Dictionary<string, string> s_roomsOfRootTypes = new()
    {
        [nameof(JamSessions)] = "Hosting",
        [nameof(JamSessionsHosting)] = "Hosting",
        [nameof(JamSessionsOptions)] = "Settings",
        [nameof(Durability)] = "Settings",
        [nameof(SessionEncryption)] = "Settings",
        [nameof(IdsAtRest)] = "Settings",
    };

    private static readonly IReadOnlyList<(string From, string To, string Example)> s_dependencies = Dependencies();

    [Fact]
    public void Each_room_knows_only_the_rooms_that_it_may_know()
    {
        output.WriteLine(Graph());
        Assert.DoesNotContain(s_dependencies, dependency => !s_allowed[dependency.From].Append(Protocol).Contains(dependency.To));
    }

    /// <summary>A permission that nobody uses is not given: so a reader of the list reads the graph.</summary>
    [Fact]
    public void Each_permission_is_used()
    {
        var used = s_dependencies.Select(dependency => (dependency.From, dependency.To)).ToHashSet();
        Assert.DoesNotContain(s_allowed.SelectMany(room => room.Value.Select(known => (room.Key, known))), permission => !used.Contains(permission));
    }

    [Fact]
    public void The_rooms_are_the_folders_of_the_source() =>
        Assert.Equal(s_allowed.Keys.Order(StringComparer.Ordinal), s_dependencies.Select(d => d.From).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The decisions, the index and the writer can be run and read without an actor system.</summary>
    [Theory]
    [InlineData("Model")]
    [InlineData("Index")]
    [InlineData("JsonFile")]
    [InlineData("Disk")]
    [InlineData("Encryption")]
    public void A_room_without_actors_does_not_know_Akka(string room) =>
        Assert.DoesNotContain(
            Loaded().Types.Where(type => RoomOf(type) == room).SelectMany(type => type.Dependencies, (type, dependency) => (type.FullName, Known: dependency.Target.FullName)),
            dependency => dependency.Known.StartsWith("Akka.", StringComparison.Ordinal) && dependency.Known != "Akka.Done");

    private static string Graph() => string.Join(
        '\n',
        s_dependencies.Where(d => d.To != Protocol).GroupBy(d => d.From).OrderBy(room => room.Key, StringComparer.Ordinal)
            .Select(room => $"{room.Key} -> {string.Join(", ", room.Select(d => d.To).Distinct().Order(StringComparer.Ordinal))}"));

    private static List<(string From, string To, string Example)> Dependencies() =>
    [
        .. Loaded().Types
            .Where(type => RoomOf(type) is not null)
            .SelectMany(type => type.Dependencies, (type, dependency) => (From: RoomOf(type)!, To: RoomOf(dependency.Target), Example: $"{type.FullName} -> {dependency.Target.FullName}"))
            .Where(dependency => dependency.To is not null && (dependency.To != dependency.From || dependency.To == Protocol))
            .Select(dependency => (dependency.From, dependency.To!, dependency.Example)),
    ];

    private static ArchUnitNET.Domain.Architecture Loaded() => new ArchLoader().LoadAssemblies(typeof(JamSessions).Assembly).Build();

    /// <summary>Null for what is not the engine's.</summary>
    private static string? RoomOf(IType type)
    {
        var space = type.Namespace?.FullName;
        if (space is null || (space != Root && !space.StartsWith($"{Root}.", StringComparison.Ordinal)))
        {
            return null;
        }

        var outermost = type.FullName[(space.Length + 1)..].Split('+', '/')[0].Split('`')[0];
        return space.Length > Root.Length ? space[(Root.Length + 1)..].Split('.')[0] : s_roomsOfRootTypes.GetValueOrDefault(outermost, Protocol);
    }
}
