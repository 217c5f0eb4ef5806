using System.Buffers;
using System.Data;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Cli.Rows;

/// <summary>Writes the sessions that live at one moment as JSON lines, as they come from the server, into a new file that is its owner's alone.</summary>
internal static class RowExport
{
    private const int ProgressEvery = 1000;

    private const string Living = "from sessions where deadline is null or deadline > $1";

    /// <returns>How many sessions were written, and how many cannot be: without a key.</returns>
    public static (int Written, int Unreadable) Write(Tables tables, IDisk disk, string path, Action<long, long> progress)
    {
        // The lifetime of its own is a session's; what hosts ask of all is theirs, and shows in the deadline alone.
        var codec = new RowCodec(new SessionRules { Ids = StoredIds.Hashed }, new WallClock(TimeProvider.System));
        return NewFile.Write(disk, path, stream =>
        {
            using var connection = tables.Open();
            using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
            var total = Count(connection);
            using var command = new NpgsqlCommand($"select {RowCodec.Columns} {Living}", connection) { CommandTimeout = 0, Parameters = { Statistics.Now() } };
            using var rows = command.ExecuteReader();
            var (written, unreadable, line) = (0, 0, new ArrayBufferWriter<byte>());
            while (rows.Read())
            {
                line.ResetWrittenCount();
                if (SessionLine.TryWrite(line, codec.Read(rows), StoredIds.Hashed))
                {
                    stream.Write(line.WrittenSpan);
                    written++;
                }
                else
                {
                    unreadable++;
                }

                if ((written + unreadable) % ProgressEvery == 0)
                {
                    progress(written + unreadable, total);
                }
            }

            return (written, unreadable);
        });
    }

    private static long Count(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand($"select count(*) {Living}", connection) { CommandTimeout = 0, Parameters = { Statistics.Now() } };
        return (long)command.ExecuteScalar()!;
    }
}
