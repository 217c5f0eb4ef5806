namespace Jam.Sessions.Actors.Admin;

/// <summary>Why an operator's command was not done, in words for the operator; never with an id, data or a secret.</summary>
internal sealed class AdminRefusal(AdminRefusalKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public AdminRefusalKind Kind => kind;
}

/// <summary>What stands behind a refusal. The numbers are part of the protocol.</summary>
internal enum AdminRefusalKind
{
    /// <summary>Something that is none of the others.</summary>
    Failed = 1,

    /// <summary>The request is none that this side knows.</summary>
    BadRequest = 2,

    /// <summary>Another process has the file.</summary>
    Locked = 3,

    /// <summary>A file is damaged.</summary>
    Damaged = 4,

    /// <summary>The secret does not fit, or is missing.</summary>
    WrongSecret = 5,

    /// <summary>It could be done, and is not, since it is not what was asked for or not allowed.</summary>
    Refused = 6,
}
