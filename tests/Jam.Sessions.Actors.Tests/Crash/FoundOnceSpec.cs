namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>What the explorer found once, each as the shortest way to it.</summary>
public sealed class FoundOnceSpec
{
    private const int Outcomes = 100;

    private readonly SimulatedDisk _disk = new();
    private readonly Oracle _oracle = new(Documents.Of([]));

    [Fact]
    public void A_batch_that_was_served_after_a_kill_survives_a_power_loss_though_its_writer_never_synced_it()
    {
        SimulatedDisk? killed = null;
        Oracle? heard = null;
        var life = Start(_disk, _oracle);
        Change(life);
        _disk.OnStep = (operation, _) => (killed, heard) = operation == "Sync" ? (_disk.AfterKill(), _oracle.Copy()) : (killed, heard);
        Change(life);

        var served = heard!;
        var next = Start(killed!, served);
        AssertSurvivesPowerLoss(killed!, served);
        Change(next);
        AssertSurvivesPowerLoss(killed!, served);
    }

    [Fact]
    public void A_batch_that_was_lost_before_it_was_served_leaves_no_gap_in_the_numbers()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (disk, oracle) = Workload.Begin(seed);
            SimulatedDisk? killed = null;
            Oracle? heard = null;
            var life = Start(disk, oracle, seed);
            disk.OnStep = (operation, _) => (killed, heard) = operation == "Sync" ? (disk.AfterKill(), oracle.Copy()) : (killed, heard);
            Change(life);

            // The power fails while the next start is repeating the batch: its journal may stay without it.
            killed!.OnStep = (operation, _) =>
            {
                if (operation == "Sync")
                {
                    AssertSurvivesPowerLoss(killed, heard!);
                }
            };
            Start(killed, heard!.Copy());
        }
    }

    [Fact]
    public void A_power_loss_after_a_clean_stop_brings_no_journal_back_that_the_next_start_cannot_place()
    {
        var life = Start(_disk, _oracle);
        for (var i = 0; i < 3; i++)
        {
            Change(life);
            life.Snapshot(commitsBeside: 1);
        }

        life.Close();
        AssertSurvivesPowerLoss(_disk, _oracle);
    }

    [Fact]
    public void A_snapshot_whose_rename_could_not_be_synced_keeps_the_journals()
    {
        var life = Start(_disk, _oracle);
        Change(life);
        _disk.OnStep = (operation, _) =>
        {
            if (operation == "Rename")
            {
                _disk.Faults = new FaultPlan("SyncDirectory", FaultKind.UntilHealed, after: 0, new Random(1));
            }
        };
        life.Close();
        Assert.Equal(1, life.Refusals);
        AssertSurvivesPowerLoss(_disk, _oracle);
    }

    [Fact]
    public void A_snapshot_whose_rename_could_not_be_synced_is_taken_again()
    {
        var renames = 0;
        var life = Start(_disk, _oracle);
        Change(life);
        _disk.OnStep = (operation, path) =>
        {
            if (operation == "Rename" && path == Life.JsonPath && ++renames == 1)
            {
                _disk.Faults = new FaultPlan("SyncDirectory", FaultKind.Once, after: 0, new Random(1));
            }
        };
        life.Snapshot();
        Assert.Equal(1, life.Refusals);
        life.Close();
        Assert.Equal(2, renames);
    }

    [Fact]
    public void A_renamed_snapshot_that_could_not_be_looked_at_is_no_foreign_change()
    {
        var life = Start(_disk, _oracle);
        Change(life);
        _disk.OnStep = (operation, _) =>
        {
            if (operation == "Rename")
            {
                _disk.Faults = new FaultPlan("Stamp", FaultKind.Once, after: 0, new Random(1));
            }
        };
        life.Snapshot();
        _disk.OnStep = null;
        Change(life);
        life.Snapshot();
        Assert.Equal(1, life.Refusals);
        life.Close();
        AssertSurvivesPowerLoss(_disk, _oracle);
    }

    [Fact]
    public void A_journal_that_could_not_be_begun_and_was_deleted_comes_back_as_no_successor_of_a_later_one()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (disk, oracle) = Workload.Begin(seed);
            var life = Start(disk, oracle, seed);
            Change(life);
            disk.Faults = new FaultPlan("Sync", FaultKind.UntilHealed, after: 0, new Random(seed));
            while (life.Refusals < 4)
            {
                life.Commit();
            }

            // The next start repeats the batch that was refused first; meanwhile the power fails, and what was deleted may be back.
            var (killed, heard) = (disk.AfterKill(), oracle.Copy());
            killed.OnStep = (operation, _) =>
            {
                if (operation == "Sync")
                {
                    AssertSurvivesPowerLoss(killed, heard);
                }
            };
            Start(killed, heard.Copy());
        }
    }

    [Fact]
    public void A_file_that_was_replaced_after_the_start_had_read_it_is_left_alone()
    {
        byte[] foreign = [.. "{}"u8];
        _disk.Put(Life.JsonPath, [.. """{"_default": {}}"""u8]);
        _disk.Beside = path =>
        {
            if (path.EndsWith(".tmp", StringComparison.Ordinal))
            {
                _disk.ReplaceFromOutside(Life.JsonPath, foreign);
            }
        };
        var life = Start(_disk, _oracle);
        _disk.Beside = null;
        Change(life);
        Assert.IsType<SessionStoreConflictException>(Assert.Throws<Violation>(() => life.Snapshot()).InnerException);
        Assert.Equal(foreign, _disk.Content(Life.JsonPath));
    }

    private static void Change(Life life)
    {
        while (!life.Commit())
        {
        }
    }

    private static Life Start(SimulatedDisk disk, Oracle oracle, int seed = 3)
    {
        var life = new Life(disk, oracle, new Random(seed), wrapped => wrapped);
        life.Start();
        return life;
    }

    /// <summary>The oracle refuses all but what it was told.</summary>
    private static void AssertSurvivesPowerLoss(SimulatedDisk disk, Oracle oracle)
    {
        for (var outcome = 0; outcome < Outcomes; outcome++)
        {
            var left = disk.AfterPowerLoss(new Random(outcome));
            var heard = oracle.Copy();
            Change(Start(left, heard));
            Start(left.AfterPowerLoss(new Random(outcome)), heard);
        }
    }
}
