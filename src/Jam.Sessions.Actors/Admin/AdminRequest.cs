using System.Globalization;
using System.Text.Json;

namespace Jam.Sessions.Actors.Admin;

/// <summary>
/// One command of an operator, and over the socket one connection's only request:
/// <code>
/// {"protocol": 1, "command": "end", "key": "user1", "createdBefore": "2026-11-01T00:00:00Z", "unseenForSeconds": 86400, "dryRun": true, "limit": 1000}
/// </code>
/// </summary>
internal sealed class AdminRequest
{
    /// <summary>Changes with what an older side would misunderstand.</summary>
    public const int Protocol = 1;

    /// <summary>The most bytes that a request takes.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>The most rows that are told where nobody says how many.</summary>
    public const int DefaultLimit = 1000;

    public required AdminCommand Command { get; init; }

    /// <summary>Which sessions.</summary>
    public Selection Selection { get; init; } = new();

    /// <summary>Whether to say what would be changed, and change nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>How many rows are told at most; 0: all.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <exception cref="AdminRefusal">It is none.</exception>
    public static AdminRequest Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Read(utf8);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "The request is not one of this protocol.", e);
        }
    }

    public byte[] ToUtf8()
    {
        var utf8 = AdminJson.Object(json =>
        {
            json.WriteNumber("protocol", Protocol);
            json.WriteString("command", NameOf(Command));
            Selection.Write(json);
            json.WriteBoolean("dryRun", IsDryRun);
            json.WriteNumber("limit", Limit);
        });
        return utf8.Length <= MaxLength
            ? utf8
            : throw new AdminRefusal(AdminRefusalKind.BadRequest, $"The request would take {utf8.Length} bytes, and may take {MaxLength}. Name the session by its handle.");
    }

    public static string NameOf(AdminCommand command) => command switch
    {
        AdminCommand.Stats => "stats",
        AdminCommand.List => "list",
        AdminCommand.Show => "show",
        AdminCommand.End => "end",
        AdminCommand.Sweep => "sweep",
        AdminCommand.Flush => "flush",
        AdminCommand.Backup => "backup",
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "no command"),
    };

    private static AdminRequest Read(ReadOnlySpan<byte> utf8)
    {
        // Not from the reader: a name that stands there twice must not mean one thing here and another elsewhere.
        using var document = JsonDocument.Parse(utf8.ToArray(), new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false });
        var (protocol, command, isDryRun, limit) = (0, (AdminCommand?)null, false, DefaultLimit);
        var selection = new Selection();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "protocol":
                    protocol = member.Value.GetInt32();
                    break;
                case "command":
                    command = CommandOf(member.Value.GetString());
                    break;
                case "dryRun":
                    isDryRun = member.Value.GetBoolean();
                    break;
                case "limit":
                    limit = member.Value.GetInt32();
                    break;
                default:
                    // A selector that is not understood would select too much.
                    selection = selection.With(member.Name, member.Value);
                    break;
            }
        }

        if (protocol != Protocol)
        {
            throw new AdminRefusal(
                AdminRefusalKind.BadRequest,
                string.Create(CultureInfo.InvariantCulture, $"The request is of protocol {protocol}; this side speaks {Protocol}. Use the tool of the host's release."));
        }

        return new AdminRequest
        {
            Command = command ?? throw new FormatException(),
            Selection = selection,
            IsDryRun = isDryRun,
            Limit = limit >= 0 ? limit : throw new FormatException(),
        };
    }

    private static AdminCommand CommandOf(string? name)
    {
        foreach (var command in Enum.GetValues<AdminCommand>())
        {
            if (NameOf(command) == name)
            {
                return command;
            }
        }

        throw new FormatException();
    }
}

/// <summary>What an operator can ask of a store, held by this process or by another.</summary>
internal enum AdminCommand
{
    Stats,
    List,
    Show,
    End,
    Sweep,
    Flush,
    Backup,
}
