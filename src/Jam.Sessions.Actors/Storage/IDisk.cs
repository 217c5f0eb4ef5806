namespace Jam.Sessions.Actors.Storage;

/// <summary>The few things that the store asks of a disk. Everything that touches one goes through here.</summary>
internal interface IDisk
{
    /// <summary>Opens an existing file for reading; null where there is none.</summary>
    /// <exception cref="SessionStoreLockedException">The one who created it still has it open.</exception>
    IDiskFile? OpenRead(string path);

    /// <summary>Creates a file that must not exist, readable and writable by its owner alone from its first byte, and locked while it is open.</summary>
    IDiskFile Create(string path);

    /// <summary>Opens a file that <see cref="Create"/> made, as that did.</summary>
    IDiskFile Reopen(string path);

    /// <summary>Takes the lock of a path for as long as the result lives.</summary>
    /// <exception cref="SessionStoreLockedException">Another engine has it.</exception>
    IDisposable Lock(string path, string holder);

    /// <summary>Replaces <paramref name="target"/>; durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string source, string target);

    void Delete(string path);

    /// <summary>Makes creations, renames and deletions in a directory durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>The files of a directory whose names begin with <paramref name="prefix"/>.</summary>
    IReadOnlyList<string> List(string directory, string prefix);

    /// <summary>What changes when somebody writes the file; null where there is none.</summary>
    FileStamp? Stamp(string path);

    /// <summary>Takes all rights but the owner's from an existing file.</summary>
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

    /// <summary>Returns after the file's content and length are on stable storage.</summary>
    void Sync();
}

/// <summary>A cheap sign that a file is still the one that was last seen.</summary>
internal readonly record struct FileStamp(long Length, long ModifiedTicks);
