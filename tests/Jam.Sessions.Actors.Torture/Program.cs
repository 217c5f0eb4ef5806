using System.Globalization;
using Jam.Sessions.Actors.Torture;
using Jam.Sessions.Actors.Torture.Faults;

if (args is ["child", var path, var childSeed, .. var childOptions])
{
    return await Child.RunAsync(ChildOptions.Parse(path, childSeed, childOptions));
}

if (args is ["faults-child", var faultPath, var writers])
{
    return await FaultChild.RunAsync(faultPath, int.Parse(writers, CultureInfo.InvariantCulture));
}

if (args is ["faults", .. var filter])
{
    return await FaultMatrix.RunAsync(Fault.All.Where(fault => filter.All(word => $"{fault}".Contains(word, StringComparison.OrdinalIgnoreCase))), Console.Out) ? 0 : 1;
}

if (TortureOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine("""
        torture [--kills N] [--seed S] [--crypt on|off|both] [--minutes M] [--writers W] [--relaxed] [--keep]
        Kills a process that runs the engine with SIGKILL at random moments, and checks after each kill that nothing acknowledged is lost.
          --kills    how often (default 100; with both, half of it plain and half encrypted)
          --seed     of all random choices (default: drawn, and printed)
          --minutes  stop after this time, however few kills that were
          --writers  concurrent writers in the killed process (default 32)
          --relaxed  the killed engine acknowledges before it writes: shows that losses are found, and so ends with 1
          --keep     leave the files of a failed check in the temporary folder

        faults [WORD...]
        Lets system calls of a process that runs the engine really fail (strace --inject), heals them, kills it, and checks the same. Needs strace and root,
        or a kernel that lets a user trace processes of its own. WORDs select cells, such as: faults fdatasync EIO
        """);
    return 2;
}

var outcome = await Torture.RunAsync(options, Console.Out);
return outcome.IsClean ? 0 : 1;
