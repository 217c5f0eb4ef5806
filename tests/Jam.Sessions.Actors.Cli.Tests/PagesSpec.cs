using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Cli.Tests.Support;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>Every command on the operator's pages does what the page says: it is run as it stands there, or the page says that it is not.</summary>
public sealed partial class PagesSpec(ITestOutputHelper output) : ToolTest
{
    private static readonly string s_pages = Path.Combine(AppContext.BaseDirectory, "Pages");

    public static IEnumerable<object[]> Blocks { get; } =
        [.. Pages().SelectMany(page => BlocksOf(page).Index().Where(block => block.Item.Kind != "not run here").Select(block => (object[])[page, block.Index]))];

    public static TheoryData<string> Names { get; } = [.. Pages()];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task A_block_of_commands_works(string page, int number)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await MakeStoreAsync();
        var (kind, commands) = BlocksOf(page)[number];
        await using var host = kind == "host" ? await StartAsync(options => options.AdminSocket = true) : null;
        var (code, said) = await BashAsync(commands);
        output.WriteLine(said);
        Assert.True(code == 0, $"{page}, block {number + 1} ended with {code}:\n{commands}\n{said}");
        Assert.Equal(commands.Split("exit code $?").Length - 1, said.Split('\n').Count(line => line.StartsWith("exit code ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_block_is_run_or_says_that_it_is_not(string page) =>
        Assert.DoesNotContain(BlocksOf(page), block => block.Kind is not ("file" or "host" or "not run here"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Links_lead_somewhere(string page)
    {
        foreach (Match link in Link().Matches(File.ReadAllText(Path.Combine(s_pages, page))))
        {
            Assert.True(link.Groups[1].Value.StartsWith("../", StringComparison.Ordinal) || File.Exists(Path.Combine(s_pages, link.Groups[1].Value)), link.Value);
        }
    }

    /// <summary>What was recorded is not run again, and still is what the tool takes.</summary>
    [LinuxFact]
    public async Task Commands_of_a_recording_are_ones_that_the_tool_knows()
    {
        var commands = Pages().SelectMany(page => Recorded().Matches(File.ReadAllText(Path.Combine(s_pages, page)))).Select(command => command.Groups["command"].Value).Distinct().ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var (_, said) = await BashAsync($"touch key-1 key-2 key-of-copy; {command}");
            Assert.False(said.Contains("Try: jam-sessions", StringComparison.Ordinal), $"{command}\n{said}");
        }
    }

    private static IEnumerable<string> Pages() => Directory.GetFiles(s_pages, "*.md").Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal);

    /// <summary>What stands in front of a block says on what it is run: <c>&lt;!-- run: file --&gt;</c>, a store that nobody has, or <c>host</c>, a running one.</summary>
    private static List<(string Kind, string Commands)> BlocksOf(string page) =>
    [
        .. Block().Matches(File.ReadAllText(Path.Combine(s_pages, page))).Select(block =>
            (block.Groups["run"].Success ? block.Groups["run"].Value
                : block.Groups["before"].Value.Contains("not run here", StringComparison.OrdinalIgnoreCase) ? "not run here"
                : "nothing said", block.Groups["commands"].Value)),
    ];

    [GeneratedRegex(@"(?<before>[^\n]*)\n(?:\n|<!-- run: (?<run>\w+) -->\n)+```(?:sh|yaml)\n(?<commands>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\d\d:\d\d \$ (?<command>jam-sessions .*)$", RegexOptions.Multiline)]
    private static partial Regex Recorded();

    [GeneratedRegex(@"\]\(([^)#]+)\)?")]
    private static partial Regex Link();
}
