using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A store of sessions that is measured. An operation is complete when its task is; with a durable peer, after its sync.</summary>
/// <remarks>Data goes in and comes out in the form that the peer keeps natively, see <see cref="Payload"/>: nobody pays for a conversion, except behind a <see cref="TextPeer"/>.</remarks>
internal interface ISessionPeer : IAsyncDisposable
{
    /// <summary>The counter of a peer that is a process of its own: seconds of CPU.</summary>
    const string ServerCpu = "server_cpu_s";

    /// <summary>Whether operations, or at least gets, complete on the caller's own thread.</summary>
    bool CompletesInline => false;

    /// <summary>Numbers of the peer's own; a run reports by how much they grew.</summary>
    IReadOnlyDictionary<string, double> Counters => new Figures();

    /// <summary>Makes the sessions to begin with, by whatever bulk load there is, and returns their ids in the same order.</summary>
    Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions) => this.CreateEachAsync(sessions);

    /// <summary>Makes a session and returns its id.</summary>
    ValueTask<string> CreateAsync(string key, Payload data);

    /// <summary>The session's data in the peer's form; null where there is no such session.</summary>
    ValueTask<object?> GetAsync(string id);

    /// <summary>Replaces the session's data; false where there is none.</summary>
    ValueTask<bool> UpdateAsync(string id, Payload data);

    /// <summary>Removes a session; false where there is none.</summary>
    ValueTask<bool> DeleteAsync(string id);

    /// <summary>Removes all sessions of a key and returns how many there were.</summary>
    ValueTask<int> ClearAsync(string key);

    /// <summary>Gives a session a new id, and ends the old one at once; null where there is none.</summary>
    ValueTask<string?> ReworkAsync(string id);
}

internal static class SessionPeers
{
    private const int Creators = 256;

    /// <summary>The bulk load of a peer that has none.</summary>
    public static async Task<IReadOnlyList<string>> CreateEachAsync(this ISessionPeer peer, IEnumerable<NewSession> sessions)
    {
        var all = sessions.ToArray();
        var ids = new string[all.Length];
        await Parallel.ForAsync(
            0,
            all.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Creators },
            async (i, _) => ids[i] = await peer.CreateAsync(all[i].Key, all[i].Data));
        return ids;
    }
}
