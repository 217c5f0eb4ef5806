namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>One workload in which one fault comes and goes, with crashes at random moments once it has come.</summary>
internal sealed class FaultTrial(int seed, string operation, FaultKind kind, long after)
{
    private readonly Random _outcomes = new(unchecked((seed * 7919) + (int)after));
    private readonly string _name = $"seed {seed}, {operation} fails {kind}, after {after}";

    /// <summary>How many crashes were recovered from.</summary>
    public int Crashes { get; private set; }

    /// <summary>Runs it; false where the workload ended before the fault was met.</summary>
    /// <exception cref="Violation">With the fault that led to it.</exception>
    public bool Run(int actions)
    {
        var (disk, oracle) = Workload.Begin(seed, mode: StoreMode.Of(seed));
        var plan = new FaultPlan(operation, kind, after, _outcomes);
        var life = new Life(disk, oracle, new Random(seed), wrapped => wrapped, seed % 4 == 3 ? Durability.Relaxed : Durability.Durable);
        disk.Faults = plan;
        disk.OnStep = (step, path) =>
        {
            if (plan.HasStruck && _outcomes.Next(12) == 0)
            {
                Crash(disk, oracle, $"{step} {Path.GetFileName(path)}");
            }
        };
        try
        {
            Live(life, plan, actions);
            plan.Heal();
            var refusals = life.Refusals;
            life.Commit();
            life.Snapshot();
            if (life.Refusals > refusals)
            {
                throw new Violation("the disk works again, and the store still refuses");
            }

            Crash(disk, oracle, "after it was healed");
            life.Close();
            Crash(disk, oracle, "the end");
            return plan.HasStruck;
        }
        catch (Violation violation)
        {
            throw new Violation($"{_name}: {violation.Message}", violation);
        }
    }

    private void Live(Life life, FaultPlan plan, int actions)
    {
        var heals = _outcomes.Next(1, actions);
        life.OnRefusedOpen = plan.Heal;
        life.Start();
        for (var action = 0; action < actions; action++)
        {
            life.Act();
            if (plan.HasStruck && --heals == 0)
            {
                plan.Heal();
            }
        }
    }

    private void Crash(SimulatedDisk disk, Oracle oracle, string where)
    {
        Crashes++;
        var isKill = _outcomes.Next(3) == 0;
        var left = isKill ? disk.AfterKill() : disk.AfterPowerLoss(_outcomes);
        var heard = oracle.Copy();
        try
        {
            var life = new Life(left, heard, new Random(_outcomes.Next()), wrapped => wrapped);
            life.Start();
            life.Commit();
            new Life(left.AfterPowerLoss(_outcomes), heard.Copy(), new Random(0), wrapped => wrapped).Start();
        }
        catch (Violation violation)
        {
            throw new Violation($"crash at {where}{(isKill ? " (kill)" : "")}: {violation.Message}\n{Explorer.Listing(left)}", violation);
        }
    }
}
