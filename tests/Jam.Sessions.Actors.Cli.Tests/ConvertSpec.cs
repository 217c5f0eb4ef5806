using System.Text;
using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>rekey, encrypt and hash-ids: afterwards the file is what the host's new options say, and nobody is signed out.</summary>
public sealed class ConvertSpec : ToolTest
{
    public static TheoryData<string> Encrypted => Modes.Encrypted;

    public static TheoryData<string, string, string> Ways => new()
    {
        { "plain", "fernet", "encrypt --to fernet" },
        { "hashed", "fernet-hashed", "encrypt --to fernet" },
        { "plain", "aes-gcm", "encrypt --to aes-gcm --yes" },
        { "hashed", "aes-gcm", "encrypt --to aes-gcm --yes" },
        { "fernet", "aes-gcm", "encrypt --to aes-gcm --yes" },
        { "fernet-hashed", "aes-gcm", "encrypt --to aes-gcm --yes" },
        { "plain", "hashed", "hash-ids --yes" },
        { "fernet", "fernet-hashed", "hash-ids --yes" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_store_becomes_what_is_asked_for_and_is_left_so_the_second_time(string from, string to, string command)
    {
        var ids = await MakeAsync(from);
        string[] arguments = [.. command.Split(' '), "--secret-file", At("secret")];
        var before = Listing();
        Assert.True(Run([.. arguments, "--dry-run", "--json"]).Done().Json.GetProperty("needed").GetBoolean());
        Assert.Equal(before[JsonPath], Listing()[JsonPath]);
        Assert.True(Run([.. arguments, "--json"]).Done().Json.GetProperty("needed").GetBoolean());
        var after = File.ReadAllText(JsonPath);
        Assert.False(Run([.. arguments, "--json"]).Done().Json.GetProperty("needed").GetBoolean());
        Assert.Equal(after, File.ReadAllText(JsonPath));
        Assert.Equal(Modes.IsEncrypted(to), !IsOnDisk("marker"));
        Assert.Equal(Modes.IsHashed(to), !IsOnDisk(ids[1]));
        Assert.Contains("\"more\": [1]", after, StringComparison.Ordinal);
        await RequireServedAsync(to, ids);
    }

    [Theory]
    [MemberData(nameof(Encrypted))]
    public async Task Nothing_needs_the_old_key_any_more(string mode)
    {
        var ids = await MakeAsync(mode);
        File.WriteAllText(At("new"), Modes.Another);
        var said = Run("rekey", "--secret-file", At("secret"), "--new-secret-file", At("new")).Done().Out;
        Assert.Contains("was written anew", said, StringComparison.Ordinal);
        Assert.Equal("wrong-secret", Run("verify", "--json", "--secret-file", At("secret")).Json.GetProperty("outcome").GetString());
        Assert.Equal("sound", Run("verify", "--json", "--secret-file", At("new")).Done().Json.GetProperty("outcome").GetString());
        Assert.Contains("is so already", Run("rekey", "--secret-file", At("secret"), "--new-secret-file", At("new")).Done().Out, StringComparison.Ordinal);
        await RequireServedAsync(mode, ids, Modes.Another);
    }

    [Fact]
    public async Task The_new_key_comes_from_the_environment_or_from_who_is_asked_as_well()
    {
        await MakeAsync("aes-gcm");
        Assert.Equal(ExitCode.WrongSecret, Run("rekey", "--secret-file", At("secret")).Code);
        Assert.Equal(ExitCode.WrongSecret, RunAsked("no key", "rekey", "--file", JsonPath, "--secret-file", At("secret")).Code);
        Environment.SetEnvironmentVariable("JAM_SESSION_NEW_AES_SECRET", Modes.Another);
        try
        {
            Assert.Equal(ExitCode.WrongSecret, Run("rekey").Code);
            Assert.Equal(ExitCode.Done, RunAsked(Modes.Secret, "rekey", "--file", JsonPath).Code);
        }
        finally
        {
            Environment.SetEnvironmentVariable("JAM_SESSION_NEW_AES_SECRET", null);
        }

        File.WriteAllText(At("new"), Modes.Another);
        Assert.Equal(ExitCode.Done, RunAsked(Modes.Secret, "rekey", "--file", JsonPath, "--secret-file", At("new")).Code);
        Run("verify", "--secret-file", At("secret")).Done();
    }

    [Fact]
    public async Task The_ring_of_the_hosts_options_is_known()
    {
        var ids = await MakeAsync("fernet");
        File.WriteAllText(At("new"), Modes.Another);
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", encryption = fernet, session-aes-secret-file = "{{At("new")}}", previous-session-aes-secrets = ["{{At("secret")}}"] }""");
        RunBare("rekey", "--config", At("host.conf"), "--new-secret-file", At("new")).Done();
        await RequireServedAsync("fernet", ids, Modes.Another);
    }

    [Fact]
    public async Task What_no_key_reads_stops_it_unless_it_is_to_stay()
    {
        await MakeAsync("aes-gcm");
        var file = File.ReadAllText(JsonPath);
        File.WriteAllText(JsonPath, file.Replace("\"key\": \"user2\"", "\"key\": \"user9\"", StringComparison.Ordinal));
        File.WriteAllText(At("new"), Modes.Another);
        string[] rekey = ["rekey", "--secret-file", At("secret"), "--new-secret-file", At("new")];
        var before = File.ReadAllText(JsonPath);
        Assert.Equal(ExitCode.Refused, Run(rekey).Code);
        Assert.Equal(before, File.ReadAllText(JsonPath));
        Assert.Contains("1 document with data that no key reads stays as before", Run([.. rekey, "--keep-unreadable"]).Done().Out, StringComparison.Ordinal);
        Assert.Equal(["2"], Run("verify", "--json", "--secret-file", At("new")).Json.GetProperty("unreadable").GetProperty("documents").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task What_cannot_be_turned_back_needs_a_yes_and_what_cannot_be_done_is_refused()
    {
        await MakeAsync("plain");
        var before = Listing()[JsonPath];
        Assert.Equal(ExitCode.Refused, Run("hash-ids").Code);
        Assert.Equal(ExitCode.Refused, Run("encrypt", "--to", "aes-gcm", "--secret-file", At("secret")).Code);
        Assert.Equal(ExitCode.Usage, Run("encrypt").Code);
        Assert.Equal(ExitCode.Usage, Run("encrypt", "--to", "rot13").Code);
        Assert.Equal(ExitCode.WrongSecret, Run("encrypt", "--to", "fernet").Code);
        File.WriteAllText(At("new"), Modes.Another);
        Assert.Contains("encrypt gives it one", Run("rekey", "--new-secret-file", At("new")).Error, StringComparison.Ordinal);
        Assert.Equal(before, Listing()[JsonPath]);
        Run("encrypt", "--to", "aes-gcm", "--yes", "--secret-file", At("secret")).Done();
        Assert.Contains("nothing turns that back", Run("encrypt", "--to", "fernet", "--secret-file", At("secret")).Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task While_a_host_has_the_file_the_host_is_the_one_to_do_it()
    {
        File.WriteAllText(At("secret"), Modes.Secret);
        File.WriteAllText(At("new"), Modes.Another);
        await using var engine = await StartAsync(options =>
        {
            Modes.Set(options, "fernet");
            options.AdminSocket = true;
        });
        await engine.Client.CreateAsync("user1", SessionData.Empty);
        foreach (var (command, option) in new[] { ("rekey --new-secret-file " + At("new"), "previous-session-aes-secrets"), ("encrypt --to aes-gcm --yes", "allow-fernet-to-aes-gcm = on"), ("hash-ids --yes", "allow-ids-to-be-hashed = on") })
        {
            var answer = Run([.. command.Split(' '), "--secret-file", At("secret")]);
            Assert.Equal(ExitCode.Locked, answer.Code);
            Assert.StartsWith($"jam-sessions: {JsonPath} is in use by ", answer.Error, StringComparison.Ordinal);
            Assert.Contains("stop the host", answer.Error, StringComparison.Ordinal);
            Assert.Contains(option, answer.Error, StringComparison.Ordinal);
        }
    }

    private async Task RequireServedAsync(string mode, string[] ids, string secret = Modes.Secret)
    {
        await using var engine = await StartAsync(options => Modes.Set(options, mode, secret));
        foreach (var id in ids)
        {
            Assert.Contains("marker", (await engine.Client.GetAsync(id))!.Data.Json, StringComparison.Ordinal);
        }
    }

    /// <summary>Three sessions, one of them with a member of somebody else's.</summary>
    private async Task<string[]> MakeAsync(string mode)
    {
        File.WriteAllText(At("secret"), Modes.Secret);
        var ids = await MakeStoreAsync(configure: options => Modes.Set(options, mode));
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"1\": {", "\"1\": {\"more\": [1], ", StringComparison.Ordinal));
        return ids;
    }

    private bool IsOnDisk(string text) =>
        Listing().Where(file => Path.GetFileName(file.Key).StartsWith("sessions.json", StringComparison.Ordinal)).Any(file => file.Value.Contains(Convert.ToHexString(Encoding.ASCII.GetBytes(text)), StringComparison.Ordinal));
}
