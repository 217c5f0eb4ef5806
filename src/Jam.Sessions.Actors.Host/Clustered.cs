using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Jam.Sessions.Actors.Cluster;

namespace Jam.Sessions.Actors.Host;

/// <summary>The engine on several machines: <c>--cluster=</c> says where PostgreSQL is, <c>--node=</c> which of the nodes this is.</summary>
internal static class Clustered
{
    private const int FirstPort = 4051, Nodes = 3;

    public static void AddClusteredSessions(this WebApplicationBuilder builder, string postgres)
    {
        var node = builder.Configuration.GetValue("node", 1);
        builder.Services
            .AddJamSessionsCluster(cluster =>
            {
                cluster.ConnectionString = postgres;
                builder.Configuration.GetSection("sessions").Bind(cluster.Sessions);
            })
            .AddAkka("backend", akka => akka.ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory())
                .WithRemoting("127.0.0.1", FirstPort + node - 1)
                .WithClustering(new ClusterOptions { SeedNodes = [.. Enumerable.Range(FirstPort, Nodes).Select(port => $"akka.tcp://backend@127.0.0.1:{port}")] })
                .WithJamSessionsCluster());
    }
}
