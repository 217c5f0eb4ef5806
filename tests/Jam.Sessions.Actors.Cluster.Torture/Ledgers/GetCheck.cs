using Jam.Sessions.Actors.Cluster.Torture.Machines;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>Gets, each checked against the ledger when its answer comes.</summary>
internal sealed class GetCheck(Caller caller, Findings findings)
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(2);

    private long _checked;

    /// <summary>How many answers were checked.</summary>
    public long Checked => Volatile.Read(ref _checked);

    /// <summary>Gets a session through any node.</summary>
    public Task<Reply> GetAsync(KeyLedger ledger, string id, Random random, CancellationToken stop = default) =>
        CheckedAsync(ledger, id, () => caller.CallAsync(ledger.Key, random, Verbs.Get, id, stop: stop));

    /// <summary>Gets a session through this node, however long it takes.</summary>
    public Task<Reply> GetAsync(KeyLedger ledger, string id, NodeClient client) => CheckedAsync(ledger, id, () => client.CallAsync(Verbs.Get, id));

    private async Task<Reply> CheckedAsync(KeyLedger ledger, string id, Func<Task<Reply>> get)
    {
        var (begin, moves) = (Clock.Next(), ledger.Moves);
        var reply = await get();
        if (ledger.CheckGet(id, reply, begin, moves) is { } finding)
        {
            findings.Add(await ClassifyAsync(ledger, id, finding));
        }

        Interlocked.Increment(ref _checked);
        return reply;
    }

    /// <summary>What is wrong later as well is lost, or lives; what is right then was an answer out of date.</summary>
    private async Task<Finding> ClassifyAsync(KeyLedger ledger, string id, Finding finding)
    {
        while (true)
        {
            await Task.Delay(s_second);
            var (begin, moves) = (Clock.Next(), ledger.Moves);
            var reply = await caller.CallAsync(ledger.Key, Random.Shared, Verbs.Get, id, stop: new CancellationTokenSource(s_second).Token);
            if (ledger.CheckGet(id, reply, begin, moves) is not null)
            {
                return finding;
            }

            if (reply.Answer is Answer.Ok or Answer.Missing or Answer.NotSent)
            {
                return finding with { Kind = reply.Answer == Answer.NotSent ? finding.Kind : FindingKind.Stale };
            }
        }
    }
}
