using System.Collections.Immutable;
using System.Globalization;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>What the engine promises to look like: sessions by id, and one operation after the other.</summary>
internal sealed class SerialSessions
{
    private readonly ImmutableSortedDictionary<string, Row> _sessions;
    private readonly int _wait;
    private readonly int _limit;

    private SerialSessions(ImmutableSortedDictionary<string, Row> sessions, int wait, int limit)
    {
        _sessions = sessions;
        (_wait, _limit) = (wait, limit);
        Text = string.Join('\n', sessions.Select(session => $"{session.Key} {session.Value.Key} {session.Value.Data}").Prepend($"{wait}"));
    }

    /// <summary>A text that two values share exactly when they hold the same.</summary>
    public string Text { get; }

    /// <param name="limit">How many living sessions a key may have.</param>
    public static SerialSessions None(int limit = int.MaxValue) => new(ImmutableSortedDictionary.Create<string, Row>(StringComparer.Ordinal), wait: 0, limit);

    /// <summary>What the operation may leave behind; nothing where its answer is not one that these sessions give.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="unclaimedIds">The ids that a create or rework without an answer may have issued.</param>
    public IEnumerable<SerialSessions> After(Operation operation, IReadOnlyCollection<string> unclaimedIds)
    {
        switch (operation.Verb)
        {
            case Verb.Wait:
                // Who is not used after it is dead from then on.
                return [new SerialSessions(_sessions.Clear(), _wait + 1, _limit)];
            case Verb.Create when _sessions.Count(session => session.Value.Key == operation.Target) >= _limit:
                return Where(operation, Operation.Limit, this);
            case Verb.Create:
                return NewIds(operation, unclaimedIds).Select(id => With(id, new Row(operation.Target, operation.Data!)));
            case Verb.Clear or Verb.ClearOthers:
                return Clear(operation);
            case Verb.List:
                return Where(operation, Operation.Listed(_sessions.Values.Where(session => session.Key == operation.Target).Select(session => session.Data)), this);
        }

        if (!_sessions.TryGetValue(operation.Target, out var found))
        {
            return Where(operation, Operation.Missing, this);
        }

        switch (operation.Verb)
        {
            case Verb.Get:
                return Where(operation, Operation.Found(found.Key, found.Data), this);
            case Verb.Update:
                return Where(operation, Operation.Done, With(operation.Target, found with { Data = operation.Data! }));
            case Verb.Swap:
                var (expected, data) = operation.Expectation;
                return found.Data == expected
                    ? Where(operation, Operation.Done, With(operation.Target, found with { Data = data }))
                    : Where(operation, Operation.Conflict, this);
            case Verb.Delete:
                return Where(operation, Operation.Done, Without(operation.Target));
            default:
                return NewIds(operation, unclaimedIds).Select(id => Without(operation.Target).With(id, found));
        }
    }

    private static IEnumerable<SerialSessions> Where(Operation operation, string answer, SerialSessions after) =>
        operation.Answer is null || operation.Answer == answer ? [after] : [];

    private IEnumerable<string> NewIds(Operation operation, IReadOnlyCollection<string> unclaimedIds) => operation.Answer switch
    {
        // An id that nobody met is as good as any other.
        null => unclaimedIds.Where(id => !_sessions.ContainsKey(id)).Append($"?{operation.Begin}"),
        Operation.Missing or Operation.Limit => [],
        var id => _sessions.ContainsKey(id) ? [] : [id],
    };

    private IEnumerable<SerialSessions> Clear(Operation operation)
    {
        var kept = operation.Verb == Verb.ClearOthers ? operation.Data : null;
        var left = _sessions.RemoveRange(_sessions.Where(session => session.Value.Key == operation.Target && session.Key != kept).Select(session => session.Key));
        var count = (_sessions.Count - left.Count).ToString(CultureInfo.InvariantCulture);
        return Where(operation, count, count == "0" ? this : new SerialSessions(left, _wait, _limit));
    }

    private SerialSessions With(string id, Row session) => new(_sessions.SetItem(id, session), _wait, _limit);

    private SerialSessions Without(string id) => new(_sessions.Remove(id), _wait, _limit);

    private sealed record Row(string Key, string Data);
}
