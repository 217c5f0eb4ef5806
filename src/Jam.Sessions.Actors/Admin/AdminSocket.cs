using System.Net.Sockets;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Admin;

/// <summary>The socket on which an operator commands a running engine: <c>admin-socket = on</c>.</summary>
/// <remarks>It has threads of its own, which leave the processor to others: nothing of it takes one of the host's pool. It ends with the engine.</remarks>
internal sealed class AdminSocket : IDisposable
{
    private const int MaxConnections = 4;

    // Trying again at once would take a processor, and fill the log.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // Who asks nothing, or reads nothing of a backup, is not waited for.
    private const int RequestMilliseconds = 30_000, SendMilliseconds = 60_000, TurnedAwayMilliseconds = 1_000;

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _closed = new();
    private readonly HashSet<Socket> _connections = [];
    private readonly SocketFile _file;
    private readonly string _path;
    private IAdminStore? _store;
    private EngineLog? _log;

    private AdminSocket(string path) => (_file, _path) = (SocketFile.Bind(path), path);

    /// <summary>Makes the socket; nobody can connect yet. To be called by who holds the lock of the session file.</summary>
    /// <exception cref="SessionStoreException">It cannot be made.</exception>
    public static AdminSocket Bind(string path) => new(path);

    /// <summary>Takes connections from now on.</summary>
    public void Serve(IAdminStore store, EngineLog log)
    {
        (_store, _log) = (store, log);
        _file.Socket.Listen(MaxConnections);
        log.Write(LogLines.AdminSocketOpen, _path);
        LowPriorityThread.Run(LowPriorityThread.Steady, "jam.sessions.admin", Accept, TellRefused);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed.IsSet)
            {
                return;
            }

            _closed.Set();
            foreach (var connection in _connections)
            {
                connection.Dispose();
            }
        }

        _file.Dispose();
    }

    private void Accept()
    {
        while (!_closed.IsSet)
        {
            try
            {
                Begin(_file.Socket.Accept());
            }
            catch (Exception e)
            {
                // As without free handles: those that are connected go on, and give theirs back.
                TellRefused(e);
                _closed.Wait(s_pause);
            }
        }
    }

    private void Begin(Socket connection)
    {
        bool isTaken;
        lock (_lock)
        {
            isTaken = !_closed.IsSet && _connections.Count < MaxConnections && _connections.Add(connection);
        }

        (connection.ReceiveTimeout, connection.SendTimeout) = isTaken ? (RequestMilliseconds, SendMilliseconds) : (TurnedAwayMilliseconds, TurnedAwayMilliseconds);
        LowPriorityThread.Run(LowPriorityThread.Steady, "jam.sessions.admin.connection", () => Serve(connection, isTaken), failure => End(connection, failure));
    }

    private void Serve(Socket connection, bool isTaken)
    {
        using var stream = new NetworkStream(connection);
        var user = PeerUser.Of(connection);
        if (!PeerUser.MayCommand(user))
        {
            _log!.Write(LogLines.AdminStranger, user);
            AdminConnection.TurnAway(stream, "The host takes commands of its own user and of root alone.");
        }
        else if (!isTaken)
        {
            AdminConnection.TurnAway(stream, $"{MaxConnections} operators are at work on this store already. Try again later.");
        }
        else
        {
            AdminConnection.Serve(stream, _store!, (command, count, failure) => Tell(user, command, count, failure));
        }
    }

    private void End(Socket connection, Exception? failure)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
        }

        connection.Dispose();

        // Who goes away is nothing to speak of.
        TellRefused(failure is IOException or SocketException or ObjectDisposedException ? null : failure);
    }

    private void TellRefused(Exception? failure)
    {
        if (failure is not null && !_closed.IsSet)
        {
            _log!.Write(LogLines.AdminRefusedConnection, failure.Message);
        }
    }

    private void Tell(uint user, string command, int count, Exception? failure)
    {
        if (failure is null)
        {
            _log!.Write(LogLines.AdminDone, user, command, count);
        }
        else
        {
            _log!.Write(LogLines.AdminFailed, user, command, failure.Message);
        }
    }
}
