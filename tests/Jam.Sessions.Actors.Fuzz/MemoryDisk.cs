using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Fuzz;

/// <summary>A disk of byte arrays that knows what was written, and who holds the lock.</summary>
internal sealed class MemoryDisk : IDisk
{
    public SortedDictionary<string, byte[]> Files { get; init; } = new(StringComparer.Ordinal);

    public bool IsLocked { get; private set; }

    /// <summary>The files as they are now, for another engine.</summary>
    public MemoryDisk Copy() => new() { Files = new(Files, StringComparer.Ordinal) };

    /// <summary>Whether no file was written, removed or added. A write replaces the array.</summary>
    public bool IsSameAs(MemoryDisk other) =>
        Files.Count == other.Files.Count && Files.All(file => other.Files.TryGetValue(file.Key, out var bytes) && ReferenceEquals(bytes, file.Value));

    public IDiskFile? OpenRead(string path) => Files.ContainsKey(path) ? new MemoryFile(this, path) : null;

    public IDiskFile Create(string path)
    {
        if (!Files.TryAdd(path, []))
        {
            throw new IOException($"{path} exists");
        }

        return new MemoryFile(this, path);
    }

    public IDiskFile? Open(string path) => OpenRead(path);

    public IDisposable Lock(string path, string holder)
    {
        IsLocked = IsLocked ? throw new SessionStoreLockedException(path, holder) : true;
        return new Release(this);
    }

    public void Rename(string source, string target)
    {
        Files[target] = Files[source];
        Files.Remove(source);
    }

    public void Delete(string path) => Files.Remove(path);

    public void SyncDirectory(string directory)
    {
    }

    public IReadOnlyList<string> List(string directory, string prefix) =>
        Files.Keys.Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).ToList();

    public FileStamp? Stamp(string path) => Files.TryGetValue(path, out var bytes) ? new FileStamp(bytes.Length, 0) : null;

    public void RequireReplaceable(string path)
    {
    }

    public void MakePrivate(string path)
    {
    }

    private sealed class Release(MemoryDisk disk) : IDisposable
    {
        public void Dispose() => disk.IsLocked = false;
    }

    private sealed class MemoryFile(MemoryDisk disk, string path) : IDiskFile
    {
        public long Length => disk.Files[path].Length;

        public int Read(Span<byte> buffer, long offset)
        {
            var rest = disk.Files[path].AsSpan((int)offset);
            var count = Math.Min(rest.Length, buffer.Length);
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
