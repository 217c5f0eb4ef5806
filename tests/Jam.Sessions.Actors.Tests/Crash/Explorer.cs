using System.Text;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Runs a workload and, at every step that changes the disk, lets the process or the power fail in many ways and recovers.</summary>
/// <remarks>
/// Nothing of a process survives its end, so the workload is not run again for each crash: the disk is copied at that instant, and recovery
/// goes on with the copy. There the same is done again, a level deeper. All of it follows from the seed.
/// </remarks>
internal sealed class Explorer(Func<IDisk, IDisk>? wrap = null)
{
    private const int Outcomes = 10;
    private const int Deepest = 3;

    private readonly Func<IDisk, IDisk> _wrap = wrap ?? (disk => disk);

    /// <summary>How many crashes were recovered from: different outcomes of one instant, and crashes while recovering.</summary>
    public long Points { get; private set; }

    /// <summary>Explores one workload.</summary>
    /// <exception cref="Violation">With the seed, and the way to the failure.</exception>
    public void Explore(int seed, int actions)
    {
        var (disk, oracle) = Workload.Begin(seed, mode: StoreMode.Of(seed));
        var random = new Random(seed);
        var life = new Life(disk, oracle, random, _wrap, DurabilityOf(seed));
        disk.OnStep = (operation, path) => Crash(disk, oracle, $"seed {seed}, step {disk.Steps} ({operation} {Path.GetFileName(path)})", depth: 1);
        life.Start();
        for (var action = 0; action < actions; action++)
        {
            life.Act();
        }

        life.Close();
        Crash(disk, oracle, $"seed {seed}, the end", depth: 1);
    }

    private void Crash(SimulatedDisk disk, Oracle oracle, string way, int depth)
    {
        var seen = new HashSet<int>();
        for (var outcome = 0; outcome < (depth == 1 ? Outcomes : 2); outcome++)
        {
            var random = new Random(Fold($"{way}, outcome {outcome}"));
            var isKill = outcome == 0;
            var left = isKill ? disk.AfterKill() : disk.AfterPowerLoss(random);
            if (isKill || seen.Add(left.Identity()))
            {
                Points++;
                GoOn(left, oracle.Copy(), random, $"{way}, outcome {outcome}{(isKill ? " (kill)" : "")}", isKill, depth);
            }
        }
    }

    private void GoOn(SimulatedDisk disk, Oracle oracle, Random random, string way, bool isKill, int depth)
    {
        var before = disk.AfterKill();
        try
        {
            if (!isKill)
            {
                // Recovery is idempotent: crashes within it change nothing.
                new Life(disk.AfterKill(), oracle, random, _wrap).Start();
            }

            var isDeep = depth < Deepest && random.Next(10) == 0;
            if (isDeep)
            {
                disk.OnStep = (operation, path) =>
                {
                    if (random.Next(5) == 0)
                    {
                        Crash(disk, oracle, $"{way}, then step {disk.Steps} ({operation} {Path.GetFileName(path)})", depth + 1);
                    }
                };
            }

            LiveOn(disk, oracle, random, isDeep);
        }
        catch (Exception e) when (e is not Violation { Data.Count: > 0 })
        {
            throw new Violation($"{way}:\n{e.GetType().Name}: {e.Message}\n{Listing(before)}", e) { Data = { ["way"] = way } };
        }
    }

    private void LiveOn(SimulatedDisk disk, Oracle oracle, Random random, bool isDeep)
    {
        var life = new Life(disk, oracle, random, _wrap, DurabilityOf(random.Next(4)));
        life.Start();
        for (var actions = isDeep ? random.Next(4) : 0; actions > 0; actions--)
        {
            life.Act();
        }

        if (random.Next(6) == 0)
        {
            life.Commit();
            var left = disk.AfterPowerLoss(random);
            new Life(left, oracle.Copy(), random, _wrap).Start();
        }

        if (isDeep || random.Next(6) == 0)
        {
            life.Close();
            if (disk.List("", Path.GetFileName(Life.JsonPath)).Any(path => path != Life.JsonPath))
            {
                throw new Violation("a clean end left more than the JSON file");
            }

            var json = disk.Content(Life.JsonPath);
            life.Start();
            life.Close();
            if (!(json ?? []).AsSpan().SequenceEqual(disk.Content(Life.JsonPath) ?? []))
            {
                throw new Violation("a start without changes changed the JSON file");
            }
        }
    }

    public static string Listing(SimulatedDisk disk)
    {
        var text = new StringBuilder();
        foreach (var path in disk.List("", Path.GetFileName(Life.JsonPath)).Order())
        {
            text.AppendLine($"--- {Path.GetFileName(path)}");
            foreach (var line in Encoding.UTF8.GetString(disk.Content(path)!).Split('\n'))
            {
                text.AppendLine(line.Length > 160 ? $"{line[..110]} … {line[^40..]}" : line);
            }
        }

        return text.ToString();
    }

    private static Durability DurabilityOf(int number) => number % 4 == 3 ? Durability.Relaxed : Durability.Durable;

    /// <summary>A hash that is the same in every run.</summary>
    private static int Fold(string text) => (int)Fingerprint.Crc32C(0, Encoding.UTF8.GetBytes(text));
}
