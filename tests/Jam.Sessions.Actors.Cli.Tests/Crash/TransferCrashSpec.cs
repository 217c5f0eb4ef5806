using System.Text;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Crash;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Cli.Tests.Crash;

/// <summary>What the tool does to a file is there as a whole or not at all, wherever a kill or a power loss strikes; and can be done again.</summary>
public sealed class TransferCrashSpec(ITestOutputHelper output)
{
    private const int Outcomes = 12;

    // The folder must exist on the real disk too; nothing is written there.
    private static readonly string s_folder = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
    private static readonly string s_path = Path.Combine(s_folder, "jam-sessions-crash.json");
    private static readonly string s_source = Path.Combine(s_folder, "jam-sessions-crash.jsonl");
    private static readonly string s_backup = Path.Combine(s_folder, "jam-sessions-crash-backup");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_an_import_all_sessions_are_there_or_none(bool hasJournal)
    {
        var begin = Store(hasJournal);
        begin.Put(s_source, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $$$"""{"id": "new{{{i}}}", "key": "user{{{i % 3}}}", "data": {"i": {{{i}}}}}""" + "\n"))));
        var before = IdsOf(begin.AfterKill());
        var after = new HashSet<string>(before.Concat(Enumerable.Range(0, 40).Select(i => $"new{i}")), StringComparer.Ordinal);
        Explore(begin, Import, before, after);
    }

    [Fact]
    public void Of_an_end_all_sessions_are_gone_or_none()
    {
        var begin = Store(hasJournal: true);
        Explore(begin, disk => Change(disk, store => store.End([.. store.Sessions.Where(session => session.Key == "user1")], _ => { })), IdsOf(begin.AfterKill()), IdsOf(begin.AfterKill(), key => key != "user1"));
    }

    [Fact]
    public void Of_a_flush_nothing_is_lost()
    {
        var begin = Store(hasJournal: true);
        var ids = IdsOf(begin.AfterKill());
        Explore(begin, disk => Change(disk, store => store.Flush()), ids, ids);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_restore_there_is_a_whole_store_or_none(bool endAll)
    {
        var (begin, ids) = Backup();
        Explore(begin, disk => Restorer.Restore(disk, BackupFolder.Open(disk, s_backup), s_path, endAll), [], endAll ? [] : ids);
    }

    /// <summary>Whatever is left of a backup is one, as it was to be, or is refused.</summary>
    [Fact]
    public void Of_a_backup_there_is_a_whole_one_or_none()
    {
        using var folder = new TempFolder();
        var points = 0;
        var disk = Store(hasJournal: true);
        var expected = IdsOf(disk.AfterKill()).Count;
        disk.OnStep = (operation, path) =>
        {
            for (var outcome = 0; outcome < Outcomes; outcome++, points++)
            {
                var left = outcome == 0 ? disk.AfterKill() : disk.AfterPowerLoss(new Random((disk.Steps * 100) + outcome));
                try
                {
                    Assert.Equal(expected, BackupFolder.Open(left, folder.Path).Documents);
                }
                catch (AdminRefusal refusal)
                {
                    Assert.Equal(AdminRefusalKind.Refused, refusal.Kind);
                }
            }
        };
        BackupFolder.Take(disk, folder.Path, reply => StoreRunner.Run(Target(disk), new AdminRequest { Command = AdminCommand.Backup }, reply));
        Assert.Equal(expected, BackupFolder.Open(disk.AfterPowerLoss(new Random(1)), folder.Path).Documents);
        Assert.True(points > 50);
    }

    /// <summary>Worth something only if it finds an import that does not sync.</summary>
    [Fact]
    public void A_forgotten_sync_is_found()
    {
        var (begin, ids) = Backup();
        Assert.ThrowsAny<Exception>(() => Explore(begin, disk => Restorer.Restore(new NoSync(disk), BackupFolder.Open(disk, s_backup), s_path, endAll: false), [], ids));
    }

    private void Explore(SimulatedDisk begin, Action<IDisk> action, HashSet<string> before, HashSet<string> after)
    {
        var points = 0;
        var disk = begin.AfterKill();
        disk.OnStep = (operation, path) =>
        {
            for (var outcome = 0; outcome < Outcomes; outcome++, points++)
            {
                var left = outcome == 0 ? disk.AfterKill() : disk.AfterPowerLoss(new Random((disk.Steps * 100) + outcome));
                RequireEither(left, $"step {disk.Steps}, {operation} {Path.GetFileName(path)}, outcome {outcome}", action, before, after);
            }
        };
        action(disk);
        disk.OnStep = null;
        Assert.Equal(after, IdsOf(disk.AfterPowerLoss(new Random(1))));
        Assert.Equal(0, disk.OpenFiles);
        output.WriteLine($"{points} crashes");
        Assert.True(points > 50);
    }

    /// <summary>What a start finds, and what the same command, called again, makes of it.</summary>
    private static void RequireEither(SimulatedDisk left, string way, Action<IDisk> action, HashSet<string> before, HashSet<string> after)
    {
        var found = IdsOf(left.AfterKill());
        Assert.True(found.SetEquals(before) || found.SetEquals(after), $"{way}: {found.Count} sessions, neither {before.Count} nor {after.Count}");
        if (found.SetEquals(before) && !before.SetEquals(after))
        {
            action(left);
            Assert.True(IdsOf(left).SetEquals(after), $"{way}: done again, it is not done");
        }
    }

    private static void Import(IDisk disk) => Change(disk, store =>
    {
        var options = Target(disk).Options;
        var reader = new DocumentCodec(null).NewReader();
        store.Replace(Importer.Read(disk, s_source, () => reader, reader, options).Behind(store.Documents));
    });

    private static void Change(IDisk disk, Action<OfflineStore> change)
    {
        using var store = OfflineStore.Open(Target(disk), mayBeNew: true);
        change(store);
    }

    private static StoreTarget Target(IDisk disk) => new(new StoreArguments { File = s_path }, new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, answer: null, disk);

    /// <summary>A store whose engine was killed: some sessions in the file, and some in the journal only.</summary>
    private static SimulatedDisk Store(bool hasJournal)
    {
        var disk = new SimulatedDisk();
        using (var store = OfflineStore.Open(Target(disk), mayBeNew: true))
        {
            store.Replace([.. Enumerable.Range(1, 20).Select(i => Made(i))]);
        }

        var (engine, _) = Recovery.Open(disk, s_path, new DocumentCodec(null), "engine");
        for (var i = 21; hasJournal && i <= 25; i++)
        {
            engine.Add(JournalEntry.Encode([DocumentChange.Created(Made(i))], engine.Codec));
            engine.Commit();
        }

        return disk.AfterPowerLoss(new Random(1));
    }

    private static (SimulatedDisk Disk, HashSet<string> Ids) Backup()
    {
        var disk = Store(hasJournal: false);
        var ids = IdsOf(disk.AfterKill());
        var file = disk.Content(s_path)!;
        var begin = new SimulatedDisk();
        var crc = Fingerprint.Empty.With(file).Crc;
        begin.Put(Path.Combine(s_backup, BackupFolder.FileName), file);
        begin.Put(Path.Combine(s_backup, BackupFolder.ManifestName), Encoding.UTF8.GetBytes($$"""{"backup": 1, "file": "sessions.json", "documents": 20, "length": {{file.Length}}, "crc32c": "{{crc:x8}}", "takenAt": ""}"""));
        return (begin, ids);
    }

    private static Document Made(int i) => new($"id{i}", $"user{i % 3}", SessionData.From($$"""{"i": {{i}}}"""), 1795367285.5 + i, i, raw: null);

    private static HashSet<string> IdsOf(SimulatedDisk disk, Func<string, bool>? of = null) =>
        [.. Recovery.Read(disk, s_path, new DocumentCodec(null), "reader").Documents.Where(document => of?.Invoke(document.Key) != false).Select(document => document.Id)];

    /// <summary>A disk that says it synced a file, and did not.</summary>
    private sealed class NoSync(IDisk disk) : IDisk
    {
        public IDiskFile? OpenRead(string path) => disk.OpenRead(path);

        public IDiskFile Create(string path) => new File(disk.Create(path));

        public IDiskFile? Open(string path) => disk.Open(path);

        public IDisposable Lock(string path, string holder) => disk.Lock(path, holder);

        public void Rename(string source, string target) => disk.Rename(source, target);

        public void Delete(string path) => disk.Delete(path);

        public void SyncDirectory(string directory) => disk.SyncDirectory(directory);

        public IReadOnlyList<string> List(string directory, string prefix) => disk.List(directory, prefix);

        public FileStamp? Stamp(string path) => disk.Stamp(path);

        public void RequireReplaceable(string path) => disk.RequireReplaceable(path);

        public void MakePrivate(string path) => disk.MakePrivate(path);

        private sealed class File(IDiskFile file) : IDiskFile
        {
            public long Length => file.Length;

            public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

            public void Write(ReadOnlySpan<byte> bytes, long offset) => file.Write(bytes, offset);

            public void Cut(long length) => file.Cut(length);

            public void Sync()
            {
            }

            public void Dispose() => file.Dispose();
        }
    }
}
