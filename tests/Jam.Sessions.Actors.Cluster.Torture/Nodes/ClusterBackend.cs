using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Remote.Transport.DotNetty;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>The package: rows in PostgreSQL behind an actor for each key.</summary>
internal sealed class ClusterBackend : IBackend
{
    private const string Hocon = """
        akka.cluster.split-brain-resolver.stable-after = 5s
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 3s
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public string Name => "cluster";

    public bool IsCluster => true;

    public bool IsDurable => true;

    public void Configure(IHostApplicationBuilder builder, NodeOptions options)
    {
        // The nodes of the matrix run on one machine, and those of its namespaces have addresses that are not loopback ones.
        builder.Services.AddJamSessionsCluster(o => (o.ConnectionString, o.AllowPlainRemoting) = (options.Store, options.Certificate is null));
        builder.Services.AddAkka("torture", akka => Join(akka, options).WithJamSessionsCluster());
    }

    public Task<IReadOnlyList<string>> OwnedAsync(IServiceProvider services) => EntitiesAsync(services);

    /// <summary>A member of the cluster, with the settings of the matrix.</summary>
    internal static AkkaConfigurationBuilder Join(AkkaConfigurationBuilder akka, NodeOptions options) => akka
        .AddHocon(Hocon, HoconAddMode.Prepend)
        .WithRemoting(new RemoteOptions { HostName = options.Host, Port = options.Port, EnableSsl = options.Certificate is not null, Ssl = TlsOf(options) })
        .WithClustering(new ClusterOptions
        {
            SeedNodes = [.. options.Seeds.Select(seed => $"akka{(options.Certificate is null ? "" : ".ssl")}.tcp://torture@{seed}")],
            Roles = ["sessions"],
            SplitBrainResolver = SplitBrainResolverOption.Default,
        });

    /// <summary>Mutual TLS by one certificate, which all nodes have and nobody else.</summary>
    private static SslOptions TlsOf(NodeOptions options)
    {
        if (options.Certificate is not { } file)
        {
            return new SslOptions();
        }

        var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password: null);
        return new SslOptions { X509Certificate = certificate, CustomValidator = CertificateValidation.PinnedCertificate(certificate.Thumbprint) };
    }

    /// <summary>The entities that run here, of whatever regions there are.</summary>
    internal static async Task<IReadOnlyList<string>> EntitiesAsync(IServiceProvider services)
    {
        var sharding = ClusterSharding.Get(services.GetRequiredService<ActorSystem>());
        var entities = new List<string>();
        foreach (var region in sharding.ShardTypeNames)
        {
            var state = await sharding.ShardRegion(region).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, s_patience);
            entities.AddRange(state.Shards.SelectMany(shard => shard.EntityIds));
        }

        return entities;
    }
}
