using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>One workload during which another program replaces the JSON file.</summary>
internal sealed class ForeignTrial(int seed, byte[]? content, long after)
{
    private const int ActionsBeside = 8;

    private readonly Random _outcomes = new(unchecked((seed * 7919) + (int)after));

    /// <summary>Runs it; false where the workload ended before the other program came.</summary>
    /// <exception cref="Violation">With the moment that led to it.</exception>
    public bool Run(int actions)
    {
        try
        {
            return Live(actions);
        }
        catch (Violation violation)
        {
            throw new Violation($"seed {seed}, replaced after {after}: {violation.Message}", violation);
        }
    }

    private bool Live(int actions)
    {
        var (disk, oracle) = Workload.Begin(seed);
        var life = new Life(disk, oracle, new Random(seed), wrapped => wrapped);
        life.Start();
        var other = new ForeignProgram(disk, content, after);
        disk.Faults = other;
        for (var action = 0; action < actions && !other.HasStruck; action++)
        {
            Act(life);
        }

        if (!other.HasStruck)
        {
            return false;
        }

        Require(other.IsUntouched, "its file was overwritten at once");
        Change(life);
        for (var action = 0; action < ActionsBeside; action++)
        {
            var conflicts = life.Conflicts;
            var isSnapshot = Act(life);
            Require(!isSnapshot || life.Conflicts > conflicts, "a snapshot reported no conflict");
            Require(other.IsUntouched, "its file was overwritten");
            if (_outcomes.Next(4) == 0)
            {
                Crash(disk, oracle, other);
            }
        }

        Require(life.Refusals == 0, "changes were refused, and the journal has room for them");
        life.Close();
        Require(other.IsUntouched, "its file was overwritten at the end");
        AssertNothingIsGivenUp(disk.AfterKill(), oracle.Copy());
        disk.ReplaceFromOutside(Life.JsonPath, other.Replaced);
        life.Start();
        return true;
    }

    private bool Act(Life life)
    {
        var isSnapshot = _outcomes.Next(4) == 0;
        if (isSnapshot)
        {
            life.Snapshot(commitsBeside: _outcomes.Next(3));
        }
        else
        {
            life.Commit();
        }

        return isSnapshot;
    }

    /// <summary>The next start refuses and touches nothing. With the file put back it has all that was acknowledged.</summary>
    private void Crash(SimulatedDisk disk, Oracle oracle, ForeignProgram other)
    {
        var left = _outcomes.Next(3) == 0 ? disk.AfterKill() : disk.AfterPowerLoss(_outcomes);
        AssertNothingIsGivenUp(left.AfterKill(), oracle.Copy());
        left.ReplaceFromOutside(Life.JsonPath, other.Replaced);
        new Life(left, oracle.Copy(), new Random(seed), wrapped => wrapped).Start();
    }

    /// <remarks>Where the file is gone that no journal needs yet, a start finds everything in the journals.</remarks>
    private static void AssertNothingIsGivenUp(SimulatedDisk disk, Oracle oracle)
    {
        var before = disk.Identity();
        try
        {
            var (store, documents) = Recovery.Open(disk, Life.JsonPath, new DocumentCodec(null), "a test");
            oracle.Recovered(Documents.Of(documents));
            store.Dispose();
        }
        catch (SessionStoreException e) when (e is SessionStoreConflictException or SessionStoreCorruptException)
        {
            Require(disk.Identity() == before, "a start that was refused changed the disk");
        }
    }

    private static void Change(Life life)
    {
        while (!life.Commit())
        {
        }
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new Violation(otherwise);
        }
    }
}
