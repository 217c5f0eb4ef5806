using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>A disk that says "synced" and does nothing: what a store would do that forgot the call.</summary>
/// <param name="disk">The disk under it.</param>
/// <param name="isSwallowed">Whether a sync is left out, by the path of its file or directory.</param>
internal sealed class LyingDisk(IDisk disk, Predicate<string> isSwallowed) : IDisk
{
    public IDiskFile? OpenRead(string path) => disk.OpenRead(path);

    public IDiskFile Create(string path) => new LyingFile(disk.Create(path), isSwallowed(path));

    public IDiskFile? Open(string path) => disk.Open(path) is { } file ? new LyingFile(file, isSwallowed(path)) : null;

    public IDisposable Lock(string path, string holder) => disk.Lock(path, holder);

    public void Rename(string source, string target) => disk.Rename(source, target);

    public void Delete(string path) => disk.Delete(path);

    public void SyncDirectory(string directory)
    {
        if (!isSwallowed(directory))
        {
            disk.SyncDirectory(directory);
        }
    }

    public IReadOnlyList<string> List(string directory, string prefix) => disk.List(directory, prefix);

    public FileStamp? Stamp(string path) => disk.Stamp(path);

    public void RequireReplaceable(string path) => disk.RequireReplaceable(path);

    public void MakePrivate(string path) => disk.MakePrivate(path);

    private sealed class LyingFile(IDiskFile file, bool isSwallowed) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => file.Write(bytes, offset);

        public void Cut(long length) => file.Cut(length);

        public void Sync()
        {
            if (!isSwallowed)
            {
                file.Sync();
            }
        }

        public void Dispose() => file.Dispose();
    }
}
