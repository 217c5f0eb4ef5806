using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>A store as an operator's commands see it: of a running engine, or of a file that nobody has open.</summary>
internal interface IAdminStore
{
    /// <summary>Whether an engine runs on it.</summary>
    bool IsRunning { get; }

    /// <summary>The session file.</summary>
    string Path { get; }

    /// <summary>The sessions; what is kept and not served is not among them.</summary>
    IEnumerable<Document> Sessions { get; }

    /// <summary>How many documents are kept and not served.</summary>
    int OpaqueCount { get; }

    /// <summary>UTC ticks.</summary>
    long Now { get; }

    /// <summary>Ends sessions, and returns how many of them there still were.</summary>
    /// <param name="sessions">Which.</param>
    /// <param name="progress">Hears from time to time how many are done.</param>
    /// <exception cref="AdminRefusal">The disk refused; with how many ended before that.</exception>
    int End(IReadOnlyList<Document> sessions, Action<int> progress);

    /// <summary>Removes what has ended by itself, and returns how many sessions.</summary>
    int Sweep();

    /// <summary>Brings all that was acknowledged into the JSON file.</summary>
    void Flush();

    /// <summary>Writes a session file of this instant.</summary>
    /// <param name="open">Gets how many documents it has, and returns where it goes.</param>
    /// <returns>Its length, and its CRC-32C.</returns>
    (long Length, uint Checksum) Copy(Func<int, Stream> open);
}

/// <summary>Whoever hears what comes of a command, piece by piece; what it throws ends the command.</summary>
internal interface IAdminReply
{
    /// <summary>A row of what was asked for: one JSON object.</summary>
    void Item(ReadOnlySpan<byte> json);

    /// <summary>How much is done, of how much.</summary>
    void Progress(long done, long total);

    /// <summary>Where the bytes of a backup go.</summary>
    /// <param name="documents">How many documents it has.</param>
    Stream Bytes(int documents);
}
