namespace Jam.Sessions.Actors.Telemetry;

/// <summary>What a command is called in metrics and traces.</summary>
internal static class CommandKind
{
    public static string Of(ISessionCommand command) => command switch
    {
        CreateSession => "create",
        UpdateSession => "update",
        PatchSession => "patch",
        TouchSession => "touch",
        DeleteSession => "delete",
        EndSession => "end",
        ClearSessions => "clear",
        ReworkSession => "rework",
        _ => Other,
    };

    /// <summary>One that nobody has named here.</summary>
    public const string Other = "other";
}
