namespace Jam.Sessions.Actors.Disk;

/// <summary>The few things that the store asks of a disk. Everything that touches one goes through here, and whatever fails throws.</summary>
internal interface IDisk
{
    /// <summary>Opens an existing regular file for reading, behind symbolic links too; null where there is none.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be opened.</exception>
    IDiskFile? OpenRead(string path);

    /// <summary>Creates a file that must not exist, readable and writable by its owner alone from its first byte, and locked while it is open.</summary>
    /// <exception cref="IOException">It exists, or cannot be created. Whatever has the name was left alone.</exception>
    IDiskFile Create(string path);

    /// <summary>Opens a file that <see cref="Create"/> made, locked as that did; null where there is none. A symbolic link is refused.</summary>
    /// <exception cref="SessionStoreLockedException">Another engine has it open.</exception>
    IDiskFile? Open(string path);

    /// <summary>Takes the lock of a path for as long as the result lives.</summary>
    /// <param name="path">The lock file. It is created where there is none, and stays. A symbolic link is refused.</param>
    /// <param name="holder">Who takes it, for those who are refused.</param>
    /// <exception cref="SessionStoreLockedException">Another engine has it.</exception>
    /// <exception cref="SessionStoreException">The file system gives no locks.</exception>
    IDisposable Lock(string path, string holder);

    /// <summary>Replaces <paramref name="target"/> in one step, or throws; never a copy. Durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string source, string target);

    /// <summary>Removes a file; nothing happens where there is none.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renames and deletions in a directory durable, where the file system has a call for that.</summary>
    void SyncDirectory(string directory);

    /// <summary>The files of a directory whose names begin with <paramref name="prefix"/>.</summary>
    IReadOnlyList<string> List(string directory, string prefix);

    /// <summary>What changes when somebody writes or replaces the file; null where there surely is none.</summary>
    FileStamp? Stamp(string path);

    /// <summary>Throws where <see cref="Rename"/> could never replace this existing file, as far as that can be known without trying.</summary>
    /// <exception cref="IOException">With what to do.</exception>
    void RequireReplaceable(string path);

    /// <summary>Takes all rights but the owner's from an existing file, where the file system has rights and lets this process change them.</summary>
    void MakePrivate(string path);
}

internal interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads up to the buffer's length; 0 at the end.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all of it or throws.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Leaves out what stands behind the first <paramref name="length"/> bytes.</summary>
    void Cut(long length);

    /// <summary>Returns after the file's content and length are on stable storage, or throws.</summary>
    void Sync();
}

/// <summary>A cheap sign that a file is still the one that was last seen.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was last written, in the file system's own finest unit.</param>
/// <param name="Identity">Tells it from a file that took its name; 0 where the disk has no such number.</param>
internal readonly record struct FileStamp(long Length, long Modified, ulong Identity = 0);
