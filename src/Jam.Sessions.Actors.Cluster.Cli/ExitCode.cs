namespace Jam.Sessions.Actors.Cluster.Cli;

/// <summary>What the tool ends with: the numbers of <c>jam-sessions</c>, and one more. Scripts rely on them: numbers are added, never changed.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A fault that has no number of its own, as a disk or a server that refuses.</summary>
    public const int Failed = 1;

    /// <summary>The command line is none that the tool knows, or says not where PostgreSQL is.</summary>
    public const int Usage = 2;

    /// <summary>A host has the session file, or another import is under way.</summary>
    public const int Locked = 3;

    /// <summary>A file is damaged, or another program changed it.</summary>
    public const int Damaged = 4;

    /// <summary>The session file's secret is missing or another one.</summary>
    public const int WrongSecret = 5;

    /// <summary>It could be done, and is not: it would overwrite, or the tables do not fit.</summary>
    public const int Refused = 6;

    /// <summary>init --check: there are no tables, or old ones, and init would make them what they are to be.</summary>
    public const int Partly = 7;

    /// <summary>PostgreSQL cannot be reached, or does not let this user in.</summary>
    public const int Unreachable = 8;
}
