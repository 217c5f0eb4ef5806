namespace Jam.Sessions.Actors.Cli;

/// <summary>What the tool ends with. Scripts rely on them: numbers are added, never changed.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A fault that has no number of its own, as a disk that refuses.</summary>
    public const int Failed = 1;

    /// <summary>The command line is none that the tool knows.</summary>
    public const int Usage = 2;

    /// <summary>Another process has the file, and takes no commands.</summary>
    public const int Locked = 3;

    /// <summary>A file is damaged, or another program changed it.</summary>
    public const int Damaged = 4;

    /// <summary>The secret is missing or another one.</summary>
    public const int WrongSecret = 5;

    /// <summary>It could be done, and is not: it would overwrite, or needs a yes.</summary>
    public const int Refused = 6;

    /// <summary>verify: a start would work, and not serve all that is there, or there is nothing.</summary>
    public const int Partly = 7;
}
