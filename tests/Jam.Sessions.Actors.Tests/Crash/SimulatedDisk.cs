using Jam.Sessions.Actors.Storage;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>A disk in memory that keeps apart what programs see and what survives a power loss.</summary>
/// <remarks>
/// What it may do, and a real one does: writes since a file's last sync are lost in any subset of sectors; a length, grown or cut, is durable
/// before its data (then zeros) or after; names that were created, replaced or deleted since the directory's last sync are durable each on its own, a
/// rename as a whole; a file's sync keeps its content and not its name; after a sync that failed, the next one does not write what that one owed.
/// </remarks>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Dictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedFile> _durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsynced = [];
    private bool _isLocked;

    /// <summary>How many steps, of those that change something, were done.</summary>
    public int Steps { get; private set; }

    /// <summary>Called in the middle of each step that changes something: its effect is there to be lost, or a sync not done yet.</summary>
    public Action<string, string>? OnStep { get; set; }

    /// <summary>Called before each operation, for what another thread does meanwhile.</summary>
    public Action<string>? Beside { get; set; }

    /// <summary>Asked before each operation; what it throws, the program gets.</summary>
    public IFaults? Faults { get; set; }

    /// <summary>How many files were opened and not closed.</summary>
    public int OpenFiles { get; private set; }

    /// <summary>What the file holds for programs; null where there is none.</summary>
    public byte[]? Content(string path) => _names.GetValueOrDefault(path)?.Content;

    /// <summary>Puts a file there that is durable from the beginning.</summary>
    public void Put(string path, byte[] content) => _names[path] = _durableNames[path] = SimulatedFile.Holding(content);

    /// <summary>What another program does that replaces or removes a file with care: afterwards that is durable, and so is what was renamed before.</summary>
    public void ReplaceFromOutside(string path, byte[]? content)
    {
        _unsynced.ForEach(change => change.Apply(_durableNames));
        _unsynced.Clear();
        if (content is not null)
        {
            Put(path, content);
            return;
        }

        _names.Remove(path);
        _durableNames.Remove(path);
    }

    public IDiskFile? OpenRead(string path)
    {
        Begin(nameof(OpenRead), path);
        return _names.TryGetValue(path, out var file) ? Opened(path, file) : null;
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
        return Opened(path, file);
    }

    public IDiskFile Reopen(string path)
    {
        Begin(nameof(Reopen), path);
        return _names.TryGetValue(path, out var file) ? Opened(path, file) : throw new FileNotFoundException(path);
    }

    public IDisposable Lock(string path, string holder)
    {
        Begin(nameof(Lock), path);
        _isLocked = !_isLocked ? true : throw new InvalidOperationException("the lock was not released");
        return new Unlock(this);
    }

    public void Rename(string source, string target)
    {
        Begin(nameof(Rename), target);
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
        Begin(nameof(SyncDirectory), directory);
        Step(nameof(SyncDirectory), directory);
        _unsynced.ForEach(change => change.Apply(_durableNames));
        _unsynced.Clear();
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

    public void MakePrivate(string path) => Begin(nameof(MakePrivate), path);

    /// <summary>The disk after the process was killed: nothing is lost, and what was not synced can be lost later.</summary>
    public SimulatedDisk AfterKill()
    {
        var disk = new SimulatedDisk();
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

        var disk = new SimulatedDisk();
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

    private Handle Opened(string path, SimulatedFile file)
    {
        OpenFiles++;
        return new Handle(this, path, file);
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

    private sealed class Unlock(SimulatedDisk disk) : IDisposable
    {
        public void Dispose() => disk._isLocked = false;
    }

    private sealed class Handle(SimulatedDisk disk, string path, SimulatedFile file) : IDiskFile
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
            disk.OpenFiles -= _isOpen ? 1 : 0;
            _isOpen = false;
        }
    }
}
