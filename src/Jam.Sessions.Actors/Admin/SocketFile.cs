using System.Net.Sockets;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Admin;

/// <summary>The name of a socket in the file system: made, with the owner's rights alone, and removed only where it is ours.</summary>
/// <remarks>
/// Until it listens nobody can connect: the rights are set between the two, so there is no instant in which another user could. A name that a process left
/// behind is removed by who holds the session file's lock, so it belongs to nobody who runs; a socket that is listened on is left alone all the same.
/// </remarks>
internal sealed class SocketFile : IDisposable
{
    private const string FirstEnding = ".new";

    private readonly string _path;
    private readonly FileStatus? _own;

    private SocketFile(Socket socket, string path)
    {
        (Socket, _path) = (socket, path);
        _own = StatusOf(path);
    }

    /// <summary>Bound, and not listening yet.</summary>
    public Socket Socket { get; }

    /// <summary>Binds a socket to a path; to be called by who holds the lock of the session file.</summary>
    /// <exception cref="SessionStoreException">Something else is there, or it cannot be made.</exception>
    public static SocketFile Bind(string path)
    {
        // .NET removes the name that it has bound when the socket is closed, whosever that is by then.
        var (socket, first) = (New(), $"{path}{FirstEnding}");
        try
        {
            RemoveStale(path);
            RemoveStale(first);
            socket.Bind(new UnixDomainSocketEndPoint(first));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(first, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            if (Libc.Rename(first, path) is not 0 and var error)
            {
                throw new SystemCallException("rename", path, error);
            }

            return new SocketFile(socket, path);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException or IOException or UnauthorizedAccessException
                ? new SessionStoreException(path, $"The admin socket {path} cannot be made: {e.Message}. Set admin-socket-path to another place, or admin-socket = off.", e)
                : e;
        }
    }

    /// <summary>A connection to who listens; null where nobody does.</summary>
    /// <exception cref="SocketException">There is somebody, and this user may not connect.</exception>
    public static Socket? TryConnect(string path)
    {
        var socket = New();
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || e.NativeErrorCode == Errno.NoSuchFile)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of it, and removes the name where it still is this socket's: an engine that started meanwhile may have its own there.</summary>
    public void Dispose()
    {
        Socket.Dispose();
        if (_own is { } own && StatusOf(_path) is { } there && there.IsSameFileAs(own))
        {
            Libc.Unlink(_path);
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static void RemoveStale(string path)
    {
        if (StatusOf(path) is not { } there)
        {
            return;
        }

        if (!there.IsSocket)
        {
            throw new SessionStoreException(path, $"{path} is to be the admin socket, and is {there.Kind}. It was left alone; set admin-socket-path to another place.");
        }

        using var listener = TryConnect(path);
        if (listener is not null)
        {
            throw new SessionStoreException(path, $"Another engine listens on the admin socket {path}. Give each store an admin-socket-path of its own.");
        }

        if (Libc.Unlink(path) is not 0 and var error)
        {
            throw new SystemCallException("unlink", path, error);
        }
    }

    private static FileStatus? StatusOf(string path) => FileStatus.Of(path, follow: false);
}
