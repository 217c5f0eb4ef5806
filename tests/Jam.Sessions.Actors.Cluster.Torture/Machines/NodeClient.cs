using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>A connection to one process of a node, with many calls under way at once.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly Socket _socket;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Reply>> _pending = new();
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private long _lastId;
    private volatile bool _isClosed;

    private NodeClient(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: false);
        _ = ReadAsync(stream);
        _ = WriteAsync(stream);
    }

    /// <summary>Whether calls are welcome.</summary>
    public bool IsOpen { get; private set; } = true;

    public static async Task<NodeClient> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new NodeClient(socket);
    }

    /// <summary>Sends a call; the reply is <see cref="Answer.NotSent"/> or <see cref="Answer.Cut"/> where the node gives none.</summary>
    public Task<Reply> CallAsync(string verb, string target, string? data = null, string? other = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var reply = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = reply;
        if (!_requests.Writer.TryWrite(new Request(id, verb, target, data, other)))
        {
            _pending.TryRemove(id, out _);
            return Task.FromResult(new Reply(id, Answer.NotSent));
        }

        if (_isClosed)
        {
            Complete(new Reply(id, Answer.Cut));
        }

        return reply.Task;
    }

    public void Dispose()
    {
        Leave();
        _socket.Dispose();
    }

    private void Leave()
    {
        IsOpen = false;
        _requests.Writer.TryComplete();
    }

    private void Complete(Reply reply)
    {
        if (_pending.TryRemove(reply.Id, out var pending))
        {
            pending.SetResult(reply);
        }
    }

    private async Task ReadAsync(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                var reply = Lines.ReadReply(line);
                if (reply.Answer == Answer.Leaving)
                {
                    Leave();
                }
                else
                {
                    Complete(reply);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or System.Text.Json.JsonException)
        {
            // It was killed, perhaps in the middle of a line.
        }

        Leave();
        _isClosed = true;
        foreach (var id in _pending.Keys)
        {
            Complete(new Reply(id, Answer.Cut));
        }
    }

    private async Task WriteAsync(NetworkStream stream)
    {
        try
        {
            var buffer = new BufferedStream(stream, 16 * 1024);
            while (await _requests.Reader.WaitToReadAsync())
            {
                while (_requests.Reader.TryRead(out var request))
                {
                    await Lines.WriteAsync(buffer, request);
                }

                await buffer.FlushAsync();
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The reader hears of it too.
        }
    }
}
