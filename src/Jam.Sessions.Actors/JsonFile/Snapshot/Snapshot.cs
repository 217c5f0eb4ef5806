using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a session file holds: the documents of the table <c>_default</c>, and all that stands around them.</summary>
/// <param name="Head">Everything up to the value of <c>_default</c>, verbatim.</param>
/// <param name="Documents">The documents, in file order.</param>
/// <param name="Tail">Everything after it, verbatim.</param>
/// <param name="Fingerprint">The file that this was read from.</param>
/// <param name="Replaced">How many documents are not among them, since a later one has the same id.</param>
internal sealed record Snapshot(byte[] Head, List<Document> Documents, byte[] Tail, Fingerprint Fingerprint, int Replaced = 0)
{
    public static readonly byte[] StandardHead = "{\"_default\": "u8.ToArray();
    public static readonly byte[] StandardTail = "}"u8.ToArray();

    public static Snapshot Empty => new(StandardHead, [], StandardTail, Fingerprint.Empty);
}
