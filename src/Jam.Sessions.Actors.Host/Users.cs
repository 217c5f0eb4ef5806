using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace Jam.Sessions.Actors.Host;

/// <summary>Two users to try the site with. Yours come from a database, or from Identity.</summary>
internal static class Users
{
    public const string DemoPassword = "correct horse";

    private static readonly PasswordHasher<string> s_hasher = new();
    private static readonly string s_nobodys = s_hasher.HashPassword("", Guid.NewGuid().ToString());
    private static readonly Dictionary<string, string> s_hashes = new[] { "ann", "bob" }.ToDictionary(user => user, user => s_hasher.HashPassword(user, DemoPassword));

    /// <summary>Whether this is the user's password. It takes as long for a user that there is not.</summary>
    public static bool Verify(string? user, string? password) =>
        s_hasher.VerifyHashedPassword(user ?? "", s_hashes.GetValueOrDefault(user ?? "", s_nobodys), password ?? "") != PasswordVerificationResult.Failed;

    public static ClaimsPrincipal Principal(string user) =>
        new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, user), new(ClaimTypes.Name, user)], CookieAuthenticationDefaults.AuthenticationScheme));
}
