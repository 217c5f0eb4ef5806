using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>File systems that lack something: what still holds there, and what is refused.</summary>
public sealed class OddFileSystemsSpec
{
    private const int Actions = 40;

    [Fact]
    public void Where_no_directory_can_be_synced_a_kill_at_any_step_loses_nothing()
    {
        var kills = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            var (disk, oracle) = Workload.Begin(seed, new SimulatedDisk { CannotSyncDirectories = true });
            var random = new Random(seed);
            var life = new Life(disk, oracle, random, wrapped => wrapped);
            disk.OnStep = (_, _) =>
            {
                kills++;
                new Life(disk.AfterKill(), oracle.Copy(), new Random(seed), wrapped => wrapped).Start();
            };
            life.Start();
            for (var action = 0; action < Actions; action++)
            {
                life.Act();
            }

            life.Close();
        }

        Assert.True(kills > 1000);
    }

    [Fact]
    public void A_file_that_nothing_can_be_renamed_onto_is_refused_at_the_start_and_left_alone()
    {
        var disk = new SimulatedDisk { MountPoint = Life.JsonPath };
        disk.Put(Life.JsonPath, """{"_default": {}}"""u8.ToArray());
        var before = disk.Identity();
        var refusal = Assert.Throws<SessionStoreException>(() => Recovery.Open(disk, Life.JsonPath, new DocumentCodec(null), "a test"));
        Assert.Contains("mount point", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Identity());
    }
}
