using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Admin;

/// <summary>The user behind the other end of a Unix domain socket, as the kernel knows it.</summary>
internal static partial class PeerUser
{
    private const int SocketLevel = 1, PeerCredentials = 17, CredentialsLength = 12, UserOffset = 4;

    /// <summary>The user that this process acts as.</summary>
    public static uint Own => EffectiveUser();

    /// <summary>Whether a user may command this process's engine: its own user, and root, who could anyway.</summary>
    public static bool MayCommand(uint user) => user == 0 || user == Own;

    /// <summary>The user's number.</summary>
    /// <exception cref="SocketException">The kernel does not say.</exception>
    public static uint Of(Socket socket)
    {
        if (OperatingSystem.IsMacOS())
        {
            return PeerOnMac((int)socket.Handle, out var user, out _) == 0 ? user : throw new SocketException(Marshal.GetLastPInvokeError());
        }

        Span<byte> credentials = stackalloc byte[CredentialsLength];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialsLength
            ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[UserOffset..])
            : throw new SocketException((int)SocketError.ProtocolOption);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpeereid", SetLastError = true)]
    private static partial int PeerOnMac(int socket, out uint user, out uint group);
}
