using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>What goes to a user's session from what a request held before the user signed in.</summary>
internal interface IMovesAtSignIn
{
    /// <summary>Members to create the session with. Called when a session is about to be created for who signs in.</summary>
    SessionData Move();
}

/// <summary>What a sign-in writes into a session.</summary>
internal static class SignInMembers
{
    public const string Agent = "agent", Address = "address", Issuer = "issuer", Sid = "sid";

    // Longer ones are nonsense; it stands in memory and in the file.
    private const int MaxAgentLength = 300;

    public static SessionData Of(AuthenticationTicket ticket, TicketCodec codec, JamTicketOptions options, HttpContext http) => Members.Of(writer =>
    {
        writer.WriteBase64String(Members.Ticket, codec.Encode(ticket));
        writer.WriteStartObject(Members.Device);
        if (AgentOf(http) is { Length: > 0 } agent)
        {
            writer.WriteString(Agent, agent);
        }

        if (options.KeepAddress && http.Connection.RemoteIpAddress is { } address)
        {
            writer.WriteString(Address, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        }

        writer.WriteEndObject();
        if (options.Upstream(ticket.Principal) is { } upstream)
        {
            writer.WriteStartObject(Members.Upstream);
            writer.WriteString(Issuer, upstream.Issuer);
            writer.WriteString(Sid, upstream.Sid);
            writer.WriteEndObject();
        }
    });

    public static SessionData TicketOf(AuthenticationTicket ticket, TicketCodec codec) => Members.Of(writer => writer.WriteBase64String(Members.Ticket, codec.Encode(ticket)));

    private static string AgentOf(HttpContext http)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        var length = agent.Length <= MaxAgentLength ? agent.Length : MaxAgentLength - (char.IsHighSurrogate(agent[MaxAgentLength - 1]) ? 1 : 0);
        return agent[..length];
    }
}
