using System.Net.Sockets;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>The way to PostgreSQL: knows whether the server is there, so that nobody waits for one that is away.</summary>
/// <remarks>
/// The first call that meets a fault of the connection says so; from then on calls fail at once, until a probe has found a server that takes
/// changes. Whatever was known of rows before may then be another server's past: <see cref="Epoch"/> has moved.
/// </remarks>
internal sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan s_probePause = TimeSpan.FromMilliseconds(250);

    private readonly TimeSpan _callTimeout;
    private readonly Func<NpgsqlDataSource> _connect;
    private readonly NpgsqlDataSource _quickProbes;
    private readonly NpgsqlDataSource _patientProbes;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private volatile NpgsqlDataSource _source;
    private Task _probing = Task.CompletedTask;
    private string? _timeline;
    private long _epoch = 1;
    private CancellationTokenSource _silent = new();
    private volatile bool _isAway;

    /// <param name="connectionString">Npgsql's; several hosts are tried until one takes changes.</param>
    /// <param name="schema">Where the tables are.</param>
    /// <param name="callTimeout">How long a statement may take.</param>
    public Database(string connectionString, string schema, TimeSpan callTimeout)
    {
        (Schema, _callTimeout) = (schema, callTimeout);
        _connect = () => SourceOf(connectionString, schema, callTimeout);
        _source = _connect();
        _quickProbes = SourceOf(connectionString, schema, callTimeout, probeTimeout: 1);
        _patientProbes = SourceOf(connectionString, schema, callTimeout, probeTimeout: (int)callTimeout.TotalSeconds);
    }

    /// <summary>Where the tables are.</summary>
    public string Schema { get; }

    /// <summary>Whether calls fail at once.</summary>
    public bool IsAway => _isAway;

    /// <summary>Moves on whenever the server was away, or another one has taken its place.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Hears that the server is away, and that it is back.</summary>
    public Action<bool, string> OnAway { private get; set; } = static (_, _) => { };

    public static bool HasSeveralHosts(NpgsqlConnectionStringBuilder settings) => settings.Host?.Contains(',', StringComparison.Ordinal) == true;

    /// <summary>Runs statements on one connection, for as long as a call may take.</summary>
    /// <remarks>
    /// The driver is never told to cancel a statement, nor has it a timeout: it would ask the server for that on a connection of its own, and block a thread of the
    /// pool until a silent one answers. The caller does not wait; a server that is there ends by itself what takes too long; what hangs is left alone.
    /// </remarks>
    /// <exception cref="DatabaseException">They did not run, or it is not known whether they did.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> run)
    {
        var silent = _silent;
        if (_isAway)
        {
            throw DatabaseException.Away();
        }

        var call = new Call<T>(run);
        try
        {
            return await call.RunAsync(_source, _ended.Token).WaitAsync(_callTimeout, silent.Token).ConfigureAwait(false);
        }
        catch (PostgresException e) when (!IsEndOfConnection(e))
        {
            throw DatabaseException.Refused(e);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or SocketException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            throw Lost(e, isOutcomeKnown: call.TryGiveUp());
        }
        catch (Exception e) when (e is not DatabaseException)
        {
            // Rows that are not what they should be: nobody may wait for them for ever.
            throw DatabaseException.Unreadable(e, isOutcomeKnown: call.TryGiveUp());
        }
    }

    /// <summary>Looks whether the server is still the one that it was, and moves the epoch where it is not.</summary>
    public async Task CheckTimelineAsync()
    {
        var timeline = await RunAsync(TimelineAsync).ConfigureAwait(false);
        NoteTimeline(timeline);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        Task probing;
        CancellationTokenSource silent;
        lock (_lock)
        {
            (probing, silent) = (_probing, _silent);
        }

        // Nobody waits for what is under way.
        await silent.CancelAsync().ConfigureAwait(false);
        await probing.ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        await _quickProbes.DisposeAsync().ConfigureAwait(false);
        await _patientProbes.DisposeAsync().ConfigureAwait(false);
        silent.Dispose();
        _ended.Dispose();
    }

    // With a timeout, in seconds, connections are for a look at the server.
    private static NpgsqlDataSource SourceOf(string connectionString, string schema, TimeSpan callTimeout, int? probeTimeout = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            CommandTimeout = 0,
            CancellationTimeout = -1,
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,

            // Of several hosts none counts as what it was: for so long nobody would look whether it is back.
            HostRecheckSeconds = 0,
            ApplicationName = "jam-sessions",
        };

        // One that is there ends what takes too long before anybody takes it for silent.
        settings.Options = $"{settings.Options} -c statement_timeout={(int)(callTimeout * 0.9).TotalMilliseconds}".TrimStart();
        if (probeTimeout is { } timeout)
        {
            (settings.Pooling, settings.Timeout) = (false, timeout);
        }

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(probeTimeout is null));
        return HasSeveralHosts(settings) ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
    }

    // 57P01 and its like end the connection; whether a commit that was under way came through is not known.
    private static bool IsEndOfConnection(PostgresException e) => e.SqlState.StartsWith("57P", StringComparison.Ordinal) || e.SqlState.StartsWith("08", StringComparison.Ordinal);

    private DatabaseException Lost(Exception cause, bool isOutcomeKnown)
    {
        if (!_ended.IsCancellationRequested)
        {
            Leave(cause);
        }

        return isOutcomeKnown ? DatabaseException.Away(cause) : DatabaseException.Unknown(cause);
    }

    private void Leave(Exception cause)
    {
        lock (_lock)
        {
            if (_isAway)
            {
                return;
            }

            _isAway = true;

            // What hangs keeps its connections until it ends; nobody waits for one of those.
            (var left, _source) = (_source, _connect());
            _probing = Task.WhenAll(Task.Run(ProbeAsync), left.DisposeAsync().AsTask());

            // Where one waits in vain, all do.
            if (cause is TimeoutException or { InnerException: TimeoutException })
            {
                _silent.Cancel();
            }
        }

        OnAway(true, cause is PostgresException e ? $"SQLSTATE {e.SqlState}" : (cause.InnerException ?? cause).GetType().Name);
    }

    /// <remarks>A quick look finds a server that is back at once; a patient one finds one that is slow, and is there all the same.</remarks>
    private async Task ProbeAsync()
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        Task<string?>[] probes = [ProbeAsync(_quickProbes, TimeSpan.FromSeconds(1), found.Token), ProbeAsync(_patientProbes, _callTimeout, found.Token)];
        var timeline = await (await Task.WhenAny(probes).ConfigureAwait(false)).ConfigureAwait(false);
        await found.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(probes).ConfigureAwait(false);
        if (timeline is null)
        {
            return;
        }

        _timeline = timeline;
        Interlocked.Increment(ref _epoch);
        lock (_lock)
        {
            _silent = _silent.IsCancellationRequested ? new CancellationTokenSource() : _silent;
            _isAway = false;
        }

        OnAway(false, "");
    }

    /// <returns>The timeline of the server, once one takes changes; null where nobody wants to know any more.</returns>
    private static async Task<string?> ProbeAsync(NpgsqlDataSource source, TimeSpan patience, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                return await new Call<string>(TimelineAsync).RunAsync(source, cancellation).WaitAsync(patience, cancellation).ConfigureAwait(false);
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                await Task.Delay(s_probePause, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception)
            {
                break;
            }
        }

        return null;
    }

    private void NoteTimeline(string timeline)
    {
        if (Interlocked.Exchange(ref _timeline, timeline) is { } before && before != timeline)
        {
            Interlocked.Increment(ref _epoch);
        }
    }

    /// <remarks>A standby refuses: it has no log of its own. An import counts as another server: the rows have what no owner knows of.</remarks>
    private static async Task<string> TimelineAsync(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' || imports from store", connection);
        await using var _ = command.ConfigureAwait(false);
        return (string)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
    }

    /// <summary>Statements on their way, for which nobody waits longer than a call may take: then they end by themselves.</summary>
    private sealed class Call<T>(Func<NpgsqlConnection, Task<T>> run)
    {
        private const int Opening = 0, Sent = 1, GivenUp = 2;

        private int _state;

        /// <summary>Sees to it that nothing is sent any more; false where the server may have heard of it.</summary>
        public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Opening) != Sent;

        /// <param name="source">Of the connection.</param>
        /// <param name="ended">Ends the wait for it.</param>
        public async Task<T> RunAsync(NpgsqlDataSource source, CancellationToken ended)
        {
            var connection = await source.OpenConnectionAsync(ended).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return Interlocked.CompareExchange(ref _state, Sent, Opening) == Opening
                ? await run(connection).ConfigureAwait(false)
                : throw new OperationCanceledException();
        }
    }
}
