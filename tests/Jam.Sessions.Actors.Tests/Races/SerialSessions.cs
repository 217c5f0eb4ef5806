using System.Collections.Immutable;
using System.Globalization;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>What the engine promises to look like: sessions by id, and one operation after the other.</summary>
internal sealed class SerialSessions
{
    public static readonly SerialSessions None = new(ImmutableSortedDictionary.Create<string, (string Key, string Data)>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, (string Key, string Data)> _sessions;

    private SerialSessions(ImmutableSortedDictionary<string, (string Key, string Data)> sessions)
    {
        _sessions = sessions;
        Text = string.Join('\n', sessions.Select(session => $"{session.Key} {session.Value.Key} {session.Value.Data}"));
    }

    /// <summary>A text that two values share exactly when they hold the same.</summary>
    public string Text { get; }

    /// <summary>What the operation may leave behind; nothing where its answer is not one that these sessions give.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="unclaimedIds">The ids that a create or rework without an answer may have issued.</param>
    public IEnumerable<SerialSessions> After(Operation operation, IReadOnlyCollection<string> unclaimedIds) => operation.Verb switch
    {
        Verb.Create => NewIds(operation, unclaimedIds).Select(id => With(id, (operation.Target, operation.Data!))),
        Verb.Clear => Clear(operation),
        Verb.Get => _sessions.TryGetValue(operation.Target, out var session)
            ? Where(operation, Operation.Found(session.Key, session.Data), this)
            : Where(operation, Operation.Missing, this),
        _ when !_sessions.ContainsKey(operation.Target) => Where(operation, Operation.Missing, this),
        Verb.Update => Where(operation, Operation.Done, With(operation.Target, (_sessions[operation.Target].Key, operation.Data!))),
        Verb.Delete => Where(operation, Operation.Done, Without(operation.Target)),
        _ => NewIds(operation, unclaimedIds).Select(id => Without(operation.Target).With(id, _sessions[operation.Target])),
    };

    private static IEnumerable<SerialSessions> Where(Operation operation, string answer, SerialSessions after) =>
        operation.Answer is null || operation.Answer == answer ? [after] : [];

    private IEnumerable<string> NewIds(Operation operation, IReadOnlyCollection<string> unclaimedIds) => operation.Answer switch
    {
        // An id that nobody met is as good as any other.
        null => unclaimedIds.Where(id => !_sessions.ContainsKey(id)).Append($"?{operation.Begin}"),
        Operation.Missing => [],
        var id => _sessions.ContainsKey(id) ? [] : [id],
    };

    private IEnumerable<SerialSessions> Clear(Operation operation)
    {
        var left = _sessions.RemoveRange(_sessions.Where(session => session.Value.Key == operation.Target).Select(session => session.Key));
        var count = (_sessions.Count - left.Count).ToString(CultureInfo.InvariantCulture);
        return Where(operation, count, count == "0" ? this : new SerialSessions(left));
    }

    private SerialSessions With(string id, (string Key, string Data) session) => new(_sessions.SetItem(id, session));

    private SerialSessions Without(string id) => new(_sessions.Remove(id));
}
