using System.Text.Json;
using Jam.Sessions.Actors.Cluster.Cli;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Cluster.Tests.Cli;

/// <summary>A test with a folder, a database of its own, and the tool as a person calls it, in this process.</summary>
[Collection(OneNodeTests.Name)]
public abstract class ClusterToolTest(OneNode node) : IAsyncLifetime
{
    private static int s_databases;

    private readonly TempFolder _folder = new();

    /// <summary>The database, and the schema in it: for regions of one actor system have one name each.</summary>
    protected string Name { get; } = $"cli{Interlocked.Increment(ref s_databases)}";

    protected OneNode Node => node;

    public virtual async Task InitializeAsync()
    {
        await node.Server.CreateDatabaseAsync(Name);
        File.WriteAllText(At("connection"), node.Server.ConnectionString(Name) + "\n");
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    protected string At(string name) => _folder.File(name);

    protected static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    protected Task<string> QueryAsync(string sql) => node.Server.QueryAsync($"set search_path = {Name}; {sql}", Name);

    /// <summary>A node on the test's tables.</summary>
    protected Task<JamSessionsCluster> StartNodeAsync(Action<JamSessionsClusterOptions>? configure = null) => node.StartAsync(node.System, Name, options =>
    {
        options.ConnectionString = node.Server.ConnectionString(Name, maxPoolSize: 10);
        configure?.Invoke(options);
    });

    /// <summary>Writes a jam file.</summary>
    protected string WriteFile(string name, params IEnumerable<string> documents)
    {
        File.WriteAllText(At(name), $$$"""{"_default": {{{{string.Join(", ", documents.Select((document, i) => $"\"{i + 1}\": {document}"))}}}}}""");
        return At(name);
    }

    protected static string Document(string key, string id, string data = "{}") =>
        $$"""{"key": {{JsonSerializer.Serialize(key)}}, "session_id": "{{id}}", "data": {{JsonSerializer.Serialize(data)}}, "created_at": 1795369153.076425}""";

    /// <summary>Runs the tool on the test's tables.</summary>
    private protected Answer Run(params string[] arguments) => RunBare([.. arguments, "--connection-file", At("connection"), "--schema", Name]);

    private protected static Answer RunBare(params string[] arguments) => RunAsked(ask: null, arguments);

    /// <summary>The same, before somebody who answers what is asked; null: nobody is there.</summary>
    private protected static Answer RunAsked(string? ask, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal { Out = output, Error = error, Ask = ask is null ? null : _ => ask.Length > 0 ? ask : null };
        var code = CommandLine.Run(arguments, terminal);
        return new Answer(code, output.ToString(), error.ToString());
    }
}

/// <summary>What the tool said.</summary>
internal sealed record Answer(int Code, string Out, string Error)
{
    public JsonElement Json => JsonElement.Parse(Out);

    public int this[string name] => Json.GetProperty(name).GetInt32();

    /// <summary>The same, where it did what was asked.</summary>
    public Answer Done()
    {
        Assert.True(Code == ExitCode.Done, $"{Code}: {Error}");
        Assert.Equal("", Error);
        return this;
    }

    /// <summary>The same, where it did not, and said why.</summary>
    public Answer Refused(int code, string why)
    {
        Assert.Equal((code, ""), (Code, Out));
        Assert.StartsWith("jam-sessions-cluster: ", Error, StringComparison.Ordinal);
        Assert.Contains(why, Error, StringComparison.Ordinal);
        return this;
    }
}
