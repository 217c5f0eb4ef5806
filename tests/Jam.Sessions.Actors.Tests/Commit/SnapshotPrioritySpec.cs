using System.Collections.Concurrent;
using System.Globalization;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>A snapshot gives way to callers and to the journal: only its thread has a lower priority.</summary>
public sealed class SnapshotPrioritySpec : EngineTest
{
    // proc_pid_stat(5): the 19th field; the second is the thread's name in parentheses.
    private static int Niceness
    {
        get
        {
            var status = File.ReadAllText("/proc/thread-self/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[19 - 3], CultureInfo.InvariantCulture);
        }
    }

    [LinuxFact]
    public async Task A_snapshot_is_written_by_a_thread_of_lower_priority_and_the_journal_is_not()
    {
        var usual = Niceness;
        var writes = new ConcurrentQueue<(string File, int Niceness)>();
        var disk = new FaultyDisk
        {
            Before = (operation, path) =>
            {
                if (operation == "Write")
                {
                    writes.Enqueue((Path.GetFileName(path), Niceness));
                }
            },
        };
        await using var engine = await StartOnAsync(disk);
        await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        await engine.Client.CreateAsync("user1", Data());

        Assert.Equal(Math.Max(usual, 10), Assert.Single(writes, write => write.File.Contains("tmp", StringComparison.Ordinal)).Niceness);
        var journals = writes.Where(write => write.File.Contains("journal", StringComparison.Ordinal)).Select(write => write.Niceness).ToList();
        Assert.True(journals.Count >= 2);
        Assert.All(journals, niceness => Assert.Equal(usual, niceness));
        Assert.Equal(usual, Niceness);
    }
}
