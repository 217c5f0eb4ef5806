using System.Text;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>Shows the rows of a command: as they come, where they are JSON lines, and else as a table at the end.</summary>
/// <param name="run">The command.</param>
/// <param name="progress">Hears how much is done, of how much.</param>
internal sealed class Rows(Invocation run, Action<long, long>? progress = null) : IAdminReply
{
    private SafeTable? _table;

    public void Item(ReadOnlySpan<byte> json)
    {
        if (run.IsJson)
        {
            run.Terminal.Out.WriteLine(Encoding.UTF8.GetString(json));
            return;
        }

        using var row = JsonDocument.Parse(json.ToArray());
        _table ??= StoreTables.OfSessions(run.Terminal);
        StoreTables.AddSession(_table, row.RootElement);
    }

    public void Progress(long done, long total) => progress?.Invoke(done, total);

    public Stream Bytes(int documents) => throw new AdminRefusal(AdminRefusalKind.Failed, "The host answered what is not of this protocol.");

    public void WriteTable() => _table?.Write();
}
