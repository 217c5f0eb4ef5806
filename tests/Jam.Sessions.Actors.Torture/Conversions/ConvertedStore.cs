namespace Jam.Sessions.Actors.Torture.Conversions;

/// <summary>One store that is converted by process after process, each killed at a random moment of its start, until a start has returned.</summary>
public sealed class ConvertedStore(Conversion conversion, Random random, bool keep) : IDisposable
{
    // Enough for some hundred sessions.
    private const int Writers = 200;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string _root = Directory.CreateTempSubdirectory("jam-conversion-").FullName;
    private readonly IssuedIds _ids = new(conversion.To);
    private HashSet<StoredSession> _expected = [];
    private IReadOnlyList<string> _dead = [];

    /// <summary>How far each start was that was killed before it returned.</summary>
    public List<string> Moments { get; } = [];

    public int Sessions => _expected.Count;

    public Verdict Verdict { get; } = new();

    private string JsonPath => Path.Combine(_root, "store", "sessions.json");

    /// <summary>The store as a process leaves it that is killed while many write, or while it stops.</summary>
    public async Task WriteAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JsonPath)!);
        var ledger = new Ledger(conversion.From);
        using var writer = new Victim(new ChildOptions(JsonPath, random.Next(), conversion.From, Start: 0, Writers));
        await writer.GoAsync(ledger);
        await writer.AnswersAsync(10 * Writers).WaitAsync(s_patience);
        if (random.Next(3) == 0)
        {
            await writer.StopAsync();
            await Task.Delay(random.Next(200));
        }

        await writer.KillAsync();
        await using var crashed = await CrashedStore.OpenAsync(JsonPath, conversion.From, start: 0, Path.Combine(_root, "check"), ledger.Ids, Verdict);
        Verdict.Add(ledger.Check(crashed.Stored));
        _dead = ledger.DeadThisRun;
        foreach (var id in _dead)
        {
            _ids.Hear(id);
        }

        _expected = crashed.Stored.Select(session => session with { Id = _ids.Hear(session.Id) }).ToHashSet();
    }

    /// <summary>Starts and kills, until a start has returned; then checks.</summary>
    public async Task ConvertAsync()
    {
        var original = Json();
        for (var before = Listing(); Verdict.IsClean && !await StartAndKillAsync().WaitAsync(s_patience); before = Listing())
        {
            Moments.Add(
                File.Exists($"{JsonPath}.tmp") ? "writing the new file"
                : !Json().AsSpan().SequenceEqual(original) ? "the new file is there"
                : Listing() != before ? "beginning a journal" : "reading");
        }

        await CheckAsync();
    }

    /// <summary>Requires of what the last kill left that it is converted: all of it, and nothing else.</summary>
    public async Task CheckAsync()
    {
        try
        {
            Verdict.Leaked.AddRange(_ids.LeaksIn(Path.GetDirectoryName(JsonPath)!));
            if (!StoredSession.ReadFile(JsonPath, conversion.To, conversion.To.KeysOf(0)).ToHashSet().SetEquals(_expected))
            {
                Verdict.Lost.Add("the JSON file does not hold what it held before");
            }

            await using var crashed = await CrashedStore.OpenAsync(JsonPath, conversion.To, start: 0, Path.Combine(_root, "check"), _ids, Verdict);
            if (!crashed.Stored.ToHashSet().SetEquals(_expected))
            {
                Verdict.Lost.Add("the next start does not serve what was served before");
            }

            await crashed.RequireDeadAsync(_dead);
        }
        catch (Exception e) when (e is JamSessionsException or InvalidDataException or System.Text.Json.JsonException or IOException)
        {
            Verdict.Lost.Add($"what the conversion left cannot be opened: {e.Message}");
        }
    }

    public void Dispose()
    {
        if (Verdict.IsClean || !keep)
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    /// <summary>Whether the start had returned before the kill.</summary>
    private async Task<bool> StartAndKillAsync()
    {
        var ledger = new Ledger(conversion.To);
        using var victim = new Victim(new ChildOptions(JsonPath, Seed: 0, conversion.To, Start: 0, Writers: 0, Converts: true));
        await victim.GoAsync(ledger);
        await MomentAsync(victim);
        if (await victim.KillAsync() is { } fault)
        {
            Verdict.Lost.Add(fault);
        }

        return ledger.IsOpen;
    }

    /// <summary>Waits for some time, or until the start has shown a number of changes of the folder, or has returned.</summary>
    private async Task MomentAsync(Victim victim)
    {
        if (random.Next(3) == 0)
        {
            await Task.WhenAny(victim.Open, Task.Delay(random.Next(300)));
            return;
        }

        var (changes, seen) = (random.Next(1, 9), Listing());
        SpinWait.SpinUntil(
            () =>
            {
                var now = Listing();
                changes -= now == seen ? 0 : 1;
                seen = now;
                return changes == 0 || victim.Open.IsCompleted;
            },
            s_patience / 2);
    }

    private byte[] Json() => File.Exists(JsonPath) ? File.ReadAllBytes(JsonPath) : [];

    private string Listing()
    {
        try
        {
            return string.Join(' ', new DirectoryInfo(Path.GetDirectoryName(JsonPath)!).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name}:{file.Length}"));
        }
        catch (FileNotFoundException)
        {
            // One was removed between its name and its length.
            return "";
        }
    }
}
