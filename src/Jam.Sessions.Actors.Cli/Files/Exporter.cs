using System.Buffers;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Writes sessions as JSON lines, with their ids or what is kept of them, into a new file that is its owner's alone.</summary>
internal static class Exporter
{
    private const int ProgressEvery = 1000;

    /// <returns>How many sessions were written, and how many cannot be: without an id, a key or readable data.</returns>
    public static (int Written, int Unreadable) Write(IDisk disk, string path, IReadOnlyList<Document> sessions, StoredIds ids, long now, Action<long, long> progress) =>
        NewFile.Write(disk, path, stream =>
        {
            var (written, unreadable, line) = (0, 0, new ArrayBufferWriter<byte>());
            for (var i = 0; i < sessions.Count; i++)
            {
                if (sessions[i].IsOpaque || !sessions[i].IsAliveAt(now))
                {
                    continue;
                }

                line.ResetWrittenCount();
                if (SessionLine.TryWrite(line, sessions[i], ids))
                {
                    stream.Write(line.WrittenSpan);
                    written++;
                }
                else
                {
                    unreadable++;
                }

                if (i % ProgressEvery == 0)
                {
                    progress(i, sessions.Count);
                }
            }

            return (written, unreadable);
        });
}
