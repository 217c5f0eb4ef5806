namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>One thread makes whatever changes wait, commits them together, and answers all of them. Nobody waits for a timer.</summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly IRowStore _store;
    private readonly Thread _writer;
    private List<IChange> _open = [];
    private List<IChange> _spare = [];
    private volatile bool _isStopping;

    public BatchWriter(IRowStore store)
    {
        _store = store;
        _writer = new Thread(Write) { IsBackground = true, Name = "batch writer" };
        _writer.Start();
    }

    public long Commits { get; private set; }

    public long Changes { get; private set; }

    /// <summary>Complete when what the change did is committed.</summary>
    public Task<T> ChangeAsync<T>(Func<IRows, T> make)
    {
        var change = new Change<T>(make);
        lock (_lock)
        {
            _open.Add(change);
            if (_open.Count == 1)
            {
                _work.Set();
            }
        }

        return change.Task;
    }

    public void Dispose()
    {
        _isStopping = true;
        _work.Set();
        _writer.Join();
        _work.Dispose();
    }

    private void Write()
    {
        while (!_isStopping)
        {
            _work.WaitOne();
            var batch = TakeBatch();
            if (batch.Count > 0)
            {
                Make(batch);
            }

            batch.Clear();
            _spare = batch;
        }
    }

    private List<IChange> TakeBatch()
    {
        lock (_lock)
        {
            (var batch, _open) = (_open, _spare);
            return batch;
        }
    }

    private void Make(List<IChange> batch)
    {
        try
        {
            using var rows = _store.Begin();
            foreach (var change in batch)
            {
                change.Make(rows);
            }

            rows.Commit();
        }
        catch (Exception e)
        {
            batch.ForEach(change => change.Fail(e));
            return;
        }

        Commits++;
        Changes += batch.Count;
        batch.ForEach(change => change.Answer());
    }

    private interface IChange
    {
        void Make(IRows rows);

        void Answer();

        void Fail(Exception fault);
    }

    private sealed class Change<T>(Func<IRows, T> make) : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), IChange
    {
        private T _answer = default!;

        public void Make(IRows rows) => _answer = make(rows);

        public void Answer() => SetResult(_answer);

        public void Fail(Exception fault) => SetException(fault);
    }
}
