namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Takes a history apart into histories that share no session: one for each session key, where the answers tell the key of each id.</summary>
/// <remarks>
/// Time passes for all of them. An id that only a create or rework without an answer can have issued may belong to any of these; they all then stay together.
/// </remarks>
internal sealed class HistoryParts
{
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

    private HistoryParts(IReadOnlyList<Operation> history)
    {
        foreach (var operation in history.Where(operation => operation.Verb != Verb.Wait))
        {
            Join(Node(operation), Node(operation) switch
            {
                _ when operation.Answer is null or Operation.Missing or Operation.Limit => Node(operation),
                _ when operation.Verb is Verb.Create or Verb.Rework => Id(operation.Answer!),
                _ when operation.Verb == Verb.Get => Key(operation.Answer!.Split(' ')[0]),
                _ when operation.Verb == Verb.ClearOthers => Id(operation.Data!),
                var node => node,
            });
        }

        var unanswered = history.Where(operation => operation is { IsAnswered: false, Verb: Verb.Create or Verb.Rework }).Select(Node);
        var loose = unanswered.Concat(UnclaimedIds(history).Select(Id)).ToList();
        loose.ForEach(node => Join(loose[0], node));
    }

    /// <summary>The parts, each in the order of the history.</summary>
    public static IReadOnlyList<IReadOnlyList<Operation>> Of(IReadOnlyList<Operation> history)
    {
        var parts = new HistoryParts(history);
        var waits = history.Where(operation => operation.Verb == Verb.Wait).ToList();
        return history.Where(operation => operation.Verb != Verb.Wait).GroupBy(operation => parts.Root(Node(operation)))
            .Select(part => (IReadOnlyList<Operation>)part.Concat(waits).OrderBy(operation => operation.Begin).ToList()).ToList();
    }

    /// <summary>Ids that may have been sessions though no answer issued them.</summary>
    public static IReadOnlyList<string> UnclaimedIds(IReadOnlyList<Operation> history)
    {
        var issued = history.Where(operation => operation.Verb is Verb.Create or Verb.Rework && operation.IsAnswered && operation.Answer != Operation.Limit).Select(operation => operation.Answer!);
        return history.Where(operation => operation.IsById && operation.Answer != Operation.Missing)
            .Select(operation => operation.Target)
            .Except(issued, StringComparer.Ordinal)
            .ToList();
    }

    private static string Node(Operation operation) => operation.IsById ? Id(operation.Target) : Key(operation.Target);

    private static string Id(string id) => $"id {id}";

    private static string Key(string key) => $"key {key}";

    private void Join(string first, string second) => _parents[Root(first)] = Root(second);

    private string Root(string node)
    {
        while (_parents.TryGetValue(node, out var parent) && parent != node)
        {
            node = parent;
        }

        return node;
    }
}
