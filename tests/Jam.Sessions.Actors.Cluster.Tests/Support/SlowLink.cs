using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Jam.Sessions.Actors.Cluster.Tests.Support;

/// <summary>A way to a server on which each new connection waits before it is let through, and is looked at.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _accepting;

    private SlowLink(int server, TimeSpan delay)
    {
        _listener.Start();
        _accepting = AcceptAsync(server, delay);
    }

    /// <summary>With what each connection began: its first eight bytes, the length and the kind of PostgreSQL's first message.</summary>
    public ConcurrentQueue<byte[]> Hellos { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static SlowLink To(int server, TimeSpan delay) => new(server, delay);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync(int server, TimeSpan delay)
    {
        var links = new List<Task>();
        try
        {
            while (true)
            {
                links.Add(LinkAsync(await _listener.AcceptTcpClientAsync(_ended.Token), server, delay));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task LinkAsync(TcpClient client, int server, TimeSpan delay)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await Task.Delay(delay, _ended.Token);
            await far.ConnectAsync(IPAddress.Loopback, server, _ended.Token);
            var hello = new byte[8];
            await near.GetStream().ReadExactlyAsync(hello, _ended.Token);
            Hellos.Enqueue(hello);
            await far.GetStream().WriteAsync(hello, _ended.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _ended.Token), far.GetStream().CopyToAsync(near.GetStream(), _ended.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // The server is away, or the test is over.
        }
    }
}
