using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Cluster.Tests.Hosting;

/// <summary>One half of the registration without the other fails the host's start, with the line to add.</summary>
public sealed class HostingSpec
{
    [Fact]
    public Task Sessions_that_nothing_starts_fail_the_start() =>
        FailsAsync(services => services.AddJamSessionsCluster(o => o.ConnectionString = "Host=127.0.0.1;Port=1").AddAkka("half", _ => { }), ".WithJamSessionsCluster()");

    [Fact]
    public Task A_start_without_sessions_fails() => FailsAsync(services => services.AddAkka("half", akka => akka.WithJamSessionsCluster()), "services.AddJamSessionsCluster(");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Two_stores_without_a_name_fail_the_start(bool isClusterFirst) => FailsAsync(
        services =>
        {
            if (!isClusterFirst)
            {
                services.AddJamSessions(o => o.InMemory = true);
            }

            services.AddJamSessionsCluster(o => o.ConnectionString = "Host=127.0.0.1;Port=1");
            if (isClusterFirst)
            {
                services.AddJamSessions(o => o.InMemory = true);
            }
        },
        "not the only store without a name");

    private static async Task FailsAsync(Action<IServiceCollection> configure, string line)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        using var host = builder.Build();
        Assert.Contains(line, (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).ToString(), StringComparison.Ordinal);
        await (host.Services.GetService<ActorSystem>()?.Terminate() ?? Task.CompletedTask);
    }
}
