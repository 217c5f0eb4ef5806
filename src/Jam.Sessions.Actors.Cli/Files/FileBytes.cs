using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Files as bytes, whatever is in them.</summary>
internal static class FileBytes
{
    /// <summary>Copies a file to where a stream leads.</summary>
    /// <returns>What was copied.</returns>
    public static Fingerprint Copy(IDiskFile? source, Stream target)
    {
        var (buffer, copied) = (new byte[1 << 20], Fingerprint.Empty);
        while (source?.Read(buffer, copied.Length) is > 0 and var count)
        {
            target.Write(buffer.AsSpan(0, count));
            copied = copied.With(buffer.AsSpan(0, count));
        }

        return copied;
    }
}
