using System.Buffers;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Documents as a file has them.</summary>
internal static class RawDocument
{
    /// <summary>A document without some members; the others keep their bytes and their order.</summary>
    /// <param name="raw">An object.</param>
    /// <param name="withoutId">Leaves the session id out.</param>
    /// <param name="withoutExtra">Leaves out what goes beyond jam.</param>
    public static byte[] Without(ReadOnlySpan<byte> raw, bool withoutId, bool withoutExtra)
    {
        if (!withoutId && !withoutExtra)
        {
            return raw.ToArray();
        }

        var output = new ArrayBufferWriter<byte>(raw.Length);
        var scanner = new JsonScanner(raw);
        scanner.Take((byte)'{');
        do
        {
            scanner.Peek();
            var start = scanner.Position;
            var member = DocumentMembers.Of(DocumentReader.TakeName(ref scanner));
            scanner.TakeValue();
            if (!(withoutId && member == DocumentMember.SessionId) && !(withoutExtra && member == DocumentMember.Extra))
            {
                output.Write(output.WrittenCount == 0 ? "{"u8 : ", "u8);
                output.Write(raw[start..scanner.Position]);
            }
        }
        while (scanner.TakeCommaOr((byte)'}'));

        output.Write(output.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return output.WrittenSpan.ToArray();
    }
}
