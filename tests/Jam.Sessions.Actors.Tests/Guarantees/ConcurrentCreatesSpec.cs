using System.Text.Json;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Where jam's file is corrupt after 1,000 concurrent creates, this one takes 10,000.</summary>
public sealed class ConcurrentCreatesSpec : EngineTest
{
    private const int Creates = 10_000;
    private const int Keys = 500;

    [Fact]
    public async Task Ten_thousand_concurrent_creates_are_all_there_after_a_restart()
    {
        string[] ids;
        await using (var engine = await StartAsync())
        {
            ids = await CreateAsync(engine);
        }

        AssertIntact(JsonPath, ids);
        await using var again = await StartAsync();
        await AssertServedAsync(again, ids);
    }

    [Fact]
    public async Task Ten_thousand_concurrent_creates_are_all_there_after_a_crash()
    {
        // So small that snapshots are on their way while the files are copied.
        await using var engine = await StartAsync(options => options.SnapshotJournalBytes = 4096);
        var ids = await CreateAsync(engine);

        var copy = CopyOfFiles();
        await using (var recovered = await StartAsync(options => options.JsonPath = copy))
        {
            await AssertServedAsync(recovered, ids);
        }

        AssertIntact(copy, ids);
        await AssertServedAsync(engine, ids);
    }

    [Fact]
    public async Task Ten_thousand_concurrent_creates_that_only_the_journal_holds_are_all_there_after_a_crash()
    {
        await using var engine = await StartAsync();
        var ids = await CreateAsync(engine);
        Assert.False(File.Exists(JsonPath));

        var copy = CopyOfFiles();
        await using (var recovered = await StartAsync(options => options.JsonPath = copy))
        {
            await AssertServedAsync(recovered, ids);
        }

        AssertIntact(copy, ids);
    }

    private static async Task<string[]> CreateAsync(JamSessions engine)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, Creates).Select(number =>
            Task.Run(() => engine.Ref.Ask<string>(new CreateSession(KeyOf(number), DataOf(number))))));
        Assert.Equal(Creates, ids.Distinct(StringComparer.Ordinal).Count());
        return ids;
    }

    private static async Task AssertServedAsync(JamSessions engine, string[] ids)
    {
        for (var number = 0; number < ids.Length; number++)
        {
            var session = await engine.Client.GetAsync(ids[number]);
            Assert.NotNull(session);
            Assert.Equal((KeyOf(number), DataOf(number).Json), (session.Key, session.Data.Json));
        }
    }

    /// <summary>The file is JSON in jam's shape and holds these sessions, each once, and no other.</summary>
    private static void AssertIntact(string path, string[] ids)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
        var documents = file.RootElement.EnumerateObject().SelectMany(table => table.Value.EnumerateObject()).Select(document => document.Value)
            .ToDictionary(document => document.GetProperty("session_id").GetString()!);
        Assert.Equal(Creates, documents.Count);
        for (var number = 0; number < ids.Length; number++)
        {
            var document = documents[ids[number]];
            Assert.Equal((KeyOf(number), DataOf(number).Json), (document.GetProperty("key").GetString(), document.GetProperty("data").GetString()));
        }
    }

    /// <summary>
    /// The files as a crash would leave them. A copy of several files takes time in which the engine may replace them; such a copy is no
    /// instant of the disk, and is made again.
    /// </summary>
    private string CopyOfFiles()
    {
        for (var attempt = 0; ; attempt++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, $"copy-{attempt}")).FullName;
            var before = Files();
            try
            {
                foreach (var (file, _, _) in before)
                {
                    OpenFiles.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
                }
            }
            catch (FileNotFoundException)
            {
                continue;
            }

            if (before.SequenceEqual(Files()))
            {
                return Path.Combine(folder, Path.GetFileName(JsonPath));
            }
        }
    }

    private List<(string Path, long Length, DateTime Written)> Files() => Directory.EnumerateFiles(Folder)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(file => (file, new FileInfo(file).Length, File.GetLastWriteTimeUtc(file)))
        .ToList();

    private static string KeyOf(int number) => $"user-{number % Keys}";

    private static SessionData DataOf(int number) => SessionData.From($$"""{"number": {{number}}, "name": "é\"{{number}}"}""");
}
