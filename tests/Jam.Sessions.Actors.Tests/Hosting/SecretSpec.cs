using Akka.Configuration;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Hosting;

/// <summary>Where the secret comes from, and that a bad one is never shown.</summary>
public sealed class SecretSpec : IDisposable
{
    private const string Secret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string Token = "J$_gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    private readonly TempFolder _folder = new();
    private readonly string? _variable = Environment.GetEnvironmentVariable(ResolvedOptions.SecretVariable);

    public SecretSpec() => Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, null);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, _variable);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData("  " + Secret + "\n")]
    [InlineData("cw/0x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4=")]
    public void The_secret_is_a_text_in_either_alphabet(string secret) => Assert.True(Fits(secret));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(" \r\n")]
    public void The_secret_is_in_a_file_with_blanks_around(string blanks)
    {
        var path = _folder.File("secret");
        File.WriteAllText(path, blanks + Secret + blanks);
        Assert.True(Fits(path));
    }

    [Fact]
    public void The_secret_is_in_the_environment_where_nothing_else_names_it()
    {
        Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, Secret);
        Assert.True(Fits(null));
        Assert.False(Fits(Convert.ToBase64String(new byte[32])));
        Assert.False(Fits(null, $"jam.sessions.session-aes-secret = \"{Convert.ToBase64String(new byte[32])}\""));
        Environment.SetEnvironmentVariable(ResolvedOptions.SecretVariable, null);
        Assert.True(Fits(null, $"jam.sessions.session-aes-secret = \"{Secret}\""));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("hunter2")]
    [InlineData("hunter2_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")]
    [InlineData("/hunter2/no/such/file")]
    public void A_bad_secret_is_refused_without_showing_it(string? secret) =>
        Assert.DoesNotContain("hunter2", Assert.Throws<SessionSecretException>(() => Fits(secret)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_bad_secret_in_a_file_is_refused_without_showing_it()
    {
        var path = _folder.File("secret");
        File.WriteAllText(path, "hunter2");
        Assert.DoesNotContain("hunter2", Assert.Throws<SessionSecretException>(() => Fits(path)).ToString(), StringComparison.Ordinal);
        Assert.Throws<SessionSecretException>(() => Fits(_folder.Path));
    }

    [Fact]
    public void Without_encryption_no_secret_is_looked_at()
    {
        var options = new JamSessionsOptions { SessionAesSecret = "hunter2" };
        Assert.Null(Secrets.RingOf(ResolvedOptions.Resolve(options, ConfigurationFactory.Empty)));
    }

    private static bool Fits(string? secret, string hocon = "")
    {
        var options = new JamSessionsOptions { IsSessionCrypt = true, SessionAesSecret = secret };
        var ring = Secrets.RingOf(ResolvedOptions.Resolve(options, ConfigurationFactory.ParseString(hocon)))!;
        return ring.TryDecrypt(System.Text.Encoding.ASCII.GetBytes(Token), record: default, out _) is not null;
    }
}
