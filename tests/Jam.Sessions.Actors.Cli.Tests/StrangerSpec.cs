using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>What somebody meets who has the tool and its <c>--help</c>, and nothing else: slips, pipes, narrow terminals, Ctrl-C.</summary>
public sealed class StrangerSpec : ToolTest
{
    // Behind an escape these tell a terminal to hide the cursor, and to show it.
    private const string Hidden = "[?25l", Shown = "[?25h";

    [Theory]
    [InlineData]
    [InlineData("end")]
    [InlineData("encrypt")]
    [InlineData("import")]
    public void Help_is_a_word_too_and_fits_into_eighty_columns(params string[] command)
    {
        var help = RunBare([.. command, "--help"]).Done().Out;
        Assert.Equal(help, RunBare(["help", .. command]).Done().Out);
        Assert.All(help.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("\n  -f, --file <path>", help, StringComparison.Ordinal);
        Assert.Contains("\n  -h, --help", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_every_command_stand_before_its_name_too()
    {
        await MakeStoreAsync();
        Assert.Equal(3, RunBare("--json", "-f", JsonPath, "stats").Done().Json.GetProperty("live").GetInt32());
    }

    [Fact]
    public void The_list_of_commands_calls_each_as_it_is_called()
    {
        var calls = RunBare("--help").Done().Out.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] is >= 'a' and <= 'z').Select(line => line[2..].Split("  ")[0]).ToList();
        Assert.Equal(14, calls.Count);
        Assert.All(calls, call => Assert.Contains($"\njam-sessions {call} [options]\n", RunBare(call.Split(' ')[0], "--help").Done().Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_may_begin_with_any_character()
    {
        await using (var engine = await StartAsync())
        {
            await engine.Client.CreateAsync("@alice", SessionData.Empty);
        }

        Assert.Single(Run("list", "--json", "--key", "@alice").Done().Lines);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("-5")]
    [InlineData("1.5")]
    public void A_limit_that_is_none_is_told_in_words(string limit)
    {
        var answer = Run("list", "--limit", limit);
        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Contains("--limit takes a number", answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_hosts_configuration_is_refused()
    {
        File.WriteAllText(At("host.conf"), "akka { loglevel = OFF }");
        var answer = Run("stats", "--config", At("host.conf"));
        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Contains("no section jam.sessions", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_into_a_folder_that_is_not_there_names_the_folder()
    {
        await MakeStoreAsync();
        Assert.Contains($"There is no folder {At("nowhere")}", Run("export", At("nowhere/e")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_to_get_a_key_is_not_called_encrypted()
    {
        await MakeStoreAsync();
        var answer = Run("encrypt", "--to", "fernet");
        Assert.Equal(ExitCode.WrongSecret, answer.Code);
        Assert.Contains("is not encrypted, and is to get a key", answer.Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Of_an_empty_store_nobody_claims_how_it_keeps_ids()
    {
        await using var engine = await StartAsync(options =>
        {
            Modes.Set(options, "aes-gcm");
            options.AdminSocket = true;
        });
        Assert.Contains("no session shows yet how they are kept", Run("verify").Done().Out, StringComparison.Ordinal);
        Assert.False(Run("verify", "--json").Done().Json.TryGetProperty("ids", out _));
    }

    [Fact]
    public async Task Tables_end_where_their_words_end()
    {
        await MakeStoreAsync();
        foreach (var answer in new[] { Run("stats"), Run("list") })
        {
            Assert.DoesNotContain(answer.Done().Out.ReplaceLineEndings("\n").Split('\n'), line => line.EndsWith(' '));
        }
    }

    [LinuxFact]
    public async Task A_reader_that_has_enough_is_no_fault()
    {
        await MakeStoreAsync(50);
        var (code, said) = await BashAsync("jam-sessions list --json | head -1; jam-sessions list | true; jam-sessions --help | true");
        Assert.Equal((0, 1), (code, said.TrimEnd().Split('\n').Length));
    }

    [LinuxFact]
    public async Task An_answer_that_cannot_be_written_is_a_failure_in_one_line()
    {
        await MakeStoreAsync();
        foreach (var command in new[] { "stats > /dev/full", "list --json > /dev/full", "--help > /dev/full", "stats >&-" })
        {
            var (_, said) = await BashAsync($"jam-sessions {command} || echo \"exit code $?\"");
            Assert.Contains("exit code 1", said, StringComparison.Ordinal);
            Assert.DoesNotContain("Unhandled", said, StringComparison.Ordinal);
        }

        Assert.Contains("exit code 1", (await BashAsync("jam-sessions nonsense 2> /dev/full || echo \"exit code $?\"")).Said, StringComparison.Ordinal);
    }

    [TerminalFact]
    public async Task Where_there_is_no_room_for_a_bar_there_is_none()
    {
        await MakeStoreAsync();
        var (code, said) = await BashAsync($"script -qec \"stty cols 20; dotnet '{ToolPath}' flush\" /dev/null < /dev/null");
        Assert.Equal(0, code);
        Assert.DoesNotContain(Hidden, said, StringComparison.Ordinal);
    }

    /// <summary>The host is one that never answers, so that the tool is surely in the middle of its backup, and cannot know how far it is.</summary>
    [TerminalFact]
    public async Task An_interrupted_backup_leaves_no_folder_and_the_terminal_as_it_was()
    {
        await using var engine = await StartAsync();
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint($"{JsonPath}.sock"));
        silent.Listen();
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols 80; dotnet '{ToolPath}' backup b", "/dev/null"])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        using var asked = await silent.AcceptAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(File.Exists(At("b/sessions.json.part")));
        await process.StandardInput.WriteAsync('\u0003');
        await process.StandardInput.FlushAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
        Assert.False(Directory.Exists(At("b")));
        Assert.DoesNotContain('%', await said);
        Assert.True((await said).LastIndexOf(Shown, StringComparison.Ordinal) > (await said).LastIndexOf(Hidden, StringComparison.Ordinal));
    }

    /// <summary>A test that needs a terminal, which <c>script</c> makes.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class TerminalFactAttribute([CallerMemberName] string name = "")
        : ConditionalFactAttribute(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script") ? null : "script, which makes terminals, is not here", name);
}
