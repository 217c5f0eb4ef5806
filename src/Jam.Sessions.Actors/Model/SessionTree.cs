using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Model;

/// <summary>Sessions by the hashes of their ids, never changed: a change copies the way from the root to one leaf, some 500 bytes among 100,000 sessions.</summary>
/// <remarks>
/// <code>
/// few:   [a b c]                        an array: 8 bytes a session, and one copy of it a change
/// many:  node ─┬─ [d e f … up to 16]    two bits of the hash at each node
///              ├─ node ─┬─ [g h]
///              …        …
/// </code>
/// Sessions with one hash are in one leaf, in the order in which they came. .NET's immutable collections are binary trees with a node for
/// each session: about twice the bytes for a change, and four times the memory.
/// </remarks>
internal static class SessionTree
{
    private const int LeafSize = 16;
    private const int Fan = 4;
    private const int DigitBits = 2;

    // Sessions that no further bit of their hashes tells apart stay together, however many they are.
    private const int Levels = 32 / DigitBits;

    /// <param name="sessions">Kept.</param>
    public static object Of(Document[] sessions) => Of(sessions, level: 0);

    public static int Count(object? root) => root is Node node ? node.Count : LeafOf(root).Length;

    public static Document Any(object? root)
    {
        while (root is Node node)
        {
            root = node.Children[0] ?? node.Children[1] ?? node.Children[2] ?? node.Children[3];
        }

        return LeafOf(root)[0];
    }

    /// <summary>All sessions with this hash, among others.</summary>
    public static ReadOnlySpan<Document> Leaf(object? root, int hash)
    {
        for (var level = 0; root is Node node; level++)
        {
            root = node.Children[Digit(hash, level)];
        }

        return LeafOf(root);
    }

    public static IEnumerable<Document> All(object? root)
    {
        if (root is not Node node)
        {
            return LeafOf(root);
        }

        var all = new Document[node.Count];
        CopyTo(node, all);
        return all;
    }

    /// <summary>Adds a session, removes one, or puts one in the place of another one; in a single leaf it keeps that place.</summary>
    public static object? With(object? root, Document? before, Document? after) =>
        before is not null && after is not null && before.IdHash != after.IdHash && root is Node
            ? With(With(root, before.IdHash, before, null), after.IdHash, null, after)
            : With(root, (before ?? after)!.IdHash, before, after);

    public static object? With(object? root, int hash, Document? before, Document? after) => With(root, hash, level: 0, before, after);

    /// <summary>The place of this very session; less than 0 where it is not there.</summary>
    public static int IndexOf(ReadOnlySpan<Document> sessions, Document session)
    {
        var at = sessions.Length - 1;
        while (at >= 0 && !ReferenceEquals(sessions[at], session))
        {
            at--;
        }

        return at;
    }

    private static object? With(object? root, int hash, int level, Document? before, Document? after)
    {
        if (root is not Node node)
        {
            return With(LeafOf(root), before, after) is { Length: > 0 } leaf ? Of(leaf, level) : null;
        }

        var digit = Digit(hash, level);
        var changed = new Node(node.Children, node.Count + (after is null ? 0 : 1) - (before is null ? 0 : 1));
        changed.Children[digit] = With(node.Children[digit], hash, level + 1, before, after);
        return changed.Count > LeafSize / 2 ? changed : All(changed);
    }

    private static Document[] With(Document[] leaf, Document? before, Document? after)
    {
        if (before is null)
        {
            return [.. leaf, after!];
        }

        var at = IndexOf(leaf, before);
        if (at < 0)
        {
            throw new InvalidOperationException("A session is to be changed that is not there.");
        }

        if (after is null)
        {
            return [.. leaf.AsSpan(..at), .. leaf.AsSpan((at + 1)..)];
        }

        Document[] changed = [.. leaf];
        changed[at] = after;
        return changed;
    }

    private static object Of(Document[] sessions, int level)
    {
        if (sessions.Length <= LeafSize || level == Levels)
        {
            return sessions;
        }

        var parts = new List<Document>?[Fan];
        foreach (var session in sessions)
        {
            (parts[Digit(session.IdHash, level)] ??= []).Add(session);
        }

        var node = new Node(default, sessions.Length);
        for (var digit = 0; digit < Fan; digit++)
        {
            node.Children[digit] = parts[digit] is { } part ? Of([.. part], level + 1) : null;
        }

        return node;
    }

    private static int CopyTo(object? root, Span<Document> all)
    {
        if (root is not Node node)
        {
            LeafOf(root).CopyTo(all);
            return LeafOf(root).Length;
        }

        var count = 0;
        foreach (var child in node.Children)
        {
            count += CopyTo(child, all[count..]);
        }

        return count;
    }

    private static Document[] LeafOf(object? root) => root is null ? [] : (Document[])root;

    private static int Digit(int hash, int level) => (hash >> (DigitBits * level)) & (Fan - 1);

    private sealed class Node(Children children, int count)
    {
        public readonly int Count = count;

        public Children Children = children;
    }

    [InlineArray(Fan)]
    private struct Children
    {
        private object? _first;
    }
}
