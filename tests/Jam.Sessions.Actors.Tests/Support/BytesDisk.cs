using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A disk of byte arrays that reads only so many bytes at once, as a real one may.</summary>
internal sealed class BytesDisk(int bytesPerRead = int.MaxValue) : IDisk
{
    public Dictionary<string, byte[]> Files { get; } = [];

    public IDiskFile? OpenRead(string path) => Files.ContainsKey(path) ? new BytesFile(this, path, bytesPerRead) : null;

    public IDiskFile Create(string path)
    {
        Files.Add(path, []);
        return new BytesFile(this, path, bytesPerRead);
    }

    public IDiskFile? Open(string path) => OpenRead(path);

    public IDisposable Lock(string path, string holder) => throw new NotSupportedException();

    public void Rename(string source, string target)
    {
        Files[target] = Files[source];
        Files.Remove(source);
    }

    public void Delete(string path) => Files.Remove(path);

    public void SyncDirectory(string directory)
    {
    }

    public IReadOnlyList<string> List(string directory, string prefix) => Files.Keys.ToList();

    public FileStamp? Stamp(string path) => Files.TryGetValue(path, out var bytes) ? new FileStamp(bytes.Length, 0) : null;

    public void RequireReplaceable(string path)
    {
    }

    public void MakePrivate(string path)
    {
    }

    private sealed class BytesFile(BytesDisk disk, string path, int bytesPerRead) : IDiskFile
    {
        public long Length => disk.Files[path].Length;

        public int Read(Span<byte> buffer, long offset)
        {
            var rest = disk.Files[path].AsSpan((int)offset);
            var count = Math.Min(Math.Min(rest.Length, buffer.Length), bytesPerRead);
            rest[..count].CopyTo(buffer);
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) =>
            disk.Files[path] = [.. disk.Files[path].AsSpan(0, (int)offset), .. bytes, .. disk.Files[path].AsSpan((int)Math.Min(disk.Files[path].Length, offset + bytes.Length))];

        public void Cut(long length) => disk.Files[path] = disk.Files[path][..(int)length];

        public void Sync()
        {
        }

        public void Dispose()
        {
        }
    }
}
