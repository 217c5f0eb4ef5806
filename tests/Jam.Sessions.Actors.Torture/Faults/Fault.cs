namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>When the calls fail.</summary>
public enum FaultTime
{
    /// <summary>A thread's first such call after the engine has run for a while.</summary>
    Once,

    /// <summary>Every fifth such call of a thread, until healed.</summary>
    EveryFifth,

    /// <summary>All such calls, until healed.</summary>
    UntilHealed,

    /// <summary>All such calls while the engine starts, until healed; then it is started again.</summary>
    AtStart,
}

/// <summary>System calls that fail, and with which error.</summary>
/// <param name="Call">The call as strace names it: one name, or several with commas.</param>
/// <param name="Error">The error's name; <see cref="Short"/> for writes that a limit of the process really cuts.</param>
/// <param name="Time">When.</param>
public sealed record Fault(string Call, string Error, FaultTime Time)
{
    public const string Short = "short";

    /// <summary>Names that not every kernel has carry strace's question mark.</summary>
    public string Calls => string.Join(',', Call.Split(',').Select(call => call is "rename" or "unlink" or "open" or "mkdir" ? $"?{call}" : call));

    /// <summary>Whether no file can be synced, however that is called.</summary>
    public bool IsSync => Call.Contains("fdatasync", StringComparison.Ordinal);

    public string? Inject => Error == Short ? null : $"inject={Calls}:error={Error}" + Time switch
    {
        FaultTime.Once => ":when=1",
        FaultTime.EveryFifth => ":when=3+5",
        _ => "",
    };

    /// <summary>Whether a line of the log shows a call that failed, or wrote less than it was told to.</summary>
    public bool IsFailure(string line) => Error != Short ? line.Contains("(INJECTED)", StringComparison.Ordinal)
        : line.Contains("EFBIG", StringComparison.Ordinal) || IsShort(line);

    public override string ToString() => $"{Call} {Error} {Time}";

    /// <summary><c>17 pwrite64(3&lt;…&gt;, "…"..., 4096, 0) = 100</c></summary>
    private static bool IsShort(string line)
    {
        var (call, result) = (line.LastIndexOf(") = ", StringComparison.Ordinal), line.LastIndexOf(" = ", StringComparison.Ordinal));
        var arguments = call < 0 ? [] : line[..call].Split(", ");
        return arguments.Length >= 3 && long.TryParse(arguments[^2], out var asked) && long.TryParse(line[(result + 3)..], out var written) && written < asked;
    }

    /// <summary>What CI runs: each call once, and each kind of time.</summary>
    public static IReadOnlyList<Fault> Few { get; } =
    [
        new("fdatasync,fsync", "EIO", FaultTime.UntilHealed), new("fdatasync", "ENOSPC", FaultTime.EveryFifth), new("fsync", "EIO", FaultTime.UntilHealed),
        new("pwrite64", "ENOSPC", FaultTime.UntilHealed), new("pwrite64", Short, FaultTime.UntilHealed), new("rename,renameat,renameat2", "EXDEV", FaultTime.UntilHealed),
        new("open,openat", "EMFILE", FaultTime.UntilHealed), new("ftruncate", "EIO", FaultTime.UntilHealed), new("unlink,unlinkat", "EROFS", FaultTime.UntilHealed),
        new("flock", "ENOLCK", FaultTime.AtStart), new("fsync", "EINVAL", FaultTime.AtStart), new("fchmod", "EPERM", FaultTime.AtStart),
    ];

    /// <summary>Each call with each error that its manual page names, at each time.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        .. Of("fdatasync,fsync", ["EIO"]), .. Of("fdatasync", ["EIO", "ENOSPC", "EDQUOT", "EROFS"]), .. Of("fsync", ["EIO", "ENOSPC", "EDQUOT", "EROFS"]),
        .. Of("pwrite64", ["EIO", "ENOSPC", "EDQUOT", "EPERM"]),
        // A start renames nothing.
        .. Of("rename,renameat,renameat2", ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EBUSY", "EXDEV", "EACCES"]).Where(fault => fault.Time != FaultTime.AtStart),
        .. Of("open,openat", ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "EACCES"]), .. Of("ftruncate", ["EIO", "EROFS", "EPERM"]),

        // No thread removes more than two files.
        .. Of("unlink,unlinkat", ["EIO", "EROFS", "EBUSY", "EACCES"]).Where(fault => fault.Time != FaultTime.EveryFifth), .. Of("flock", ["ENOLCK", "ENOSYS", "EIO"]), .. Of("statx", ["EIO", "EACCES"]),
        .. Of("pread64", ["EIO"]).Where(fault => fault.Time == FaultTime.AtStart),

        // A signal: the call is repeated, and nobody hears of it.
        .. Interrupted("fdatasync"), .. Interrupted("fsync"), .. Interrupted("pwrite64"), .. Interrupted("open,openat"), .. Interrupted("ftruncate"), .. Interrupted("flock"),
        new("fsync", "EINVAL", FaultTime.AtStart), new("fsync", "EINVAL", FaultTime.UntilHealed), new("fsync", "EOPNOTSUPP", FaultTime.AtStart), new("fsync", "ENOSYS", FaultTime.UntilHealed),
        new("fchmod", "EPERM", FaultTime.AtStart), new("fchmod", "EOPNOTSUPP", FaultTime.AtStart), new("fchmod", "EIO", FaultTime.AtStart), new("pwrite64", Short, FaultTime.UntilHealed),
    ];

    private static IEnumerable<Fault> Of(string call, string[] errors) =>
        errors.SelectMany(error => Enum.GetValues<FaultTime>().Select(time => new Fault(call, error, time)));

    private static IEnumerable<Fault> Interrupted(string call) => [new(call, "EINTR", FaultTime.Once), new(call, "EINTR", FaultTime.EveryFifth)];
}
