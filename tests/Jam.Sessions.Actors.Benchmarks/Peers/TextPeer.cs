using System.Text;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A peer before a host that has its data as .NET strings and wants it back as such: every call converts, and pays for it.</summary>
/// <remarks>
/// A create or update makes the peer's form anew (<see cref="SessionData.From(string)"/>, or UTF-8), a get a string of it. A peer that keeps
/// strings has nothing to convert.
/// </remarks>
internal sealed class TextPeer(ISessionPeer peer) : ISessionPeer
{
    public const string Suffix = "-text";

    public bool CompletesInline => peer.CompletesInline;

    public IReadOnlyDictionary<string, double> Counters => peer.Counters;

    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions) => peer.PreloadAsync(sessions);

    public ValueTask<string> CreateAsync(string key, Payload data) => peer.CreateAsync(key, Unconverted(data));

    public ValueTask<object?> GetAsync(string id)
    {
        var get = peer.GetAsync(id);
        return get.IsCompletedSuccessfully ? new ValueTask<object?>(Text(get.Result)) : Later(get);

        static async ValueTask<object?> Later(ValueTask<object?> get) => Text(await get);
    }

    public ValueTask<bool> UpdateAsync(string id, Payload data) => peer.UpdateAsync(id, Unconverted(data));

    public ValueTask<bool> DeleteAsync(string id) => peer.DeleteAsync(id);

    public ValueTask<int> ClearAsync(string key) => peer.ClearAsync(key);

    public ValueTask<string?> ReworkAsync(string id) => peer.ReworkAsync(id);

    public ValueTask DisposeAsync() => peer.DisposeAsync();

    /// <summary>The text without the forms that were made of it before.</summary>
    private static Payload Unconverted(Payload data) => new(data.Text);

    private static string? Text(object? data) => data switch
    {
        Session session => session.Data.Json,
        byte[] utf8 => Encoding.UTF8.GetString(utf8),
        _ => (string?)data,
    };
}
