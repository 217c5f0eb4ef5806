using System.Text;
using Jam.Sessions.Actors.Admin;

namespace Jam.Sessions.Actors.Tests.Admin;

/// <summary>The bytes between an operator's tool and a host.</summary>
public sealed class AdminFrameSpec
{
    private const int Longest = 5;

    [Theory]
    [InlineData("jam-adm", "no engine")]
    [InlineData("HTTP/1.1 400", "no engine")]
    [InlineData("", "no engine")]
    [InlineData("jam-adm\u0002", "The host speaks protocol 2")]
    public void What_greets_otherwise_is_told_apart(string greeting, string sentence)
    {
        var refusal = Assert.Throws<AdminRefusal>(() => AdminFrame.ReadGreeting(new MemoryStream(Encoding.ASCII.GetBytes(greeting))));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_again_frame_by_frame_to_the_end()
    {
        var stream = new MemoryStream();
        AdminFrame.Greet(stream);
        AdminFrame.Write(stream, AdminFrameKind.Request, "12345"u8);
        AdminFrame.Write(stream, AdminFrameKind.Request, []);
        stream.Position = 0;
        AdminFrame.ReadGreeting(stream);
        Assert.Equal("12345"u8, AdminFrame.Read(stream, Longest)!.Value.Content);
        Assert.Equal((AdminFrameKind.Request, 0), (AdminFrame.Read(stream, Longest) is { } empty ? (empty.Kind, empty.Content.Length) : default));
        Assert.Null(AdminFrame.Read(stream, Longest));
    }

    [Fact]
    public void A_frame_that_is_cut_anywhere_or_too_long_is_refused()
    {
        var stream = new MemoryStream();
        AdminFrame.Write(stream, AdminFrameKind.Request, "12345"u8);
        var frame = stream.ToArray();
        for (var length = 1; length < frame.Length; length++)
        {
            Assert.Throws<AdminRefusal>(() => AdminFrame.Read(new MemoryStream(frame[..length]), Longest));
        }

        Assert.Throws<AdminRefusal>(() => AdminFrame.Read(new MemoryStream(frame), Longest - 1));
        Assert.Throws<AdminRefusal>(() => AdminFrame.Read(new MemoryStream([0, 0xFF, 0xFF, 0xFF, 0xFF]), Longest));
    }
}
