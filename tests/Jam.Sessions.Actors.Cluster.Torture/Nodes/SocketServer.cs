using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>Takes calls from a Unix socket, many at once, and answers each.</summary>
/// <remarks>When it stops, it says so on every connection, and answers what still comes until the other side has said that nothing more will.</remarks>
internal sealed class SocketServer(string path, CallHandler handler) : IHostedService, IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Channel<Reply>> _outputs = [];
    private readonly List<Task> _connections = [];
    private bool _isLeaving;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = AcceptAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        List<Task> connections;
        lock (_outputs)
        {
            _isLeaving = true;
            connections = [.. _connections];
            _outputs.ForEach(output => output.Writer.TryWrite(new Reply(0, Answer.Leaving)));
        }

        _listener.Dispose();
        await Task.WhenAll(connections).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var stream = new NetworkStream(await _listener.AcceptAsync(), ownsSocket: true);
                var output = Channel.CreateUnbounded<Reply>(new UnboundedChannelOptions { SingleReader = true });
                lock (_outputs)
                {
                    _outputs.Add(output);
                    _connections.Add(ServeAsync(stream, output));
                    if (_isLeaving)
                    {
                        output.Writer.TryWrite(new Reply(0, Answer.Leaving));
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(NetworkStream stream, Channel<Reply> output)
    {
        await using var closed = stream;
        var writing = WriteAsync(stream, output.Reader);
        var calls = new List<Task>();
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                calls.RemoveAll(call => call.IsCompleted);
                calls.Add(AnswerAsync(Lines.ReadRequest(line), output.Writer));
            }

            await Task.WhenAll(calls);
        }
        catch (IOException)
        {
        }

        output.Writer.Complete();
        await writing;
    }

    private async Task AnswerAsync(Request request, ChannelWriter<Reply> output)
    {
        // The next line is read at once, whatever the engine does on this thread.
        await Task.Yield();
        output.TryWrite(await handler.HandleAsync(request));
    }

    private static async Task WriteAsync(NetworkStream stream, ChannelReader<Reply> replies)
    {
        try
        {
            var buffer = new BufferedStream(stream, 16 * 1024);
            while (await replies.WaitToReadAsync())
            {
                while (replies.TryRead(out var reply))
                {
                    await Lines.WriteAsync(buffer, reply);
                }

                await buffer.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The other side has gone.
        }
    }
}
