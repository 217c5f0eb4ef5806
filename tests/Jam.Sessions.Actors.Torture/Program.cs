using System.Globalization;
using Jam.Sessions.Actors.Torture;
using Jam.Sessions.Actors.Torture.Conversions;
using Jam.Sessions.Actors.Torture.Faults;
using Jam.Sessions.Actors.Torture.Hour;

if (args is ["child", var path, var seed, var childMode, var start, var childWriters, .. var flags])
{
    return await Child.RunAsync(ChildOptions.Parse(path, seed, childMode, start, childWriters, flags));
}

if (args is ["faults-child", var faultPath, var writers, var faultMode, var faultStart])
{
    return await FaultChild.RunAsync(
        faultPath, int.Parse(writers, CultureInfo.InvariantCulture), SecretMode.TryParse(faultMode)!.Single(), int.Parse(faultStart, CultureInfo.InvariantCulture));
}

if (args is ["faults", .. var words] && (words is ["--mode", var names, ..] ? SecretMode.TryParse(names) : [SecretMode.Plain]) is { } modes)
{
    var filter = words is ["--mode", _, .. var rest] ? rest : words;
    var faults = Fault.All.Where(fault => filter.All(word => $"{fault}".Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();
    var isClean = true;
    foreach (var mode in modes)
    {
        isClean &= await FaultMatrix.RunAsync(faults, mode, Console.Out);
    }

    return isClean ? 0 : 1;
}

if (args is ["hour", "--minutes", var minutes, "--page", var page] && double.TryParse(minutes, CultureInfo.InvariantCulture, out var length) && length > 0)
{
    using var hour = new HourOfOperation(TimeSpan.FromMinutes(length), Console.Out);
    var (text, wrong) = await hour.RunAsync();
    await File.WriteAllTextAsync(page, text);
    wrong.ToList().ForEach(Console.Error.WriteLine);
    return wrong.Count == 0 ? 0 : 1;
}

if (TortureOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine("""
        torture [--kills N] [--seed S] [--mode MODE,...] [--minutes M] [--writers W] [--relaxed] [--keep]
        Kills a process that runs the engine with SIGKILL at random moments, and checks after each kill that nothing acknowledged is lost.
          --kills    how often, over all modes together (default 100)
          --mode     how secrets are kept, a store for each (default: all): plain, fernet (as jam does it), hashed (ids), grace (hashed, and the id before a
                     rework works for an hour), aes-gcm (and hashed), ring (fernet, with another first key at each start)
          --seed     of all random choices (default: drawn, and printed)
          --minutes  stop after this time, however few kills that were
          --writers  concurrent writers in the killed process (default 32)
          --relaxed  the killed engine acknowledges before it writes: shows that losses are found, and so ends with 1
          --keep     leave the files of a failed check in the temporary folder

        conversions [--kills N] [--seed S] [--mode MODE,...] [--minutes M] [--keep]
        Converts stores of some hundred sessions to another mode (plain to fernet, hashed and aes-gcm, fernet to aes-gcm), killing each start at a random
        moment until one has returned, and checks that everybody is served and that nothing of the former mode is left in any file.
          --kills    how often at least (default 100)
          --mode     into which modes (default: all that there is a conversion to)

        faults [--mode MODE,...] [WORD...]
        Lets system calls of a process that runs the engine really fail (strace --inject), heals them, kills it, and checks the same. Needs strace and root,
        or a kernel that lets a user trace processes of its own. WORDs select cells, such as: faults --mode hashed fdatasync EIO

        hour --minutes M --page FILE
        Plays an hour of an operator in M minutes: the example backend under load, a disk that fills, a backup, a restore, another key, rolling restarts.
        What was typed and answered becomes a page; what callers were told is asked for at the end. Needs curl, and root or a kernel that lets users mount.
        """);
    return 2;
}

if (args is ["conversions", ..])
{
    return (await ConversionRun.RunAsync(options, Console.Out)).IsClean ? 0 : 1;
}

var outcome = await Torture.RunAsync(options, Console.Out);
return outcome.IsClean ? 0 : 1;
