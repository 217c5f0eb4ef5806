using System.ComponentModel;
using System.Diagnostics;

namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>A network namespace for each node, with one cable to the other nodes and one to the database; any cable can be pulled.</summary>
/// <remarks>A pulled cable is one that is in no bridge: both ends stay up, and nothing that is sent arrives. Needs root and the program <c>ip</c>.</remarks>
internal sealed class Network : IAsyncDisposable
{
    private readonly string _name = $"jt{Environment.ProcessId % 10_000}";
    private readonly string _prefix = $"10.{64 + (Environment.ProcessId % 128)}";
    private readonly int _nodes;

    private Network(int nodes) => _nodes = nodes;

    public static string? WhyMissing => !Environment.IsPrivilegedProcess ? "Network namespaces need root."
        : !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "ip")))
            ? "There is no program ip: install the Debian package iproute2." : null;

    /// <summary>Where nodes find the database.</summary>
    public string DatabaseAddress => $"{_prefix}.2.1";

    public static async Task<Network> CreateAsync(int nodes)
    {
        var network = new Network(nodes);
        try
        {
            await network.RunAsync(
            [
                $"link add {network.Bridge('c')} type bridge", $"link set {network.Bridge('c')} up",
                $"link add {network.Bridge('d')} type bridge", $"address add {network.DatabaseAddress}/24 dev {network.Bridge('d')}", $"link set {network.Bridge('d')} up",
                .. Enumerable.Range(1, nodes).SelectMany(network.NodeCommands),
            ]);
            foreach (var node in Enumerable.Range(1, nodes))
            {
                await network.RunAsync(
                [
                    "link set lo up",
                    $"address add {network.AddressOf(node)}/24 dev cluster", "link set cluster up",
                    $"address add {network._prefix}.2.{10 + node}/24 dev database", "link set database up",
                ], network.NamespaceOf(node));
            }

            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public string NamespaceOf(int node) => $"{_name}n{node}";

    /// <summary>Where other nodes find a node.</summary>
    public string AddressOf(int node) => $"{_prefix}.1.{10 + node}";

    /// <summary>Nothing passes between this node and the others.</summary>
    public Task CutNodeAsync(int node) => RunAsync([$"link set {Cable('c', node)} nomaster"]);

    public Task HealNodeAsync(int node) => RunAsync([$"link set {Cable('c', node)} master {Bridge('c')}"]);

    /// <summary>Nothing passes between these nodes and the database.</summary>
    public Task CutDatabaseAsync(IEnumerable<int> nodes) => RunAsync(nodes.Select(node => $"link set {Cable('d', node)} nomaster"));

    public Task HealDatabaseAsync() => RunAsync(Enumerable.Range(1, _nodes).Select(node => $"link set {Cable('d', node)} master {Bridge('d')}"));

    public async ValueTask DisposeAsync()
    {
        // The cables go with their namespaces, once the last process in one has ended.
        foreach (var command in Enumerable.Range(1, _nodes)
            .SelectMany(node => new[] { $"link del {Cable('c', node)}", $"link del {Cable('d', node)}", $"netns del {NamespaceOf(node)}" })
            .Concat([$"link del {Bridge('c')}", $"link del {Bridge('d')}"]))
        {
            try
            {
                await RunAsync([command]);
            }
            catch (InvalidOperationException)
            {
                // It was not there yet.
            }
        }
    }

    private string Bridge(char kind) => $"{_name}{kind}";

    private string Cable(char kind, int node) => $"{_name}{kind}{node}";

    private IEnumerable<string> NodeCommands(int node) =>
    [
        $"netns add {NamespaceOf(node)}",
        $"link add {Cable('c', node)} type veth peer name cluster netns {NamespaceOf(node)}",
        $"link add {Cable('d', node)} type veth peer name database netns {NamespaceOf(node)}",
        $"link set {Cable('c', node)} master {Bridge('c')} up",
        $"link set {Cable('d', node)} master {Bridge('d')} up",
    ];

    private async Task RunAsync(IEnumerable<string> commands, string? inNamespace = null)
    {
        string[] arguments = [.. inNamespace is null ? Array.Empty<string>() : ["-n", inNamespace], "-batch", "-"];
        var start = new ProcessStartInfo("ip", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new Win32Exception("ip did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var command in commands)
        {
            await process.StandardInput.WriteLineAsync(command);
        }

        process.StandardInput.Close();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip failed: {await errors}");
        }
    }
}
