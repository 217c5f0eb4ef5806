using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>The real disk, until a test makes an operation fail.</summary>
internal sealed class FaultyDisk : IDisk
{
    private readonly IDisk _disk = PhysicalDisk.Of(allowUnlocked: false, _ => { });

    /// <summary>Asked before every operation: its name and path. What it throws, the engine gets.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>Makes every operation of these names fail, until <see cref="Heal"/>.</summary>
    public void Fail(params string[] operations) => Before = (operation, path) =>
    {
        if (operations.Contains(operation))
        {
            throw new IOException($"{operation} of {Path.GetFileName(path)} failed: no space left on device");
        }
    };

    public void Heal() => Before = (_, _) => { };

    public IDiskFile? OpenRead(string path) => Do(nameof(OpenRead), path, () => _disk.OpenRead(path) is { } file ? new FaultyFile(this, path, file) : null);

    public IDiskFile Create(string path) => Do(nameof(Create), path, () => new FaultyFile(this, path, _disk.Create(path)));

    public IDiskFile? Open(string path) => Do(nameof(Open), path, () => _disk.Open(path) is { } file ? new FaultyFile(this, path, file) : null);

    public IDisposable Lock(string path, string holder) => Do(nameof(Lock), path, () => _disk.Lock(path, holder));

    public void Rename(string source, string target) => Do(nameof(Rename), target, () => { _disk.Rename(source, target); return true; });

    public void Delete(string path) => Do(nameof(Delete), path, () => { _disk.Delete(path); return true; });

    public void SyncDirectory(string directory) => Do(nameof(SyncDirectory), directory, () => { _disk.SyncDirectory(directory); return true; });

    public IReadOnlyList<string> List(string directory, string prefix) => Do(nameof(List), directory, () => _disk.List(directory, prefix));

    public FileStamp? Stamp(string path) => Do(nameof(Stamp), path, () => _disk.Stamp(path));

    public void RequireReplaceable(string path) => Do(nameof(RequireReplaceable), path, () => { _disk.RequireReplaceable(path); return true; });

    public void MakePrivate(string path) => Do(nameof(MakePrivate), path, () => { _disk.MakePrivate(path); return true; });

    private T Do<T>(string operation, string path, Func<T> action)
    {
        Before(operation, path);
        return action();
    }

    private sealed class FaultyFile(FaultyDisk disk, string path, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            disk.Before(nameof(Read), path);
            return file.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            try
            {
                disk.Before(nameof(Write), path);
            }
            catch (IOException)
            {
                file.Write(bytes[..(bytes.Length / 2)], offset);
                throw;
            }

            file.Write(bytes, offset);
        }

        public void Cut(long length)
        {
            disk.Before(nameof(Cut), path);
            file.Cut(length);
        }

        public void Sync()
        {
            disk.Before(nameof(Sync), path);
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
