using Jam.Sessions.Actors.JsonFile;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Guarantee 6, at every step of an engine's start, commits, snapshots and journals; also where somebody removed its lock file.</summary>
public sealed class SecondProcessSpec(ITestOutputHelper output)
{
    private const int Actions = 24;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_process_at_any_step_is_refused_and_touches_nothing(bool isLockFileRemoved)
    {
        var starts = 0;
        for (var seed = 1; seed <= Setting.Of("PROCESS_SEEDS", 10); seed++)
        {
            var (disk, oracle) = Workload.Begin(seed);
            var life = new Life(disk, oracle, new Random(seed), wrapped => wrapped);
            life.Start();
            disk.OnStep = (_, _) => StartBeside(disk, isLockFileRemoved);
            disk.Beside = _ => StartBeside(disk, isLockFileRemoved);
            for (var action = 0; action < Actions; action++)
            {
                life.Commit();
                life.Snapshot(commitsBeside: 0);
            }

            (disk.OnStep, disk.Beside) = (null, null);
            life.Close();
            life.Start();
            starts += disk.Steps;
        }

        output.WriteLine($"refused at each of {starts} steps and more");
        Assert.True(starts > 1000);
    }

    /// <remarks>Whoever has its journal first stays; without the lock file that may be either of the two.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_two_processes_that_start_at_once_one_is_refused_and_touches_nothing(bool isLockFileRemoved)
    {
        var (refusedFirst, refusedSecond) = (0, 0);
        var seeds = Setting.Of("PROCESS_SEEDS", 10);
        for (var seed = 1; seed <= seeds; seed++)
        {
            for (var (after, isMet) = (0, true); isMet; after++)
            {
                var (disk, oracle) = Used(seed, commits: after % 3);
                var left = after;
                isMet = false;
                SessionStore? second = null;
                var afterSecond = 0;
                disk.Beside = _ =>
                {
                    if (left-- == 0)
                    {
                        isMet = true;
                        second = TryStart(disk, isLockFileRemoved);
                        afterSecond = disk.Identity();
                    }
                };
                try
                {
                    new Life(disk, oracle, new Random(seed), wrapped => wrapped).Start();
                    Assert.Null(second);
                    refusedSecond++;
                }
                catch (Violation e) when (e.InnerException is SessionStoreException)
                {
                    Assert.NotNull(second);
                    Assert.Equal(afterSecond, disk.Identity());
                    refusedFirst++;
                }

                disk.Beside = null;
                if (second is not null)
                {
                    second.Dispose();
                    disk.RemoveLockFiles();
                    new Life(disk, oracle, new Random(seed), wrapped => wrapped).Start();
                }
            }
        }

        output.WriteLine($"the first was refused {refusedFirst} times, the second {refusedSecond} times");
        Assert.True(refusedSecond > 0);

        // With the lock file in its place only where the second one came before the lock was taken.
        Assert.Equal(isLockFileRemoved, refusedFirst > seeds);
    }

    /// <summary>A running engine goes on with its journals and snapshots between any two steps of the start of a second one.</summary>
    [Fact]
    public void A_second_start_is_refused_whatever_the_first_engine_does_meanwhile()
    {
        var refused = 0;
        for (var seed = 1; seed <= Setting.Of("PROCESS_SEEDS", 10); seed++)
        {
            for (var (after, isMet) = (0, true); isMet; after++)
            {
                var (disk, oracle) = Workload.Begin(seed);
                var random = new Random(seed);
                var life = new Life(disk, oracle, random, wrapped => wrapped);
                life.Start();
                life.Commit();
                var left = after;
                isMet = false;
                disk.RemoveLockFiles();
                disk.Beside = _ =>
                {
                    if (left-- == 0)
                    {
                        disk.Beside = null;
                        isMet = true;
                        life.Commit();
                        life.Snapshot();
                        life.Commit();
                        life.Snapshot();
                    }
                };
                Assert.ThrowsAny<SessionStoreException>(() => Recovery.Open(disk, Life.JsonPath, new DocumentCodec(null), "the second"));
                disk.Beside = null;
                refused++;
                life.Commit();
                life.Snapshot();
                disk.RemoveLockFiles();
                new Life(disk.AfterKill(), oracle.Copy(), random, wrapped => wrapped).Start();
                life.Close();
            }
        }

        output.WriteLine($"refused {refused} times");
        Assert.True(refused > 30);
    }

    private static (SimulatedDisk Disk, Oracle Oracle) Used(int seed, int commits)
    {
        var (disk, oracle) = Workload.Begin(seed);
        if (commits == 0)
        {
            return (disk, oracle);
        }

        var life = new Life(disk, oracle, new Random(seed), wrapped => wrapped);
        life.Start();
        for (var commit = 0; commit < commits; commit++)
        {
            life.Commit();
        }

        return (disk.AfterKill(), oracle);
    }

    private static void StartBeside(SimulatedDisk disk, bool isLockFileRemoved) => Assert.Null(TryStart(disk, isLockFileRemoved));

    /// <summary>The second engine, or null where it was refused and left everything as it was.</summary>
    private static SessionStore? TryStart(SimulatedDisk disk, bool isLockFileRemoved)
    {
        var (onStep, beside, before) = (disk.OnStep, disk.Beside, disk.Identity());
        (disk.OnStep, disk.Beside) = (null, null);
        try
        {
            if (isLockFileRemoved)
            {
                disk.RemoveLockFiles();
            }

            return Recovery.Open(disk, Life.JsonPath, new DocumentCodec(null), "the second").Store;
        }
        catch (SessionStoreException)
        {
            Assert.Equal(before, disk.Identity());
            return null;
        }
        finally
        {
            (disk.OnStep, disk.Beside) = (onStep, beside);
        }
    }
}
