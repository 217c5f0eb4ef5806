using System.Net.Sockets;
using System.Text.Json;

namespace Jam.Sessions.Actors.Admin;

/// <summary>The tool's side of the socket.</summary>
internal static class AdminClient
{
    /// <summary>Has a running engine do a command; null where none listens there.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="request">The command.</param>
    /// <param name="reply">Hears its rows.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="AdminRefusal">It was not done, or it is not known how it ended.</exception>
    public static byte[]? TryRun(string path, AdminRequest request, IAdminReply reply)
    {
        try
        {
            using var socket = SocketFile.TryConnect(path);
            if (socket is null)
            {
                return null;
            }

            using var stream = new NetworkStream(socket);
            AdminFrame.ReadGreeting(stream);
            AdminFrame.Write(stream, AdminFrameKind.Request, request.ToUtf8());
            return Read(new BufferedStream(stream, 1 << 16), reply);
        }
        catch (SocketException e)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"The host's socket {path} cannot be connected to: {e.Message}. Run the tool as the host's user, or as root.", e);
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            throw new AdminRefusal(AdminRefusalKind.Failed, "The host went away; whether the command was done is not known.", e);
        }
    }

    /// <summary>Reads what a host says up to the end.</summary>
    /// <exception cref="AdminRefusal">The host refused, or what it says is none of the protocol.</exception>
    public static byte[] Read(Stream stream, IAdminReply reply)
    {
        Stream? copy = null;
        while (AdminFrame.Read(stream, AdminFrame.MaxLength) is var (kind, content))
        {
            switch (kind)
            {
                case AdminFrameKind.Item:
                    reply.Item(content);
                    break;
                case AdminFrameKind.Progress:
                    reply.Progress(NumberOf(content, "done"), NumberOf(content, "total"));
                    break;
                case AdminFrameKind.Copy:
                    copy = reply.Bytes((int)NumberOf(content, "documents"));
                    break;
                case AdminFrameKind.Bytes when copy is not null:
                    copy.Write(content);
                    break;
                case AdminFrameKind.Done:
                    copy?.Flush();
                    return content;
                case AdminFrameKind.Error:
                    throw RefusalOf(content);
                default:
                    throw NotUnderstood(null);
            }
        }

        throw new AdminRefusal(AdminRefusalKind.Failed, "The host ended the connection before the end; whether the command was done is not known.");
    }

    private static AdminRefusal RefusalOf(byte[] content)
    {
        try
        {
            using var error = JsonDocument.Parse(content);
            var kind = (AdminRefusalKind)error.RootElement.GetProperty("kind").GetInt32();
            return new AdminRefusal(Enum.IsDefined(kind) ? kind : AdminRefusalKind.Failed, error.RootElement.GetProperty("message").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return NotUnderstood(e);
        }
    }

    private static long NumberOf(byte[] content, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.GetProperty(name).GetInt64() is >= 0 and <= int.MaxValue and var number ? number : throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw NotUnderstood(e);
        }
    }

    private static AdminRefusal NotUnderstood(Exception? inner) => new(AdminRefusalKind.Failed, "The host answered what is not of this protocol.", inner);
}
