using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>A disk in memory that keeps apart what programs see and what survives a power loss.</summary>
/// <remarks>
/// What it may do, and a real one does: writes since a file's last sync are lost in any subset of sectors; a length, grown or cut, is durable
/// before its data (then zeros) or after; names that were created, replaced or deleted since the directory's last sync are durable each on its own, a
/// rename as a whole; a file's sync keeps its content and not its name; after a file's sync that failed, the next one does not write what
/// that one owed; after a directory's it does, since file systems end or turn read-only where their own journal fails. Locks are on files, not on names, and end with whoever has them: several processes may use one disk.
/// </remarks>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Dictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedFile> _durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsynced = [];
    private readonly Dictionary<string, object> _locks = new(StringComparer.Ordinal);

    /// <summary>How many steps, of those that change something, were done.</summary>
    public int Steps { get; private set; }

    /// <summary>Called in the middle of each step that changes something: its effect is there to be lost, or a sync not done yet.</summary>
    public Action<string, string>? OnStep { get; set; }

    /// <summary>Called before each operation, for what another thread does meanwhile.</summary>
    public Action<string>? Beside { get; set; }

    /// <summary>Asked before each operation; what it throws, the program gets.</summary>
    public IFaults? Faults { get; set; }

    /// <summary>A file that is a mount point: nothing can be renamed onto it.</summary>
    public string? MountPoint { get; init; }

    /// <summary>Whether the file system has no call that syncs a directory.</summary>
    public bool CannotSyncDirectories { get; init; }

    /// <summary>How many files were opened and not closed.</summary>
    public int OpenFiles { get; private set; }

    /// <summary>What the file holds for programs; null where there is none.</summary>
    /// <summary>What is in all files, as the engine would read it now.</summary>
    public IEnumerable<byte[]> Contents => _names.Values.Select(file => file.Content);

    public byte[]? Content(string path) => _names.GetValueOrDefault(path)?.Content;

    /// <summary>Puts a file there that is durable from the beginning.</summary>
    public void Put(string path, byte[] content) => _names[path] = _durableNames[path] = SimulatedFile.Holding(content);

    /// <summary>What another program does that replaces or removes a file with care: afterwards that is durable, and so is what was renamed before.</summary>
    public void ReplaceFromOutside(string path, byte[]? content)
    {
        SyncNames(_unsynced.Count);
        if (content is not null)
        {
            Put(path, content);
            return;
        }

        _names.Remove(path);
        _durableNames.Remove(path);
    }

    /// <summary>Somebody removes the lock file: whoever has the lock keeps it, on a file that nobody finds any more.</summary>
    public void RemoveLockFiles() => _locks.Clear();

    public IDiskFile? OpenRead(string path)
    {
        Begin(nameof(OpenRead), path);
        return _names.TryGetValue(path, out var file) ? Opened(path, file, takesLock: false) : null;
    }

    public IDiskFile Create(string path)
    {
        Begin(nameof(Create), path);
        var file = new SimulatedFile();
        if (!_names.TryAdd(path, file))
        {
            throw new IOException($"{path} exists");
        }

        Change(nameof(Create), new NameChange(null, path, file));
        return Opened(path, file, takesLock: true);
    }

    public IDiskFile? Open(string path)
    {
        Begin(nameof(Open), path);
        return _names.TryGetValue(path, out var file) ? Opened(path, file, takesLock: true) : null;
    }

    public IDisposable Lock(string path, string holder)
    {
        Begin(nameof(Lock), path);
        var taken = new object();
        return _locks.TryAdd(path, taken) ? new Unlock(this, path, taken) : throw new SessionStoreLockedException(path, "another life");
    }

    public void Rename(string source, string target)
    {
        Begin(nameof(Rename), target);
        if (target == MountPoint)
        {
            throw new IOException($"{target} is busy");
        }

        if (!_names.Remove(source, out var file))
        {
            throw new FileNotFoundException(source);
        }

        _names[target] = file;
        Change(nameof(Rename), new NameChange(source, target, file));
    }

    public void Delete(string path)
    {
        Begin(nameof(Delete), path);
        if (_names.Remove(path))
        {
            Change(nameof(Delete), new NameChange(path, null, null));
        }
    }

    public void SyncDirectory(string directory)
    {
        Beside?.Invoke(directory);
        if (CannotSyncDirectories)
        {
            return;
        }

        Step(nameof(SyncDirectory), directory);
        try
        {
            Faults?.Before(nameof(SyncDirectory), directory);
        }
        catch
        {
            SyncNames(Faults!.Random.Next(_unsynced.Count + 1));
            throw;
        }

        SyncNames(_unsynced.Count);
    }

    /// <summary>Some of the names reached the disk, in their order; the others are still owed.</summary>
    private void SyncNames(int count)
    {
        _unsynced.GetRange(0, count).ForEach(change => change.Apply(_durableNames));
        _unsynced.RemoveRange(0, count);
    }

    public IReadOnlyList<string> List(string directory, string prefix)
    {
        Begin(nameof(List), directory);
        return _names.Keys.Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).ToList();
    }

    public FileStamp? Stamp(string path)
    {
        Begin(nameof(Stamp), path);
        return _names.TryGetValue(path, out var file) ? new FileStamp(file.Length, file.ModifiedTicks) : null;
    }

    public void RequireReplaceable(string path)
    {
        Begin(nameof(RequireReplaceable), path);
        if (path == MountPoint)
        {
            throw new IOException($"{path} is a mount point");
        }
    }

    public void MakePrivate(string path) => Begin(nameof(MakePrivate), path);

    /// <summary>The disk after the process was killed: nothing is lost, and what was not synced can be lost later.</summary>
    public SimulatedDisk AfterKill()
    {
        var disk = new SimulatedDisk { MountPoint = MountPoint, CannotSyncDirectories = CannotSyncDirectories };
        var copies = _names.Values.Concat(_durableNames.Values).Concat(_unsynced.Select(change => change.File).OfType<SimulatedFile>())
            .Distinct().ToDictionary(file => file, file => file.Copy());
        foreach (var (path, file) in _names)
        {
            disk._names[path] = copies[file];
        }

        foreach (var (path, file) in _durableNames)
        {
            disk._durableNames[path] = copies[file];
        }

        disk._unsynced.AddRange(_unsynced.Select(change => change with { File = change.File is { } file ? copies[file] : null }));
        return disk;
    }

    /// <summary>One of the disks that a power loss at this instant may leave.</summary>
    public SimulatedDisk AfterPowerLoss(Random random)
    {
        double[] chances = [0, 0.5, 0.9, 1];
        var (keepName, keepData) = (chances[random.Next(4)], chances[random.Next(4)]);
        var names = new Dictionary<string, SimulatedFile>(_durableNames, StringComparer.Ordinal);
        foreach (var change in _unsynced.Where(_ => random.NextDouble() < keepName))
        {
            change.Apply(names);
        }

        var disk = new SimulatedDisk { MountPoint = MountPoint, CannotSyncDirectories = CannotSyncDirectories };
        foreach (var (path, file) in names)
        {
            disk.Put(path, file.AfterPowerLoss(random, keepData).Content);
        }

        return disk;
    }

    /// <summary>Tells this disk's files from those of another one.</summary>
    public int Identity()
    {
        var hash = new HashCode();
        foreach (var (path, file) in _names.OrderBy(name => name.Key, StringComparer.Ordinal))
        {
            hash.Add(path, StringComparer.Ordinal);
            hash.AddBytes(file.Content);
        }

        return hash.ToHashCode();
    }

    private Handle Opened(string path, SimulatedFile file, bool takesLock)
    {
        if (takesLock)
        {
            file.IsLocked = !file.IsLocked ? true : throw new SessionStoreLockedException(path, "another life");
        }

        OpenFiles++;
        return new Handle(this, path, file, takesLock);
    }

    private void Begin(string operation, string path)
    {
        Beside?.Invoke(path);
        Faults?.Before(operation, path);
    }

    private void Change(string operation, NameChange change)
    {
        _unsynced.Add(change);
        Step(operation, change.To ?? change.From!);
    }

    private void Step(string operation, string path)
    {
        Steps++;
        OnStep?.Invoke(operation, path);
    }

    /// <summary>A name that leaves, a name that comes, or both at once.</summary>
    private sealed record NameChange(string? From, string? To, SimulatedFile? File)
    {
        public void Apply(Dictionary<string, SimulatedFile> names)
        {
            if (From is not null)
            {
                names.Remove(From);
            }

            if (To is not null)
            {
                names[To] = File!;
            }
        }
    }

    private sealed class Unlock(SimulatedDisk disk, string path, object taken) : IDisposable
    {
        public void Dispose()
        {
            if (disk._locks.GetValueOrDefault(path) == taken)
            {
                disk._locks.Remove(path);
            }
        }
    }

    private sealed class Handle(SimulatedDisk disk, string path, SimulatedFile file, bool hasLock) : IDiskFile
    {
        private bool _isOpen = true;

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            disk.Begin(nameof(Read), path);
            return file.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.Beside?.Invoke(path);
            var room = disk.Faults?.RoomFor(path, bytes.Length) ?? bytes.Length;
            file.Write(bytes[..room], offset);
            disk.Step(nameof(Write), path);
            if (room < bytes.Length)
            {
                throw new IOException("no space left on device");
            }
        }

        public void Cut(long length)
        {
            disk.Begin(nameof(Cut), path);
            file.Cut((int)length);
            disk.Step(nameof(Cut), path);
        }

        public void Sync()
        {
            disk.Beside?.Invoke(path);
            disk.Step(nameof(Sync), path);
            try
            {
                disk.Faults?.Before(nameof(Sync), path);
            }
            catch
            {
                file.SyncWithError(disk.Faults!.Random);
                throw;
            }

            file.Sync();
        }

        public void Dispose()
        {
            if (!_isOpen)
            {
                return;
            }

            _isOpen = false;
            disk.OpenFiles--;
            file.IsLocked &= !hasLock;
        }
    }
}
