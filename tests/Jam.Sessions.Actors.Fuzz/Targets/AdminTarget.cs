using System.Buffers.Binary;
using System.Text;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>The admin socket's protocol, from both ends. Input: a byte that says which end reads, and what the other end sends.</summary>
internal sealed class AdminTarget : IFuzzTarget
{
    private const string SecretId = "secret-id-", SecretData = "secret-data";

    private static readonly byte[] s_greeting = [.. "jam-adm"u8, AdminRequest.Protocol];

    public string Name => "admin";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Requests().Select(request => (byte[])[0, .. Frame(AdminFrameKind.Request, request.ToUtf8())]),
        .. Requests().Select(request => (byte[])[1, .. Answered(request)]),
        [0, .. Frame(AdminFrameKind.Request, """{"protocol": 2, "command": "end", "all": true}"""u8)],
        [1, .. s_greeting, .. Frame(AdminFrameKind.Error, """{"kind": 6, "message": "no"}"""u8)],
    ];

    /// <summary>Most times the first frame's length is made to fit.</summary>
    public byte[] Repair(byte[] input, Random random)
    {
        const int head = 1 + 5;
        if (input.Length > head && input[0] % 2 == 0 && random.Next(4) > 0)
        {
            input = [.. input];
            input[1] = (byte)AdminFrameKind.Request;
            BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(2), input.Length - head);
        }

        return input;
    }

    public string Run(byte[] input) => input.FirstOrDefault() % 2 == 0 ? OfHost(input.AsSpan(Math.Min(1, input.Length)).ToArray()) : OfTool(input[1..]);

    private static string OfHost(byte[] sent)
    {
        var store = new Store();
        using var stream = new Duplex(sent);
        AdminConnection.Serve(stream, store, (_, _, _) => { });
        var said = stream.Said.ToArray();
        Require(said.AsSpan().StartsWith(s_greeting), "no greeting");
        var text = Encoding.UTF8.GetString(said);
        Require(store.HasCopied || !(text.Contains(SecretId, StringComparison.Ordinal) || text.Contains(SecretData, StringComparison.Ordinal)), "an id or data was sent");
        Require(store.Ended == 0 || store.MayEnd(sent), "sessions ended that nobody named");
        return said.Length == s_greeting.Length ? "nothing asked" : OfTool(said);
    }

    private static string OfTool(byte[] said)
    {
        using var stream = new MemoryStream(said);
        var reply = new Reply();
        try
        {
            AdminFrame.ReadGreeting(stream);
            AdminClient.Read(stream, reply);
            return $"done {Math.Min(reply.Items, 3)} {reply.HasCopy}";
        }
        catch (AdminRefusal refusal)
        {
            return $"{refusal.Kind} {Math.Min(reply.Items, 3)} {reply.HasCopy}";
        }
    }

    private static IEnumerable<AdminRequest> Requests()
    {
        foreach (var command in Enum.GetValues<AdminCommand>())
        {
            yield return new AdminRequest { Command = command };
            yield return new AdminRequest { Command = command, IsDryRun = true, Limit = 1, Selection = new Selection { All = true } };
            yield return new AdminRequest { Command = command, Selection = new Selection { Key = "user1", CreatedBefore = DateTimeOffset.UnixEpoch, UnseenFor = TimeSpan.FromDays(1) } };
            yield return new AdminRequest { Command = command, Selection = new Selection { Handle = Made(1).Handle } };
        }
    }

    private static byte[] Answered(AdminRequest request)
    {
        using var stream = new Duplex(Frame(AdminFrameKind.Request, request.ToUtf8()));
        AdminConnection.Serve(stream, new Store(), (_, _, _) => { });
        return stream.Said.ToArray();
    }

    private static byte[] Frame(AdminFrameKind kind, ReadOnlySpan<byte> content)
    {
        using var stream = new MemoryStream();
        AdminFrame.Write(stream, kind, content);
        return stream.ToArray();
    }

    private static Document Made(int i) => new($"{SecretId}{i}", $"user{i}", SessionData.From($$"""{"a": "{{SecretData}}"}"""), 1795367285.5 + i, i, raw: null);

    private static void Require(bool holds, string failure)
    {
        if (!holds)
        {
            throw new FuzzFailureException(failure);
        }
    }

    private sealed class Store : IAdminStore
    {
        private readonly List<Document> _sessions = [Made(1), Made(2), Made(3)];

        public bool IsRunning => true;

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "jam-sessions-fuzz-admin.json");

        public IEnumerable<Document> Sessions => _sessions;

        public int OpaqueCount => 0;

        public long Now => DateTimeOffset.UnixEpoch.AddYears(60).Ticks;

        public int Ended { get; private set; }

        public bool HasCopied { get; private set; }

        /// <summary>A selector must stand in the request, however it is written.</summary>
        public bool MayEnd(byte[] sent) => Encoding.UTF8.GetString(sent) is var text
            && (text.Contains("all", StringComparison.Ordinal) || text.Contains("key", StringComparison.Ordinal) || text.Contains("handle", StringComparison.Ordinal)
                || text.Contains("createdBefore", StringComparison.Ordinal) || text.Contains("unseenForSeconds", StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal));

        public int End(IReadOnlyList<Document> sessions, Action<int> progress) => Ended += sessions.Count;

        public int Sweep() => 0;

        public void Flush()
        {
        }

        public (long Length, uint Checksum) Copy(Func<int, Stream> open)
        {
            HasCopied = true;
            open(3).Write("{}"u8);
            return (2, 0);
        }
    }

    private sealed class Reply : IAdminReply
    {
        public int Items { get; private set; }

        public bool HasCopy { get; private set; }

        public void Item(ReadOnlySpan<byte> json) => Items++;

        public void Progress(long done, long total) => Require(done >= 0 && total >= 0, "progress below nothing");

        public Stream Bytes(int documents)
        {
            HasCopy = true;
            return Stream.Null;
        }
    }

    /// <summary>A connection whose other end has said all that it will say.</summary>
    private sealed class Duplex(byte[] sent) : Stream
    {
        private readonly MemoryStream _sent = new(sent);

        public MemoryStream Said { get; } = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => _sent.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _sent.Read(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Said.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => Said.Write(buffer);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
