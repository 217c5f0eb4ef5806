using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a table of TinyDB looks like: <c>{"1": {…}, "2": {…}}</c>, objects under whole numbers.</summary>
internal static class TinyDbTable
{
    public static bool IsOne(ReadOnlySpan<byte> value)
    {
        var scanner = new JsonScanner(value);
        if (!scanner.TryTake((byte)'{'))
        {
            return false;
        }

        var isEmpty = scanner.TryTake((byte)'}');
        while (!isEmpty)
        {
            var name = scanner.TakeString();
            scanner.Take((byte)':');
            if (DocumentId.Read(name) == Document.NoDocumentId || scanner.Peek() != (byte)'{')
            {
                return false;
            }

            scanner.TakeValue();
            isEmpty = !scanner.TakeCommaOr((byte)'}');
        }

        return true;
    }
}
