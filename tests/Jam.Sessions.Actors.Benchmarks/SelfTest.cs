using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks;

/// <summary>Checks that a peer's operations mean what the workload takes them to mean.</summary>
internal static class SelfTest
{
    public static async Task RunAsync(string name)
    {
        await using var peer = Catalog.Create(name, preload: 1);
        var (first, second) = (Payload.Of(1, 1), Payload.Of(2, 2));
        var old = (await peer.PreloadAsync([new NewSession("key", first)]))[0];
        Check("create and get", Is(await peer.GetAsync(old), first));
        Check("update", await peer.UpdateAsync(old, second) && Is(await peer.GetAsync(old), second));

        var reworked = await peer.ReworkAsync(old);
        Check("rework", reworked is not null && Is(await peer.GetAsync(reworked), second));
        Check("the old id", await peer.GetAsync(old) is null && !await peer.UpdateAsync(old, first) && await peer.ReworkAsync(old) is null);

        var other = await peer.CreateAsync("other", first);
        var deleted = await peer.CreateAsync("key", first);
        Check("delete", await peer.DeleteAsync(deleted) && !await peer.DeleteAsync(deleted) && await peer.GetAsync(deleted) is null);
        await peer.CreateAsync("key", first);
        Check("clear", await peer.ClearAsync("key") == 2 && await peer.ClearAsync("key") == 0 && await peer.GetAsync(reworked!) is null);
        Check("other keys", Is(await peer.GetAsync(other), first));
    }

    private static bool Is(object? data, Payload payload) => data switch
    {
        string text => text == payload.Text,
        byte[] utf8 => utf8.AsSpan().SequenceEqual(payload.Utf8),
        Session session => session.Data.Equals(payload.Data),
        _ => false,
    };

    private static void Check(string what, bool isRight)
    {
        if (!isRight)
        {
            throw new InvalidOperationException($"{what} does something else");
        }
    }
}
