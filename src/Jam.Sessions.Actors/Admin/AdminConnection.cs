namespace Jam.Sessions.Actors.Admin;

/// <summary>One connection of an operator, from the greeting to the end: one request, and what comes of it.</summary>
internal static class AdminConnection
{
    /// <summary>Serves it. What the other side does wrong ends this connection, and nothing else.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="log">Hears of every command that changes or copies something: which, how many sessions, and why it failed, if it did.</param>
    public static void Serve(Stream stream, IAdminStore store, Action<string, int, Exception?> log)
    {
        AdminFrame.Greet(stream);
        var (name, isRead) = ("?", true);
        byte[] done;
        try
        {
            if (AdminFrame.Read(stream, AdminRequest.MaxLength) is not { } frame)
            {
                return;
            }

            var request = frame.Kind == AdminFrameKind.Request ? AdminRequest.Parse(frame.Content) : throw new AdminRefusal(AdminRefusalKind.BadRequest, "A request is expected.");
            (name, isRead) = (AdminRequest.NameOf(request.Command), IsRead(request));
            done = AdminCommands.Run(request, store, new FramedReply(stream), out var changed);
            if (!isRead)
            {
                log(name, changed, null);
            }
        }
        catch (Exception e)
        {
            if (!isRead)
            {
                log(name, 0, e);
            }

            if (e is IOException)
            {
                throw;
            }

            Refuse(stream, e as AdminRefusal ?? new AdminRefusal(AdminRefusalKind.Failed, e is JamSessionsException ? e.Message : $"The host failed unexpectedly ({e.GetType().Name})."));
            return;
        }

        AdminFrame.Write(stream, AdminFrameKind.Done, done);
    }

    /// <summary>Says why nothing is done for this one, whatever it asks: what is sent to who is still speaking may get lost.</summary>
    public static void TurnAway(Stream stream, string why)
    {
        AdminFrame.Greet(stream);
        try
        {
            AdminFrame.Read(stream, AdminRequest.MaxLength);
        }
        catch (AdminRefusal)
        {
            // It is refused in any case.
        }

        Refuse(stream, new AdminRefusal(AdminRefusalKind.Refused, why));
    }

    private static void Refuse(Stream stream, AdminRefusal refusal)
    {
        var error = AdminJson.Object(json =>
        {
            json.WriteNumber("kind", (int)refusal.Kind);
            json.WriteString("message", refusal.Message);
        });
        AdminFrame.Write(stream, AdminFrameKind.Error, error);
    }

    private static bool IsRead(AdminRequest request) => request.Command is AdminCommand.Stats or AdminCommand.List or AdminCommand.Show || request.IsDryRun;

    private sealed class FramedReply(Stream stream) : IAdminReply
    {
        public void Item(ReadOnlySpan<byte> json) => AdminFrame.Write(stream, AdminFrameKind.Item, json);

        public void Progress(long done, long total) => AdminFrame.Write(stream, AdminFrameKind.Progress, AdminJson.Object(json =>
        {
            json.WriteNumber("done", done);
            json.WriteNumber("total", total);
        }));

        public Stream Bytes(int documents)
        {
            AdminFrame.Write(stream, AdminFrameKind.Copy, AdminJson.Object(json => json.WriteNumber("documents", documents)));
            return new FramedBytes(stream);
        }
    }

    /// <summary>Cuts what is written into frames.</summary>
    private sealed class FramedBytes(Stream stream) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(buffer.Length, AdminFrame.MaxLength)..])
            {
                AdminFrame.Write(stream, AdminFrameKind.Bytes, buffer[..Math.Min(buffer.Length, AdminFrame.MaxLength)]);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
