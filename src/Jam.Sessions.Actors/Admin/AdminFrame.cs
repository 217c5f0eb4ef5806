using System.Buffers;
using System.Buffers.Binary;

namespace Jam.Sessions.Actors.Admin;

/// <summary>
/// What goes over the socket. The host begins with its greeting, the tool answers with one request, and then only the host speaks, up to
/// <see cref="AdminFrameKind.Done"/> or <see cref="AdminFrameKind.Error"/>:
/// <code>
/// greeting   "jam-adm" and one byte, the protocol that the host speaks
/// frame      one byte, its kind; four bytes, the length of what follows (little endian); the content
/// </code>
/// </summary>
/// <remarks>Each side knows how long a frame of the other may be, and reads no longer one.</remarks>
internal static class AdminFrame
{
    /// <summary>The longest frame of a host.</summary>
    public const int MaxLength = 1 << 20;

    private const int HeadLength = 5;

    private static ReadOnlySpan<byte> Magic => "jam-adm"u8;

    public static void Greet(Stream stream) => stream.Write([.. Magic, AdminRequest.Protocol]);

    /// <exception cref="AdminRefusal">It is no such host, or one of another protocol.</exception>
    public static void ReadGreeting(Stream stream)
    {
        Span<byte> greeting = stackalloc byte[Magic.Length + 1];
        if (stream.ReadAtLeast(greeting, greeting.Length, throwOnEndOfStream: false) < greeting.Length || !greeting.StartsWith(Magic))
        {
            throw new AdminRefusal(AdminRefusalKind.Failed, "What listens on the socket is no engine of Jam.Sessions.Actors, or is closing.");
        }

        if (greeting[^1] != AdminRequest.Protocol)
        {
            throw new AdminRefusal(
                AdminRefusalKind.Failed, $"The host speaks protocol {greeting[^1]}, this tool {AdminRequest.Protocol}. Use the tool of the host's release.");
        }
    }

    public static void Write(Stream stream, AdminFrameKind kind, ReadOnlySpan<byte> content)
    {
        // In one piece: a list has very many of them.
        var frame = ArrayPool<byte>.Shared.Rent(HeadLength + content.Length);
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), content.Length);
        content.CopyTo(frame.AsSpan(HeadLength));
        stream.Write(frame, 0, HeadLength + content.Length);
        ArrayPool<byte>.Shared.Return(frame);
    }

    /// <summary>Reads a frame; null where the other side has ended.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="maxLength">The longest content that is read.</param>
    /// <exception cref="AdminRefusal">It is too long, or cut short.</exception>
    public static (AdminFrameKind Kind, byte[] Content)? Read(Stream stream, int maxLength)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        var read = stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        if (read < HeadLength || length < 0 || length > maxLength)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "A frame is cut short, or longer than it may be.");
        }

        var content = new byte[length];
        return stream.ReadAtLeast(content, length, throwOnEndOfStream: false) == length
            ? ((AdminFrameKind)head[0], content)
            : throw new AdminRefusal(AdminRefusalKind.BadRequest, "A frame is cut short.");
    }
}

/// <summary>What a frame is.</summary>
internal enum AdminFrameKind : byte
{
    /// <summary>From the tool: <see cref="AdminRequest"/>.</summary>
    Request = 1,

    /// <summary>A row.</summary>
    Item = 2,

    /// <summary><c>{"done": 1000, "total": 5000}</c>.</summary>
    Progress = 3,

    /// <summary>A piece of a backup.</summary>
    Bytes = 4,

    /// <summary>What came of it, and the end.</summary>
    Done = 5,

    /// <summary><c>{"kind": 6, "message": "…"}</c>, and the end.</summary>
    Error = 6,

    /// <summary><c>{"documents": 5}</c>: a backup of so many begins.</summary>
    Copy = 7,
}
