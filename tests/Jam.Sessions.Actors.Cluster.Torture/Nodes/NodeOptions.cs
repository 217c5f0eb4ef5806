using System.Globalization;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>How a node runs.</summary>
/// <param name="Backend">The name of its <see cref="IBackend"/>.</param>
/// <param name="Host">The address of its remoting.</param>
/// <param name="Port">The port of its remoting.</param>
/// <param name="Seeds">Addresses of nodes that it joins, as <c>host:port</c>.</param>
/// <param name="Store">A connection string; the file of a backend that has one.</param>
/// <param name="Socket">The Unix socket that it is called over.</param>
/// <param name="Plant">A bug of <see cref="PlantedSessions"/>; null: none.</param>
/// <param name="Certificate">A file with the certificate and key that all nodes have, for mutual TLS; null: they talk in plain.</param>
internal sealed record NodeOptions(
    string Backend, string Host, int Port, IReadOnlyList<string> Seeds, string Store, string Socket, Plant? Plant = null, string? Certificate = null)
{
    // An empty word stands for none. An earlier build knows the words up to the socket.
    public static NodeOptions? Parse(string[] words) => words is [var backend, var host, var port, var seeds, var store, var socket, .. var more]
        ? new NodeOptions(
            backend, host, int.Parse(port, CultureInfo.InvariantCulture), seeds.Split(',', StringSplitOptions.RemoveEmptyEntries), store, socket,
            more is [{ Length: > 0 } plant, ..] ? Enum.Parse<Plant>(plant, ignoreCase: true) : null, more is [_, var certificate] ? certificate : null)
        : null;

    public IEnumerable<string> ToArguments() =>
    [
        Backend, Host, $"{Port}", string.Join(',', Seeds), Store, Socket,
        .. Certificate is not null ? [$"{Plant}", Certificate] : Plant is not null ? [$"{Plant}"] : Array.Empty<string>(),
    ];
}
