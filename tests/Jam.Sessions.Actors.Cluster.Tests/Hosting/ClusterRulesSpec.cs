using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Jam.Sessions.Actors.Cluster.Torture.Machines;

namespace Jam.Sessions.Actors.Cluster.Tests.Hosting;

/// <summary>A start that the guarantees could not hold after fails, before it looks for the database, and says what to do.</summary>
public sealed class ClusterRulesSpec
{
    private const string Network = "akka.remote.dot-netty.tcp { hostname = 0.0.0.0, public-hostname = 127.0.0.1 }";

    [Theory]
    [InlineData("akka.actor.provider = local", "no member of a cluster")]
    [InlineData("akka.cluster.downing-provider-class = \"\"", "must decide by a majority")]
    [InlineData("akka.cluster.split-brain-resolver.active-strategy = keep-oldest", "and is keep-oldest")]
    [InlineData("akka.cluster { split-brain-resolver.stable-after = 1s, failure-detector.acceptable-heartbeat-pause = 1s }", "must be 5 s at least")]
    [InlineData(Network, "without TLS")]
    [InlineData("akka.cluster.seed-nodes = [\"akka.ssl.tcp://rules@127.0.0.1:4053\"]", "this node speaks akka.tcp")]
    public async Task Settings_of_Akka_that_break_a_guarantee_are_refused(string hocon, string why) => Assert.Contains(why, await RefusalAsync(hocon), StringComparison.Ordinal);

    [Fact]
    public async Task All_that_cannot_work_is_said_at_once()
    {
        var refusal = await RefusalAsync(Network, configure: o => (o.ConnectionString, o.Schema, o.CallTimeout, o.KeyIdleTimeout) = ("", "Not a name", TimeSpan.Zero, TimeSpan.Zero));
        Assert.All(["ConnectionString is needed", "Schema is", "CallTimeout is", "KeyIdleTimeout is", "without TLS"], part => Assert.Contains(part, refusal, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=db;Pass word=hunter2")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("Database=hunter2")]
    [InlineData("hunter2")]
    public async Task What_is_no_connection_string_is_refused_and_not_repeated(string text)
    {
        var refusal = await RefusalAsync("", configure: o => o.ConnectionString = text);
        Assert.Contains("not what Npgsql takes", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "asks nobody who connects")]
    [InlineData(true, true, "takes any certificate")]
    public async Task Tls_that_lets_anybody_in_is_refused(bool isMutual, bool isUnchecked, string why)
    {
        using var certificate = Certificates.Create();
        Assert.Contains(why, await RefusalAsync($"{Network}\nakka.remote.dot-netty.tcp.enable-ssl = true", new DotNettySslSetup(certificate, isUnchecked, isMutual)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("require-mutual-authentication = false", "asks nobody who connects")]
    [InlineData("suppress-validation = true", "takes any certificate")]
    public async Task Nor_may_the_configuration_say_so(string setting, string why)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("jam-").FullName, "node.pfx");
        Certificates.Write(file);
        Assert.Contains(
            why,
            await RefusalAsync($"{Network}\nakka.remote.dot-netty.tcp {{ enable-ssl = true, ssl {{ certificate {{ path = \"{file}\", password = \"\" }}\n{setting} }} }}"),
            StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(string hocon, Setup? setup = null, Action<JamSessionsClusterOptions>? configure = null)
    {
        var config = ConfigurationFactory.ParseString(hocon)
            .WithFallback("akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
            .WithFallback(JamSessionsCluster.DefaultConfig);
        var system = ActorSystem.Create("rules", ActorSystemSetup.Create(setup is null ? [BootstrapSetup.Create().WithConfig(config)] : [BootstrapSetup.Create().WithConfig(config), setup]));
        try
        {
            // Nobody listens there.
            var options = new JamSessionsClusterOptions { ConnectionString = "Host=127.0.0.1;Port=1" };
            configure?.Invoke(options);
            return (await Assert.ThrowsAsync<JamSessionsOptionsException>(() => JamSessionsCluster.StartAsync(system, options))).Message;
        }
        finally
        {
            await system.Terminate();
        }
    }
}
