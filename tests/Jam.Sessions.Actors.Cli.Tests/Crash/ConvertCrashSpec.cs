using System.Text;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Cli.Tests.Support;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Crash;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Cli.Tests.Crash;

/// <summary>A store that is converted is the old one or the new one, whole, wherever a kill or a power loss strikes; done again, it is the new one, and nothing of the old is left.</summary>
public sealed class ConvertCrashSpec(ITestOutputHelper output)
{
    private const int Outcomes = 8;

    private static readonly string s_path = Path.Combine(Path.TrimEndingDirectorySeparator(Path.GetTempPath()), "jam-sessions-convert.json");
    private static readonly StoreMode s_fernet = new(SessionEncryption.Fernet, AreIdsHashed: false);
    private static readonly StoreMode s_bound = new(SessionEncryption.AesGcm, AreIdsHashed: true);
    private static readonly StoreMode s_hashed = StoreMode.None with { AreIdsHashed = true };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_new_key_in_jams_encryption(bool hasJournal) => Explore(s_fernet, s_fernet, Modes.Another, hasJournal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_new_key_in_bound_records(bool hasJournal) => Explore(s_bound, s_bound, Modes.Another, hasJournal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_plain_data_that_is_encrypted(bool hasJournal) => Explore(StoreMode.None, s_fernet, newKey: null, hasJournal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_plain_store_that_becomes_bound(bool hasJournal) => Explore(StoreMode.None, s_bound, newKey: null, hasJournal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_jams_encryption_that_becomes_bound(bool hasJournal) => Explore(s_fernet, s_bound, newKey: null, hasJournal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ids_that_are_hashed(bool hasJournal) => Explore(StoreMode.None, s_hashed, newKey: null, hasJournal);

    private void Explore(StoreMode from, StoreMode to, string? newKey, bool hasJournal)
    {
        var (old, @new) = (Target(new SimulatedDisk(), from).Codec(), Target(new SimulatedDisk(), to, newKey ?? Modes.Secret).Codec());
        var begin = Store(from, hasJournal);
        var expected = Read(begin.AfterKill(), old)!;
        var tokens = begin.Contents.SelectMany(file => Regex.Matches(Encoding.UTF8.GetString(file), "J[$G]_[^\"]+")).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        var (points, disk) = (0, begin.AfterKill());
        disk.OnStep = (operation, path) =>
        {
            for (var outcome = 0; outcome < Outcomes; outcome++, points++)
            {
                var left = outcome == 0 ? disk.AfterKill() : disk.AfterPowerLoss(new Random((disk.Steps * 100) + outcome));
                var way = $"step {disk.Steps}, {operation} {Path.GetFileName(path)}, outcome {outcome}";
                Assert.True((Read(left.AfterKill(), old) ?? Read(left.AfterKill(), @new))?.SetEquals(expected) == true, $"{way}: neither the old store nor the new one");
                Convert(left, to, newKey);
                RequireNew(left, way);
            }
        };
        Convert(disk, to, newKey);
        disk.OnStep = null;
        RequireNew(disk.AfterPowerLoss(new Random(1)), "no crash");
        Assert.Equal(0, disk.OpenFiles);
        output.WriteLine($"{points} crashes");
        Assert.True(points > 50);

        void RequireNew(SimulatedDisk disk, string way)
        {
            Assert.True(Read(disk.AfterKill(), @new)?.SetEquals(expected) == true, $"{way}: done again, it is not done");
            var left = disk.Contents.Select(Encoding.UTF8.GetString).ToList();
            Assert.False(to.AreIdsHashed && left.Exists(file => file.Contains("the-id", StringComparison.Ordinal)), $"{way}: an id is left");
            Assert.False(to.IsEncrypted && left.Exists(file => file.Contains("marker", StringComparison.Ordinal)), $"{way}: plain data is left");
            Assert.False(left.Exists(file => from.IsEncrypted && tokens.Any(token => file.Contains(token, StringComparison.Ordinal))), $"{way}: what the old key reads is left");
        }
    }

    private static void Convert(SimulatedDisk disk, StoreMode to, string? newKey)
    {
        var target = new StoreTarget(new StoreArguments { File = s_path }, Silent(), Modes.Secret, disk);
        target.Secrets.NewKey = newKey;
        Converter.Convert(target, _ => to, isDryRun: false, keepUnreadable: false);
    }

    /// <summary>What a start with these options would serve; null where it would be refused.</summary>
    private static HashSet<string>? Read(SimulatedDisk disk, DocumentCodec codec)
    {
        try
        {
            return [.. Recovery.Read(disk, s_path, codec, "reader").Documents.Select(document => document.IsReadable ? $"{document.Key} {document.Data.Json}" : "unreadable")];
        }
        catch (SessionSecretException)
        {
            return null;
        }
    }

    /// <summary>A store whose engine was killed: some sessions in the file, and some in the journal only.</summary>
    private static SimulatedDisk Store(StoreMode mode, bool hasJournal)
    {
        var disk = new SimulatedDisk();
        var target = Target(disk, mode);
        using (var store = OfflineStore.Open(target, mayBeNew: true))
        {
            store.Replace([.. Enumerable.Range(1, 20).Select(i => Made(i, target))]);
        }

        var (engine, _) = Recovery.Open(disk, s_path, target.Codec(), "engine");
        for (var i = 21; hasJournal && i <= 25; i++)
        {
            engine.Add(JournalEntry.Encode([DocumentChange.Created(Made(i, target))], engine.Codec));
            engine.Commit();
        }

        return disk.AfterPowerLoss(new Random(1));
    }

    private static StoreTarget Target(SimulatedDisk disk, StoreMode mode, string secret = Modes.Secret)
    {
        var target = new StoreTarget(new StoreArguments { File = s_path }, Silent(), secret, disk);
        target.Assume(mode);
        return target;
    }

    private static Terminal Silent() => new() { Out = TextWriter.Null, Error = TextWriter.Null };

    private static Document Made(int i, StoreTarget target) =>
        new(target.Options.Rules().Ids.Of($"the-id-{i}"), $"user{i}", SessionData.From($$"""{"marker": {{i}}}"""), 1795367285.5 + i, i, raw: null);
}
