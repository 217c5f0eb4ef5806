using System.Text;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>The data of a session, in the form that each peer keeps natively: text, UTF-8 or <see cref="SessionData"/>.</summary>
/// <remarks>Each form is made once, before or on its first use: a peer is not charged for a conversion that its host would not do.</remarks>
internal sealed class Payload(string text)
{
    /// <summary>How many characters, all of them ASCII.</summary>
    public const int Length = 300;

    private byte[]? _utf8;
    private SessionData? _data;

    public string Text => text;

    public byte[] Utf8 => _utf8 ??= Encoding.UTF8.GetBytes(text);

    public SessionData Data => _data ??= SessionData.From(text);

    /// <summary>A JSON object: user id, roles and five more fields.</summary>
    public static Payload Of(int user, int version)
    {
        var random = new FastRandom((ulong)user * 31 + (ulong)version + 1);
        var seen = 1_700_000_000 + random.Below(100_000_000);
        var json = new StringBuilder(Length);
        json.Append($$"""{"userId":"user-{{user:D8}}","roles":["user","editor"],"email":"someone{{user:D8}}@example.org","locale":"en-GB",""");
        json.Append("\"seen\":").Append(seen).Append(",\"csrf\":\"");
        for (var i = 0; i < 8; i++)
        {
            json.Append($"{random.Next():x8}");
        }

        json.Append("\",\"path\":\"/orders/").Append($"{version:D8}/");
        while (json.Length < Length - 2)
        {
            json.Append((char)('a' + random.Below(26)));
        }

        return new Payload(json.Append("\"}").ToString());
    }
}
