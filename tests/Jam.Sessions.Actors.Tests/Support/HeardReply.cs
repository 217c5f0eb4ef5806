using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Keeps what an operator hears.</summary>
internal sealed class HeardReply : IAdminReply
{
    public List<string> Items { get; } = [];

    public List<(long Done, long Total)> Steps { get; } = [];

    public MemoryStream Copy { get; } = new();

    /// <summary>Called at the first byte of a backup.</summary>
    public Action OnCopy { get; init; } = static () => { };

    public JsonElement Item(int at) => JsonElement.Parse(Items[at]);

    public void Item(ReadOnlySpan<byte> json) => Items.Add(Encoding.UTF8.GetString(json));

    public void Progress(long done, long total) => Steps.Add((done, total));

    public Stream Bytes(int documents)
    {
        OnCopy();
        return Copy;
    }
}
