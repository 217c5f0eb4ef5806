namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A journal of changes.</summary>
internal interface IJournal : IDisposable
{
    /// <inheritdoc cref="ISessionPeer.Counters" />
    IReadOnlyDictionary<string, double> Counters { get; }

    /// <summary>Complete when the change is as durable as the journal makes it.</summary>
    ValueTask AppendAsync(string operation, string id, string? key = null, string? data = null);
}
