using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>All journals of a session file, open and locked: while they are, no other engine runs on that file, for each has the lock on its own.</summary>
/// <remarks>
/// An engine locks its next journal before it lets go of the former. So journals are locked in the order in which they were written, and looked for
/// again afterwards: what is there then and not locked here belongs to somebody else.
/// </remarks>
internal sealed class LockedJournals : IDisposable
{
    private const int Tries = 100;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly List<(string Path, int Number, IDiskFile File)> _journals = [];

    private LockedJournals(IDisk disk, string path, bool areLocked)
    {
        (_disk, _path) = (disk, path);
        AreLocked = areLocked;
    }

    /// <summary>Whether they are; else somebody may be writing them.</summary>
    public bool AreLocked { get; }

    /// <summary>In the order in which they were written.</summary>
    public IEnumerable<(string Path, IDiskFile File)> All => _journals.Select(journal => (journal.Path, journal.File));

    /// <summary>0 where there is none.</summary>
    public int LastNumber => _journals.Count > 0 ? _journals[^1].Number : 0;

    /// <summary>The number in a journal's name, which is not that of its first line where somebody renamed it.</summary>
    public int NumberOf(string path) => _journals.Find(journal => journal.Path == path).Number;

    /// <exception cref="SessionStoreLockedException">Another engine has one of them.</exception>
    public static LockedJournals Take(IDisk disk, string path)
    {
        var journals = new LockedJournals(disk, path, areLocked: true);
        try
        {
            for (var tries = 0; tries < Tries && journals.HaveChanged(); tries++)
            {
                journals.Unlock();
                journals.OpenAll(journals.Lock);
            }

            journals.VerifySoleOwner();
            return journals;
        }
        catch
        {
            journals.Dispose();
            throw;
        }
    }

    /// <summary>The journals that are there, for who only looks.</summary>
    public static LockedJournals Look(IDisk disk, string path)
    {
        var journals = new LockedJournals(disk, path, areLocked: false);
        try
        {
            journals.OpenAll(disk.OpenRead);
            return journals;
        }
        catch
        {
            journals.Dispose();
            throw;
        }
    }

    /// <exception cref="SessionStoreLockedException">A journal came or went since <see cref="Take"/>: another engine is at work.</exception>
    public void VerifySoleOwner()
    {
        if (HaveChanged())
        {
            throw new SessionStoreLockedException(_path, "another process that writes journals beside it");
        }
    }

    public void Dispose() => Unlock();

    private bool HaveChanged() =>
        !JournalFiles.List(_disk, _path).Select(journal => journal.Number).SequenceEqual(_journals.Select(journal => journal.Number));

    /// <remarks>An engine had its lock file taken from it, and has its journal still.</remarks>
    private IDiskFile? Lock(string journal)
    {
        try
        {
            return _disk.Open(journal);
        }
        catch (SessionStoreLockedException)
        {
            throw new SessionStoreLockedException(_path, $"another process, which has {System.IO.Path.GetFileName(journal)} beside it open");
        }
    }

    private void OpenAll(Func<string, IDiskFile?> open)
    {
        foreach (var (path, number) in JournalFiles.List(_disk, _path))
        {
            if (open(path) is { } file)
            {
                _journals.Add((path, number, file));
            }
        }
    }

    private void Unlock()
    {
        _journals.ForEach(journal => journal.File.Dispose());
        _journals.Clear();
    }
}
