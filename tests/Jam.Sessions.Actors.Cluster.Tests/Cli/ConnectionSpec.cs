using Jam.Sessions.Actors.Cluster.Cli;
using Jam.Sessions.Actors.Cluster.Tests.Support;

namespace Jam.Sessions.Actors.Cluster.Tests.Cli;

/// <summary>Where PostgreSQL is, is told without a password on the command line, and what cannot be reached is said.</summary>
public sealed class ConnectionSpec(OneNode node) : ClusterToolTest(node)
{
    private string Plain => Node.Server.ConnectionString(Name);

    [Theory]
    [InlineData("--connection", "Host=db;Password=hunter2")]
    [InlineData("--connection", "Host=db; PWD = hunter2")]
    [InlineData("Host=db;password=hunter2", "")]
    [InlineData("--connection-file", "postgres://me:hunter2@db/app")]
    public void A_password_on_the_command_line_is_refused_and_not_repeated(string first, string second)
    {
        var answer = RunBare("init", first, second).Refused(ExitCode.Usage, "--connection-file");
        Assert.DoesNotContain("hunter2", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_password_it_may_be_an_argument() => RunBare("init", "--connection", Plain, "--schema", Name).Done();

    [Fact]
    public void Who_sits_there_is_asked() => RunAsked(Plain, "init", "--schema", Name).Done();

    [Fact]
    public void Where_nobody_says_it_that_is_refused()
    {
        RunBare("init").Refused(ExitCode.Usage, "JAM_SESSIONS_CLUSTER");
        RunAsked("", "init").Refused(ExitCode.Usage, "JAM_SESSIONS_CLUSTER");
        RunBare("init", "--connection-file", At("nowhere")).Refused(ExitCode.Usage, "There is no connection file");
    }

    [Theory]
    [InlineData("Host=db;Pass word=hunter2")]
    [InlineData("hunter2")]
    [InlineData("Database=app")]
    [InlineData("Host=db;Port=hunter2")]
    public void What_is_no_connection_string_is_not_repeated(string text)
    {
        File.WriteAllText(At("connection"), text);
        Assert.DoesNotContain("hunter2", Run("init").Refused(ExitCode.Usage, "none that Npgsql takes").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_has_an_exit_code()
    {
        File.WriteAllText(At("connection"), "Host=127.0.0.1;Port=1;Username=jam;Database=app;Password=hunter2");
        foreach (var command in (string[][])[["init"], ["init", "--check"], ["stats"], ["export", At("e")], ["import", WriteFile("jam.json", Document("ann", "a"))]])
        {
            Assert.DoesNotContain("hunter2", Run(command).Refused(ExitCode.Unreachable, "PostgreSQL cannot be reached").Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_database_that_is_not_there_has_it_too()
    {
        File.WriteAllText(At("connection"), Node.Server.ConnectionString("nowhere"));
        Run("init").Refused(ExitCode.Unreachable, "3D000");
    }

    [Theory]
    [InlineData("Public")]
    [InlineData("a;drop table b")]
    [InlineData("")]
    public void A_schema_has_a_plain_name(string schema) => RunBare("init", "--schema", schema).Refused(ExitCode.Usage, "--schema is");

    [Fact]
    public void What_is_no_command_is_said()
    {
        RunBare("inti").Refused(ExitCode.Usage, "inti");
        RunBare().Refused(ExitCode.Usage, "");
        Assert.Contains("8 PostgreSQL cannot be reached", RunBare("--help").Done().Out.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
