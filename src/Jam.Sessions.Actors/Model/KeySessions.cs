using System.Collections;

namespace Jam.Sessions.Actors.Model;

/// <summary>The sessions of one owner: an immutable value, of which a change copies what it changes.</summary>
/// <remarks>
/// An owner is one session key. Only where a jam file holds one id under several keys do these keys share an owner, so that the
/// documents of one id are always decided in one place. Documents of one id are in file order; of other documents only the first few are.
/// The value is one reference, which tells it from others: an array of a few sessions, or a tree of such arrays (<see cref="SessionTree"/>).
/// </remarks>
internal readonly record struct KeySessions : IEnumerable<Document>
{
    public static readonly KeySessions None = new(Array.Empty<Document>());

    private readonly object? _root;

    private KeySessions(object? root) => _root = root;

    /// <summary>The sessions, in file order.</summary>
    /// <param name="sessions">Kept: not to be written to from now on.</param>
    public static KeySessions Of(Document[] sessions) => sessions.Length == 0 ? None : new(SessionTree.Of(sessions));

    /// <summary>True of the default value only, which stands for no value at all.</summary>
    public bool IsDefault => _root is null;

    public bool IsEmpty => Count == 0;

    public int Count => SessionTree.Count(_root);

    /// <summary>Any of them; there must be one. What they have in common is their owner.</summary>
    public Document Any => SessionTree.Any(_root);

    public bool Is(KeySessions other) => ReferenceEquals(_root, other._root);

    /// <summary>Those of an id, in file order.</summary>
    public NamedSessions Named(string id) => new(SessionTree.Leaf(_root, SessionIds.HashOf(id)), id, SessionIds.HashOf(id));

    /// <summary>The first one of an id in file order, which is the one that is served.</summary>
    public Document? Find(string id)
    {
        var named = Named(id);
        return named.MoveNext() ? named.Current : null;
    }

    public bool Contains(string id) => Find(id) is not null;

    /// <summary>Whether this very session is among them.</summary>
    public bool Has(Document session) => SessionTree.IndexOf(SessionTree.Leaf(_root, session.IdHash), session) >= 0;

    public KeySessions Add(Document session) => new(SessionTree.With(_root, session.IdHash, null, session));

    /// <summary>These sessions with the changes made to them.</summary>
    public KeySessions With(ReadOnlySpan<DocumentChange> changes)
    {
        var root = _root;
        foreach (var (before, after) in changes)
        {
            root = SessionTree.With(root, before, after);
        }

        return SessionTree.Count(root) == 0 ? None : new KeySessions(root);
    }

    public IEnumerator<Document> GetEnumerator() => SessionTree.All(_root).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"KeySessions {{ Count = {Count} }}";

    /// <summary>The sessions of one id among others.</summary>
    internal ref struct NamedSessions(ReadOnlySpan<Document> sessions, string id, int hash)
    {
        private readonly ReadOnlySpan<Document> _sessions = sessions;
        private int _at = -1;

        public readonly Document Current => _sessions[_at];

        public readonly NamedSessions GetEnumerator() => this;

        public bool MoveNext()
        {
            while (++_at < _sessions.Length)
            {
                if (_sessions[_at].IdHash == hash && _sessions[_at].Id == id)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
