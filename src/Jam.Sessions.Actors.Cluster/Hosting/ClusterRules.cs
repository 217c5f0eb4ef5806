using System.Net;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Jam.Sessions.Actors.Settings;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Hosting;

/// <summary>What options and settings of Akka must be for the guarantees to hold. The host's settings are checked, never changed.</summary>
internal static partial class ClusterRules
{
    /// <summary>For how long a node is sure of its membership after a majority has echoed it.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(2.5);

    private static readonly string[] s_majorities = ["keep-majority", "static-quorum"];

    /// <exception cref="JamSessionsOptionsException">What cannot work, all of it at once.</exception>
    public static ResolvedOptions Resolve(JamSessionsClusterOptions options, ActorSystem system)
    {
        var akka = system.Settings.Config;

        // A node's memory holds digests of ids, as the rows do.
        options.Sessions.IdsAtRest = IdsAtRest.Hashed;
        var sessions = ResolvedOptions.Resolve(options.Sessions, akka);
        List<string> failures = [.. OfOptions(options), .. OfSessions(sessions), .. OfAkka(options, system)];
        return failures.Count == 0 ? sessions : throw new JamSessionsOptionsException(failures);
    }

    private static IEnumerable<string> OfOptions(JamSessionsClusterOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            yield return "ConnectionString is needed: where PostgreSQL is, as Npgsql takes it.";
        }
        else if (!IsConnectionString(options.ConnectionString))
        {
            // Whatever is wrong with it may be a part of the password.
            yield return "ConnectionString is not what Npgsql takes: Host=…;Database=…;Username=…;Password=…, with names that it knows. A value that holds ; or ' stands in double quotes.";
        }

        if (!SchemaName().IsMatch(options.Schema))
        {
            yield return "Schema is 1 to 40 lower-case Latin letters, digits and _, and begins with a letter.";
        }

        if (options.CallTimeout < TimeSpan.FromSeconds(1) || options.CallTimeout > TimeSpan.FromMinutes(1))
        {
            yield return "CallTimeout is 1 s to 1 minute.";
        }

        if (options.KeyIdleTimeout < TimeSpan.FromSeconds(1))
        {
            yield return "KeyIdleTimeout is at least 1 s.";
        }
    }

    private static IEnumerable<string> OfSessions(ResolvedOptions sessions)
    {
        if (sessions.InMemory)
        {
            yield return "in-memory has no meaning in a cluster: PostgreSQL keeps the sessions. Take it out.";
        }

        if (sessions.EffectiveEncryption != SessionEncryption.None)
        {
            yield return "encryption is for the file. In a cluster encrypt PostgreSQL's disk and connections; take it out.";
        }

        if (sessions.Durability == Durability.Relaxed)
        {
            yield return "durability = relaxed is for the file. In a cluster PostgreSQL's synchronous_commit says it; take it out.";
        }

        if (sessions.MaxSessions > 0)
        {
            yield return "max-sessions cannot be kept by several nodes. Take it out, and limit sessions with max-sessions-per-key.";
        }

        if (sessions.AdminSocket)
        {
            yield return "admin-socket commands a file. In a cluster use jam-sessions-cluster, and SQL; take it out.";
        }
    }

    private static IEnumerable<string> OfAkka(JamSessionsClusterOptions options, ActorSystem system)
    {
        if (((ExtendedActorSystem)system).Provider is not ClusterActorRefProvider)
        {
            yield return "The actor system is no member of a cluster: add .WithRemoting(…) and .WithClustering(…) to AddAkka, or set akka.actor.provider = cluster.";
            yield break;
        }

        var akka = system.Settings.Config;

        if (!akka.HasPath("akka.actor.serializers.jam-sessions-cluster"))
        {
            yield return "JamSessionsCluster.DefaultConfig is missing from the actor system's configuration: akka.WithJamSessionsCluster() adds it.";
        }

        var strategy = akka.GetString("akka.cluster.split-brain-resolver.active-strategy", "");
        if (!akka.GetString("akka.cluster.downing-provider-class", "").Contains("SplitBrainResolver", StringComparison.Ordinal) || !s_majorities.Contains(strategy))
        {
            yield return $"The split brain resolver must decide by a majority ({string.Join(" or ", s_majorities)}), and is {(strategy.Length == 0 ? "off" : strategy)}: with another one two nodes may own a key, and one of them would serve what is gone.";
        }

        var (pause, stable) = (akka.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause"), akka.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after"));
        if (pause + stable < 2 * Window)
        {
            yield return $"acceptable-heartbeat-pause and stable-after are {(pause + stable).TotalSeconds:0.#} s together, and must be {2 * Window.TotalSeconds:0.#} s at least: a node that was cut off must have noticed before others take its keys.";
        }

        var cluster = Akka.Cluster.Cluster.Get(system);
        if (cluster.Settings.SeedNodes.FirstOrDefault(seed => seed.Protocol != cluster.SelfAddress.Protocol) is { } seed)
        {
            yield return $"The seed node {seed} can never be reached: this node speaks {cluster.SelfAddress.Protocol}. With TLS seed nodes begin with akka.ssl.tcp://, without it with akka.tcp://.";
        }

        if (!options.AllowPlainRemoting && !IsLoopback(akka) && WhyOpen(system) is { } why)
        {
            yield return $"Nodes would talk over a network {why}. Give WithRemoting EnableSsl and a certificate that the others check, or set AllowPlainRemoting where the network itself is private.";
        }
    }

    /// <summary>What of mutual TLS is missing; null where nothing is. What a host gives as an object counts before its configuration, as in Akka.Remote.</summary>
    private static string? WhyOpen(ActorSystem system)
    {
        var tcp = system.Settings.Config.GetConfig("akka.remote.dot-netty.tcp");
        if (!tcp.GetBoolean("enable-ssl", false))
        {
            return "without TLS, and ids and data would cross it as they are";
        }

        var given = system.Settings.Setup.Get<DotNettySslSetup>();
        var isMutual = given.HasValue ? given.Value.RequireMutualAuthentication : tcp.GetBoolean("ssl.require-mutual-authentication", false);
        var isChecked = given.HasValue ? given.Value.CustomValidator is not null || !given.Value.SuppressValidation : !tcp.GetBoolean("ssl.suppress-validation", false);
        return !isMutual ? "with TLS that asks nobody who connects for a certificate"
            : !isChecked ? "with TLS that takes any certificate (suppress-validation), so that anybody may join"
            : null;
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static bool IsLoopback(Config akka)
    {
        var host = akka.GetString("akka.remote.dot-netty.tcp.hostname", "");
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex SchemaName();
}
