using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>The real disk behind a gate: while it is closed, no sync of a file returns.</summary>
internal sealed class GatedDisk : IDisk
{
    private readonly IDisk _disk = PhysicalDisk.Of(allowUnlocked: false, _ => { });
    private readonly ManualResetEventSlim _gate = new(initialState: true);

    public void CloseGate() => _gate.Reset();

    public void OpenGate() => _gate.Set();

    public IDiskFile? OpenRead(string path) => _disk.OpenRead(path);

    public IDiskFile Create(string path) => new GatedFile(_disk.Create(path), _gate);

    public IDiskFile? Open(string path) => _disk.Open(path) is { } file ? new GatedFile(file, _gate) : null;

    public IDisposable Lock(string path, string holder) => _disk.Lock(path, holder);

    public void Rename(string source, string target) => _disk.Rename(source, target);

    public void Delete(string path) => _disk.Delete(path);

    public void SyncDirectory(string directory) => _disk.SyncDirectory(directory);

    public IReadOnlyList<string> List(string directory, string prefix) => _disk.List(directory, prefix);

    public FileStamp? Stamp(string path) => _disk.Stamp(path);

    public void RequireReplaceable(string path) => _disk.RequireReplaceable(path);

    public void MakePrivate(string path) => _disk.MakePrivate(path);

    private sealed class GatedFile(IDiskFile file, ManualResetEventSlim gate) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => file.Write(bytes, offset);

        public void Cut(long length) => file.Cut(length);

        public void Sync()
        {
            gate.Wait();
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
