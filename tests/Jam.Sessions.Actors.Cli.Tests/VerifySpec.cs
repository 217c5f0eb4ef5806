using System.Text;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Cli.Tests.Support;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>verify says what a start would do, by outcome, and touches nothing.</summary>
public sealed class VerifySpec : ToolTest
{
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Another = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public async Task Of_a_sound_store()
    {
        await MakeStoreAsync();
        var verdict = Verified(ExitCode.Done);
        Assert.Equal("sound", verdict.Json.GetProperty("outcome").GetString());
        Assert.Equal(3, verdict.Json.GetProperty("served").GetInt32());
    }

    [Fact]
    public void Of_a_store_that_is_not_there() => Assert.Equal("absent", Verified(ExitCode.Partly).Json.GetProperty("outcome").GetString());

    [Fact]
    public void What_is_kept_and_not_served_is_named_by_its_document()
    {
        File.WriteAllText(JsonPath, """{"_default": {"1": {"key": "u", "session_id": "i", "data": "{}", "created_at": 1.5}, "7": "text", "x": {}, "9": {"key": "u", "session_id": "j", "data": 5, "created_at": 1.5}}}""");
        var verdict = Verified(ExitCode.Partly).Json;
        Assert.Equal("partly", verdict.GetProperty("outcome").GetString());
        Assert.Equal(["7", "(a name that is no number)"], verdict.GetProperty("keptNotServed").GetProperty("documents").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["9"], verdict.GetProperty("unreadable").GetProperty("documents").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Damage_is_named_with_its_file_and_place()
    {
        await MakeStoreAsync();
        var whole = File.ReadAllText(JsonPath);
        File.WriteAllText(JsonPath, whole[..^4]);
        var verdict = Verified(ExitCode.Damaged).Json;
        Assert.Equal("damaged", verdict.GetProperty("outcome").GetString());
        Assert.Equal(JsonPath, verdict.GetProperty("damagedFile").GetString());
        Assert.Equal(whole.Length - 4, verdict.GetProperty("damagedAt").GetInt64());
    }

    [Fact]
    public async Task A_journal_of_another_file_is_a_conflict()
    {
        await MakeStoreAsync();
        await using (var engine = await StartAsync(options => options.JsonPath = At("other.json")))
        {
            await engine.Client.CreateAsync("user1", SessionData.Empty);
            File.WriteAllBytes($"{JsonPath}.journal-1", OpenFiles.Read(At("other.json.journal-1")));
        }

        Assert.Equal("conflict", Verified(ExitCode.Damaged).Json.GetProperty("outcome").GetString());
    }

    [Fact]
    public void Json_that_is_no_session_file_is_refused()
    {
        File.WriteAllText(JsonPath, """{"name": "something else"}""");
        Assert.Equal("refused", Verified(ExitCode.Failed).Json.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task The_secret_comes_from_a_file_the_environment_or_a_question()
    {
        await MakeStoreAsync(configure: options => (options.IsSessionCrypt, options.SessionAesSecret) = (true, Secret));
        File.WriteAllText(At("secret"), Secret);
        File.WriteAllText(At("another"), Another);
        Assert.Equal("needs-secret", Verified(ExitCode.WrongSecret).Json.GetProperty("outcome").GetString());
        Assert.Equal("wrong-secret", Verified(ExitCode.WrongSecret, "--secret-file", At("another")).Json.GetProperty("outcome").GetString());
        Assert.True(Verified(ExitCode.Done, "--secret-file", At("secret")).Json.GetProperty("encrypted").GetBoolean());
        Assert.Equal(ExitCode.Done, RunAsked(Secret, "verify", "--file", JsonPath).Code);
        Assert.Equal(ExitCode.WrongSecret, RunAsked(Another, "verify", "--file", JsonPath).Code);
        Assert.Equal(ExitCode.WrongSecret, RunAsked("", "verify", "--file", JsonPath).Code);
        Assert.Equal(ExitCode.Done, RunAsked(Secret, "backup", At("b"), "--file", JsonPath).Code);
        Directory.Delete(At("b"), recursive: true);
        Assert.Equal(ExitCode.WrongSecret, RunBare("flush", "--file", JsonPath).Code);
        Assert.DoesNotContain(Another, RunAsked(Another, "verify", "--file", JsonPath).Error, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable("JAM_SESSION_AES_SECRET", Secret);
        try
        {
            Verified(ExitCode.Done);
        }
        finally
        {
            Environment.SetEnvironmentVariable("JAM_SESSION_AES_SECRET", null);
        }
    }

    [Fact]
    public async Task A_secret_that_is_not_needed_is_not_used()
    {
        await MakeStoreAsync();
        File.WriteAllText(At("secret"), Secret);
        var verdict = Verified(ExitCode.Done, "--secret-file", At("secret")).Json;
        Assert.Equal("none", verdict.GetProperty("encryption").GetString());
        Assert.Empty(verdict.GetProperty("keys").EnumerateArray());
    }

    [Theory]
    [InlineData("encryption = aes-gcm", "wrong-mode")]
    [InlineData("ids-at-rest = hashed", "wrong-mode")]
    [InlineData("ids-at-rest = hashed, allow-ids-to-be-hashed = on", "sound")]
    [InlineData("", "sound")]
    public async Task The_hosts_options_are_held_against_the_file(string mode, string outcome)
    {
        await MakeStoreAsync();
        File.WriteAllText(At("secret"), Secret);
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", session-aes-secret-file = "{{At("secret")}}", {{mode}} }""");
        var verdict = Verified(outcome == "sound" ? ExitCode.Done : ExitCode.WrongSecret, "--config", At("host.conf")).Json;
        Assert.Equal(outcome, verdict.GetProperty("outcome").GetString());
        Assert.Equal("plain", verdict.GetProperty("ids").GetString());
        Assert.Equal(mode.Contains("allow", StringComparison.Ordinal), verdict.GetProperty("message").GetString()!.Contains("its ids are hashed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_that_was_moved_and_data_of_another_key_are_told_apart()
    {
        await MakeStoreAsync(configure: options => (options.Encryption, options.SessionAesSecret) = (SessionEncryption.AesGcm, Secret));
        var file = File.ReadAllText(JsonPath);
        var tokens = Regex.Matches(file, "JG_[^\"]+").Select(match => match.Value).ToArray();
        var foreign = new byte[BoundTokens.TokenLength(2)];
        new BoundTokens(Convert.FromBase64String(Another)).Encrypt("{}"u8, default, foreign);
        File.WriteAllText(JsonPath, file.Replace(tokens[0], tokens[1], StringComparison.Ordinal).Replace(tokens[2], Encoding.ASCII.GetString(foreign), StringComparison.Ordinal));
        File.WriteAllText(At("secret"), Secret);
        var verdict = Verified(ExitCode.Partly, "--secret-file", At("secret")).Json;
        Assert.Equal(["1", "3"], verdict.GetProperty("unreadable").GetProperty("documents").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["1"], verdict.GetProperty("changed").GetProperty("documents").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("changed, or moved to where it does not belong: 1 document: 1", RunBare("verify", "--file", JsonPath, "--secret-file", At("secret")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_ring_each_key_that_is_needed_is_named()
    {
        await MakeStoreAsync(configure: options => (options.Encryption, options.SessionAesSecret) = (SessionEncryption.Fernet, Secret));
        var token = Regex.Match(File.ReadAllText(JsonPath), "(?<=\"data\": \")J[^\"]+").Value;
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace(token, Encoding.ASCII.GetString(Fernet.FromKey(Another, TimeProvider.System).Encrypt("{}"u8)), StringComparison.Ordinal));
        File.WriteAllText(At("secret"), Secret);
        File.WriteAllText(At("another"), Another);
        Assert.Equal("partly", Verified(ExitCode.Partly, "--secret-file", At("secret")).Json.GetProperty("outcome").GetString());
        var keys = Verified(ExitCode.Done, "--secret-file", At("secret"), "--previous-secret-file", At("another")).Json.GetProperty("keys");
        Assert.Equal([2, 1], keys.EnumerateArray().Select(key => key.GetProperty("documents").GetInt32()));
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", encryption = fernet, session-aes-secret-file = "{{At("secret")}}", previous-session-aes-secrets = ["{{At("another")}}"] }""");
        Verified(ExitCode.Done, "--config", At("host.conf"));
    }

    [Fact]
    public async Task A_store_that_a_host_holds_is_read_as_it_stands_and_not_locked()
    {
        await using var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", SessionData.Empty);
        Assert.Equal(1, Verified(ExitCode.Done).Json.GetProperty("served").GetInt32());
        await engine.Client.CreateAsync("user1", SessionData.Empty);
    }

    [Fact]
    public async Task A_backup_is_verified_as_a_whole()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        Assert.Equal(ExitCode.Done, RunBare("verify", "--file", At("b")).Code);
        File.AppendAllText(At("b/sessions.json"), " ");
        Assert.Equal(ExitCode.Damaged, RunBare("verify", "--file", At("b")).Code);
    }

    private Answer Verified(int code, params string[] arguments)
    {
        var before = Listing();
        var answer = Run(["verify", "--json", .. arguments]);
        Assert.True(answer.Code == code, $"{answer.Code}: {answer.Out}{answer.Error}");
        Assert.Equal(before, Listing());
        return answer;
    }
}
