using System.Threading.Channels;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>Work that many hand over one by one, and that is done many at a time.</summary>
/// <typeparam name="T">A piece of work.</typeparam>
internal sealed class Pipe<T> : IAsyncDisposable
{
    private readonly Channel<T> _channel = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { AllowSynchronousContinuations = false });
    private readonly Task _loops;

    /// <param name="loops">How many batches may be under way at once.</param>
    /// <param name="most">How much a batch holds at most.</param>
    /// <param name="run">Does a batch; it must not throw.</param>
    public Pipe(int loops, int most, Func<List<T>, Task> run) =>
        _loops = Task.WhenAll(Enumerable.Range(0, loops).Select(_ => Task.Run(() => LoopAsync(most, run))));

    /// <summary>Hands over; false once it is closed.</summary>
    public bool TryAdd(T work) => _channel.Writer.TryWrite(work);

    /// <summary>Takes nothing more, and does what it has.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _loops.ConfigureAwait(false);
    }

    private async Task LoopAsync(int most, Func<List<T>, Task> run)
    {
        var batch = new List<T>();
        while (await _channel.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < most && _channel.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            if (batch.Count > 0)
            {
                await run(batch).ConfigureAwait(false);
                batch = [];
            }
        }
    }
}
