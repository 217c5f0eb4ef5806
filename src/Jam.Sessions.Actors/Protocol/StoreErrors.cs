namespace Jam.Sessions.Actors;

/// <summary>The disk refused: the request changed nothing that a reader sees, and later requests are tried anew.</summary>
/// <remarks>
/// When the fault struck while a change was being synced, the change may have reached the disk all the same: it is then either discarded
/// by the next successful write, or, if the process ends before that, found again after the restart. An acknowledged change is never lost.
/// </remarks>
public class SessionStoreException : JamSessionsException
{
    /// <summary>For a file, with the sentence that says what is wrong.</summary>
    public SessionStoreException(string path, string message, Exception? inner = null) : base(message, inner) => Path = path;

    /// <summary>The file concerned.</summary>
    public string Path { get; }

    internal override JamSessionsException Fresh() => new SessionStoreException(Path, Message, InnerException);
}

/// <summary>A file that cannot be what the engine or jam wrote. It was left as it is.</summary>
public sealed class SessionStoreCorruptException : SessionStoreException
{
    /// <summary>For a file that is damaged at this byte: what was found there, and what to do.</summary>
    public SessionStoreCorruptException(string path, long offset, string finding, string remedy)
        : base(path, $"{path} is damaged at byte {offset}: {finding}. The file was left untouched. {remedy}") => Offset = offset;

    /// <summary>Where reading failed, in bytes from the start of the file.</summary>
    public long Offset { get; }
}

/// <summary>Another engine has the file open.</summary>
public sealed class SessionStoreLockedException : SessionStoreException
{
    /// <summary>For a file that this holder has open.</summary>
    public SessionStoreLockedException(string path, string holder)
        : base(path, $"{path} is in use by {holder}. One process owns a session file; stop the other one or use another file.") => Holder = holder;

    /// <summary>Who holds the file: process name, id and machine, as far as known.</summary>
    public string Holder { get; }
}

/// <summary>Somebody else changed the JSON file while a journal holds changes that belong to the file as it was.</summary>
public sealed class SessionStoreConflictException : SessionStoreException
{
    private readonly string _remedy;

    /// <summary>For a file that was changed meanwhile, and what to do.</summary>
    public SessionStoreConflictException(string path, string remedy)
        : base(path, $"{path} was changed by another program while changes of this engine were still in the journal beside it. Nothing was overwritten. {remedy}") => _remedy = remedy;

    internal override JamSessionsException Fresh() => new SessionStoreConflictException(Path, _remedy);
}
