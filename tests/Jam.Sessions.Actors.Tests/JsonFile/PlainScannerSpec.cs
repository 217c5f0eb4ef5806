using System.Globalization;
using System.Text;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>The shortcut takes what jam writes, and takes it for what the general way takes it for.</summary>
public sealed class PlainScannerSpec
{
    private const string JamsData = """{\"a\": [1, \"caf\\u00e9\"],\"tab\": \"\t\/\"}""";

    private static readonly string[] Pieces = ["\\\"", "\\\\", "\\n", "\\/", "\\b", "a", " ", "{", new string('x', 31)];

    [Theory]
    [InlineData("1795367285.296665", true)]
    [InlineData("1795367285.0", true)]
    [InlineData("4294967294.999999", true)]
    [InlineData("1.5", true)]
    [InlineData("1795367285", false)]
    [InlineData("1795367285.", false)]
    [InlineData("1795367285.00", false)]
    [InlineData("1795367285.10", false)]
    [InlineData("1795367285.2966651", false)]
    [InlineData("4294967295.5", false)]
    [InlineData("17953672851.5", false)]
    [InlineData("0.5", false)]
    [InlineData("01.5", false)]
    [InlineData(".5", false)]
    [InlineData("-1.5", false)]
    [InlineData("1.5e3", false)]
    [InlineData("1.5.5", false)]
    [InlineData("NaN", false)]
    public void Times_are_those_that_python_writes_so(string time, bool isTaken)
    {
        Assert.Equal(isTaken, IsTaken("{}", time, out _, out var seconds));
        Assert.Equal(isTaken ? double.Parse(time, CultureInfo.InvariantCulture) : seconds, seconds);
    }

    [Fact]
    public void A_time_of_whole_microseconds_is_the_nearest_float_whose_text_it_is() => Gen.Select(Gen.Long[1_000_000, 4_294_967_294_999_999], Gen.Int[0, 6]).Sample(
        (microseconds, zeros) =>
        {
            var rounded = microseconds - (microseconds % (long)Math.Pow(10, zeros));
            var time = $"{rounded / 1_000_000}.{(rounded % 1_000_000).ToString("D6", CultureInfo.InvariantCulture).TrimEnd('0')}";
            time = time.EndsWith('.') ? $"{time}0" : time;
            Assert.True(IsTaken("{}", time, out _, out var seconds));
            Assert.Equal(double.Parse(time, CultureInfo.InvariantCulture), seconds);
            Assert.Equal(time, Encoding.ASCII.GetString(JsonText.Float(seconds, stackalloc byte[JsonText.MaxFloatLength])));
        },
        iter: 20_000);

    [Theory]
    [InlineData(JamsData, true)]
    [InlineData("", true)]
    [InlineData("\u007f", true)]
    [InlineData("\\u0041", false)]
    [InlineData("é", false)]
    [InlineData("\n", false)]
    [InlineData("\\x", false)]
    public void Data_is_taken_where_it_has_only_short_escapes(string content, bool isTaken)
    {
        for (var shift = 0; shift < 70; shift++)
        {
            var shifted = new string('x', shift) + content;
            Assert.Equal(isTaken, IsTaken(shifted, "1795367285.296665", out var data, out _));
            Assert.Equal(isTaken ? JsonText.DecodeUtf8(Encoding.UTF8.GetBytes(shifted), out _) : data, data);
        }
    }

    [Fact]
    public void Data_is_unescaped_as_the_general_way_does() => Gen.Int[0, Pieces.Length - 1].Array[0, 40].Sample(pieces =>
    {
        var content = string.Concat(pieces.Select(piece => Pieces[piece]));
        Assert.True(IsTaken(content, "1795367285.296665", out var data, out _));
        Assert.Equal(JsonText.DecodeUtf8(Encoding.UTF8.GetBytes(content), out _), data);
    });

    [Fact]
    public void Nothing_is_taken_of_a_document_that_ends_early_or_has_no_room()
    {
        var document = Document(JamsData, "1795367285.296665");
        for (var length = 0; length <= document.AsSpan().IndexOf("}, "u8); length++)
        {
            Assert.False(new PlainScanner(document.AsSpan(0, length), 0).TryTakeDocument(new byte[256], out _, out _, out _, out _, out _));
        }

        for (var room = 0; room < JamsData.Length; room++)
        {
            Assert.False(new PlainScanner(document, 0).TryTakeDocument(new byte[room], out _, out _, out _, out _, out _));
        }
    }

    private static byte[] Document(string data, string createdAt) =>
        Encoding.UTF8.GetBytes($$"""{"key": "k", "session_id": "i", "data": "{{data}}", "created_at": {{createdAt}}}, "2": {"key": "k", "session_id": "i"}""");

    private static bool IsTaken(string data, string createdAt, out byte[] text, out double seconds)
    {
        var unescaped = new byte[4096];
        var isTaken = new PlainScanner(Document(data, createdAt), 0).TryTakeDocument(unescaped, out _, out _, out var length, out seconds, out _);
        text = unescaped[..length];
        return isTaken;
    }
}
