using System.Diagnostics;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>One process of a node, and the connection to it.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _log;
    private readonly Lock _logLock = new();

    private NodeProcess(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    /// <summary>Null before it is ready.</summary>
    public NodeClient? Client { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the process and returns when it has answered a call of its own.</summary>
    /// <param name="program">The assembly that runs.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="networkNamespace">The network namespace that it runs in; null: this one.</param>
    /// <param name="log">The file that what it prints is added to.</param>
    public static async Task<NodeProcess> StartAsync(string program, NodeOptions options, string? networkNamespace, string log)
    {
        string[] command =
        [
            .. networkNamespace is null ? Array.Empty<string>() : ["nsenter", $"--net=/run/netns/{networkNamespace}"],
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", program, "node", .. options.ToArguments(),
        ];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var node = new NodeProcess(Process.Start(start)!, log);
        try
        {
            _ = node.ListenAsync(node._process.StandardOutput, isOutput: true);
            _ = node.ListenAsync(node._process.StandardError, isOutput: false);
            await node._ready.Task.WaitAsync(s_patience);
            node.Client = await NodeClient.ConnectAsync(options.Socket);
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    public void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, signal);
        }
    }

    /// <summary>False where it still runs after this time.</summary>
    public async Task<bool> ExitsAsync(TimeSpan patience)
    {
        try
        {
            using var limit = new CancellationTokenSource(patience);
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Client?.Dispose();
        Signal(Signals.Kill);
        _process.Dispose();
    }

    private async Task ListenAsync(StreamReader output, bool isOutput)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (isOutput && line == NodeHost.Ready)
            {
                _ready.TrySetResult();
            }

            lock (_logLock)
            {
                File.AppendAllText(_log, line + Environment.NewLine);
            }
        }

        _ready.TrySetException(new InvalidOperationException($"A node has ended before it was ready; see {_log}."));
    }
}
