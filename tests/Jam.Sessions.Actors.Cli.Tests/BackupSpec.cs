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
