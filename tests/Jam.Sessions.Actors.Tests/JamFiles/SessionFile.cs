using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>A session file read without the engine's reader.</summary>
internal sealed class SessionFile(PyJson.Members content)
{
    private const string Table = "_default";

    public static SessionFile Load(string path)
    {
        var value = new FileInfo(path).Length == 0 ? PyJson.Null : PyJson.Load(path);
        var content = value as PyJson.Members ?? new PyJson.Members([]);
        return new SessionFile(content.Find(Table) is null ? new PyJson.Members([.. content.Values, (Table, new PyJson.Members([]))]) : content);
    }

    /// <summary>Document ids and documents in file order.</summary>
    public IReadOnlyList<(string Name, PyJson Value)> Documents => ((PyJson.Members)content[Table]).Values;

    /// <summary>A text that two files share exactly when they mean the same: tables, documents, fields and their order, ids as they stand.</summary>
    /// <remarks>Tokens of data differ with every encryption, so their text is compared instead.</remarks>
    public string Meaning(Fernet? fernet) => new PyJson.Members([.. content.Values.Select(member => member.Name == Table
        ? (member.Name, new PyJson.Members([.. Documents.Select(document => (IdOf(document.Name), Decrypted(document.Value, fernet)))]))
        : member)]).Canonical();

    /// <summary>The text of a token; null where it cannot be decrypted with this key, or is not text.</summary>
    public static string? Decrypt(Fernet fernet, string token)
    {
        try
        {
            var utf8 = fernet.TryDecrypt(Encoding.UTF8.GetBytes(token));
            return utf8 is null ? null : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>jam, too, makes a number of every document id when it writes.</summary>
    private static string IdOf(string name) => name.Trim().Replace("_", "", StringComparison.Ordinal).TrimStart('0');

    private static PyJson Decrypted(PyJson document, Fernet? fernet) => fernet is null || document is not PyJson.Members fields
        ? document
        : new PyJson.Members([.. fields.Values.Select(field =>
            field is ("data", PyJson.Text token) && Decrypt(fernet, token.Value) is { } text ? ("data, decrypted", new PyJson.Text(text)) : field)]);
}
