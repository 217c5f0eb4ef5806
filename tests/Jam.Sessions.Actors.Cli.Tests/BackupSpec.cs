using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>Backups of files that nobody has open, and what becomes of them.</summary>
public sealed class BackupSpec : ToolTest
{
    [Fact]
    public async Task A_backup_is_the_file_and_the_owners_alone()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        Assert.Equal(File.ReadAllText(JsonPath), File.ReadAllText(At("b/sessions.json")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("b/sessions.json")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("b/backup.json")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(At("b")));
        }
    }

    [Fact]
    public async Task A_folder_that_has_something_in_it_is_left_alone()
    {
        await MakeStoreAsync();
        Directory.CreateDirectory(At("b"));
        File.WriteAllText(At("b/mine"), "x");
        var before = Listing();
        Assert.Equal(ExitCode.Refused, Run("backup", At("b")).Code);
        Assert.Equal(before, Listing());
    }

    [Theory]
    [InlineData("sessions.json.part")]
    [InlineData("sessions.json.part", "backup.json.part")]
    [InlineData("sessions.json", "backup.json.part")]
    public async Task What_an_interrupted_one_left_is_removed_by_the_next(params string[] left)
    {
        await MakeStoreAsync();
        Directory.CreateDirectory(At("b"));
        left.ToList().ForEach(name => File.WriteAllText(At($"b/{name}"), "half of it"));
        Assert.Equal(ExitCode.Refused, RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Code);
        Run("backup", At("b")).Done();
        Assert.Equal([At("b/backup.json"), At("b/sessions.json")], Directory.GetFiles(At("b")).Order());
        RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Done();
    }

    [Theory]
    [InlineData("sessions.json")]
    [InlineData("sessions.json", "backup.json.part", "sessions.json.journal-1")]
    public async Task What_may_be_a_store_is_left_alone(params string[] there)
    {
        await MakeStoreAsync();
        Directory.CreateDirectory(At("b"));
        there.ToList().ForEach(name => File.WriteAllText(At($"b/{name}"), "mine"));
        var before = Listing();
        Assert.Equal(ExitCode.Refused, Run("backup", At("b")).Code);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task One_that_cannot_be_leaves_no_folder()
    {
        Assert.Equal(ExitCode.Refused, Run("backup", At("b")).Code);
        Assert.False(Directory.Exists(At("b")));
        await MakeStoreAsync();
        var answer = Run("backup", JsonPath);
        Assert.Equal(ExitCode.Refused, answer.Code);
        Assert.Contains("is a file", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_needs_a_word_about_the_sessions_that_ended_since()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        Assert.Equal(ExitCode.Refused, RunBare("restore", At("b"), "--file", At("new.json")).Code);
        Assert.Equal(ExitCode.Usage, RunBare("restore", At("b"), "--file", At("new.json"), "--revive", "--end-all").Code);
        Assert.False(File.Exists(At("new.json")));
    }

    [Fact]
    public async Task Revived_it_is_the_same_file()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Done();
        Assert.Equal(File.ReadAllText(JsonPath), File.ReadAllText(At("new.json")));
    }

    [Fact]
    public void Ended_it_keeps_what_is_no_session()
    {
        File.WriteAllText(JsonPath, """{"other": {"1": {}}, "_default": {"1": {"key": "u", "session_id": "i", "data": "{}", "created_at": 1.5}, "7": "text"}, "last": {}}""");
        Run("backup", At("b")).Done();
        RunBare("restore", At("b"), "--end-all", "--file", At("new.json")).Done();
        Assert.Equal("""{"other": {"1": {}}, "_default": {"7": "text"}, "last": {}}""", File.ReadAllText(At("new.json")));
    }

    [Theory]
    [InlineData("sessions.json")]
    [InlineData("sessions.json.journal-3")]
    public async Task Nothing_is_overwritten(string name)
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        File.Delete(JsonPath);
        File.WriteAllText(At(name), "mine");
        var answer = Run("restore", At("b"), "--revive");
        Assert.Equal(ExitCode.Refused, answer.Code);
        Assert.Equal("mine", File.ReadAllText(At(name)));
        Assert.False(File.Exists(JsonPath) && name != "sessions.json");
    }

    [Fact]
    public async Task One_that_is_damaged_or_was_never_finished_is_not_restored()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        var manifest = File.ReadAllText(At("b/backup.json"));
        File.WriteAllText(At("b/backup.json"), manifest.Replace("\"documents\":3", "\"documents\":4", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Damaged, RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Code);
        File.WriteAllText(At("b/backup.json"), "{}");
        Assert.Equal(ExitCode.Damaged, RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Code);
        File.Delete(At("b/backup.json"));
        Assert.Equal(ExitCode.Refused, RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Code);
        Assert.False(File.Exists(At("new.json")));
    }
}
