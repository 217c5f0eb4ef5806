using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Strings and numbers as Python's json module writes them.</summary>
public sealed class JsonTextSpec
{
    // Any UTF-16 units: plain, control, beyond ASCII, astral pairs and lone surrogates.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Char[' ', '~'].Select(c => c.ToString()),
        Gen.Char['\0', '\u00FF'].Select(c => c.ToString()),
        Gen.Char['\uD7F0', '\uE010'].Select(c => c.ToString()),
        Gen.Char['\u0100', '\uFFFF'].Select(c => c.ToString()),
        Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)).Array[0, 40].Select(string.Concat);

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-1.0, "-1.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00012345, "0.00012345")]
    [InlineData(9.999e-05, "9.999e-05")]
    [InlineData(9.999999999999999e-05, "9.999999999999999e-05")]
    [InlineData(1e-7, "1e-07")]
    [InlineData(1e-100, "1e-100")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(2.2250738585072014e-308, "2.2250738585072014e-308")]
    [InlineData(999999999999999.9, "999999999999999.9")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1000000000000000.1, "1000000000000000.1")]
    [InlineData(9007199254740993.0, "9007199254740992.0")]
    [InlineData(9999999999999998.0, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1e17, "1e+17")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e22, "1e+22")]
    [InlineData(1e23, "1e+23")]
    [InlineData(-1e23, "-1e+23")]
    [InlineData(9.5e22, "9.5e+22")]
    [InlineData(1.7976931348623157e+308, "1.7976931348623157e+308")]
    [InlineData(123456789.123456, "123456789.123456")]
    [InlineData(1795367285.296665, "1795367285.296665")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void A_float_is_written_as_python_shows_it(double value, string text) => Assert.Equal(text, Float(value));

    [Fact]
    public void Any_float_is_read_back_and_has_an_exponent_only_where_python_gives_one() =>
        Gen.Long.Select(BitConverter.Int64BitsToDouble).Where(double.IsFinite).Sample(
            value =>
            {
                var text = Float(value);
                Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)));
                Assert.Equal(Math.Abs(value) is not 0 and (< 1e-4 or >= 1e16), text.Contains('e'));
                Assert.True(text.Contains('e') || text.Contains('.'));
            },
            iter: 20_000);

    [Fact]
    public void A_time_of_whole_microseconds_and_the_floats_beside_it_have_the_shortest_text_that_is_read_as_them() =>
        Gen.Select(Gen.Long[0, 10_000_000_000_000_000], Gen.Int[0, 6]).Sample(
            (microseconds, zeros) =>
            {
                var step = (long)Math.Pow(10, zeros);
                var time = microseconds / step * step / 1e6;
                foreach (var value in new[] { time, Math.BitIncrement(time), Math.BitDecrement(time) }.Where(value => value is >= 1e-4 and < 1e15))
                {
                    var shortest = value.ToString("R", CultureInfo.InvariantCulture);
                    Assert.Equal(shortest.Contains('.') ? shortest : $"{shortest}.0", Float(value));
                }
            },
            iter: 20_000);

    [Fact]
    public void Powers_of_ten_have_one_digit()
    {
        for (var exponent = -323; exponent <= 308; exponent++)
        {
            var text = $"1e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
            if (exponent is < -4 or >= 16)
            {
                Assert.Equal(text, Float(double.Parse(text, CultureInfo.InvariantCulture)));
            }
        }
    }

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("plain /<>&'", "\"plain /<>&'\"")]
    [InlineData("\"\\\b\f\n\r\t", @"""\""\\\b\f\n\r\t""")]
    [InlineData("\0\u001f\u007f\u0080", @"""\u0000\u001f\u007f\u0080""")]
    [InlineData("é\u2028\uFFFF", @"""\u00e9\u2028\uffff""")]
    [InlineData("😀", @"""\ud83d\ude00""")]
    public void Escapes_are_those_of_python(string text, string json)
    {
        Assert.Equal(json, Written(output => JsonText.WriteString(output, text.AsSpan())));
        Assert.Equal(json, Written(output => JsonText.WriteString(output, Encoding.UTF8.GetBytes(text).AsSpan())));
    }

    [Fact]
    public void Any_text_comes_back_as_itself() => AnyText.Sample(
        text =>
        {
            var json = Written(output => JsonText.WriteString(output, text.AsSpan()));
            Assert.True(Ascii.IsValid(json));
            Assert.Equal(text, JsonText.Decode(Encoding.ASCII.GetBytes(json[1..^1])));
        },
        iter: 5_000);

    [Fact]
    public void Any_text_without_lone_surrogates_comes_back_as_utf8() => AnyText.Where(IsWellFormed).Sample(
        text =>
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            var json = Written(output => JsonText.WriteString(output, utf8.AsSpan()));
            Assert.Equal(json, Written(output => JsonText.WriteString(output, text.AsSpan())));
            Assert.Equal(utf8, JsonText.DecodeUtf8(Encoding.ASCII.GetBytes(json[1..^1]), out var isExact));
            Assert.True(isExact);
            Assert.Equal(text, JsonText.Decode(utf8.AsSpan().IndexOf((byte)'\\') < 0 ? utf8 : Encoding.ASCII.GetBytes(json[1..^1])));
        },
        iter: 5_000);

    [Theory]
    [InlineData(@"\ud800", @"\ud800")]
    [InlineData(@"a\uDC00b", @"a\uDC00b")]
    [InlineData(@"\ud83d\ud83d\ude00", @"\ud83d😀")]
    [InlineData(@"\ud83d\n", "\\ud83d\n")]
    [InlineData(@"\ud83dxude00", @"\ud83dxude00")]
    [InlineData(@"\ud83d\u00e9", @"\ud83dé")]
    [InlineData(@"é\ude00\ud83d", @"é\ude00\ud83d")]
    public void A_lone_surrogate_stays_an_escape_in_utf8(string content, string utf8)
    {
        Assert.Equal(utf8, Encoding.UTF8.GetString(JsonText.DecodeUtf8(Encoding.UTF8.GetBytes(content), out var isExact)));
        Assert.False(isExact);
    }

    [Theory]
    [InlineData("é😀", "é😀")]
    [InlineData(@"\/\u00E9\u00e9", "/éé")]
    [InlineData(@"\\u0041", @"\u0041")]
    public void Escapes_that_python_does_not_write_are_read(string content, string text)
    {
        Assert.Equal(text, JsonText.Decode(Encoding.UTF8.GetBytes(content)));
        Assert.Equal(text, Encoding.UTF8.GetString(JsonText.DecodeUtf8(Encoding.UTF8.GetBytes(content), out var isExact)));
        Assert.True(isExact);
    }

    private static bool IsWellFormed(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Float(double value)
    {
        Span<byte> buffer = stackalloc byte[JsonText.MaxFloatLength];
        return Encoding.ASCII.GetString(JsonText.Float(value, buffer));
    }

    private static string Written(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
