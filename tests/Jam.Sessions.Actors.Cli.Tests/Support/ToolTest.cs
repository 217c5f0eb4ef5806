using System.Diagnostics;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cli.Tests.Support;

/// <summary>A test with a folder, a store in it, engines, and the tool as a person calls it, in this process.</summary>
public abstract class ToolTest : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ActorSystem? _system;

    /// <summary>The tool, to be run as a process.</summary>
    protected static string ToolPath { get; } = Path.Combine(AppContext.BaseDirectory, "jam-sessions.dll");

    protected string Folder => _folder.Path;

    protected string JsonPath => _folder.File("sessions.json");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.Terminate();
        }

        _folder.Dispose();
    }

    protected string At(string name) => _folder.File(name);

    protected Task<JamSessions> StartAsync(Action<JamSessionsOptions>? configure = null)
    {
        _system ??= ActorSystem.Create("tests", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }"));
        var options = new JamSessionsOptions { JsonPath = JsonPath };
        configure?.Invoke(options);
        return JamSessions.StartAsync(_system, options);
    }

    /// <summary>Makes a store that is closed, and returns the ids of its sessions.</summary>
    protected async Task<string[]> MakeStoreAsync(int sessions = 3, Action<JamSessionsOptions>? configure = null)
    {
        await using var engine = await StartAsync(configure);
        return await Task.WhenAll(Enumerable.Range(1, sessions).Select(i => engine.Client.CreateAsync($"user{i}", SessionData.From($$"""{"secret": "marker {{i}}"}"""))));
    }

    /// <summary>Runs the tool on the test's store.</summary>
    private protected Answer Run(params string[] arguments) => RunBare([.. arguments, "--file", JsonPath]);

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

    /// <summary>Runs commands of a shell in the test's folder, with the tool by its name and as a process.</summary>
    private protected async Task<(int Code, string Said)> BashAsync(string commands)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\njam-sessions() {{ dotnet '{ToolPath}' \"$@\"; }}\n{commands}"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, complaints) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await said + await complaints);
    }

    /// <summary>What is in a folder, with the bytes: nothing was written where it is the same.</summary>
    private protected Dictionary<string, string> Listing() =>
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).ToDictionary(file => file, file => Convert.ToHexString(OpenFiles.Read(file)), StringComparer.Ordinal);
}

/// <summary>What the tool said.</summary>
internal sealed record Answer(int Code, string Out, string Error)
{
    /// <summary>Its only line, or its last one, as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Out.TrimEnd().Split('\n')[^1]);

    public IReadOnlyList<JsonElement> Lines => [.. Out.TrimEnd().Split('\n').Where(line => line.Length > 0).Select(line => JsonElement.Parse(line))];

    /// <summary>The same, where it did what was asked.</summary>
    public Answer Done()
    {
        Assert.True(Code == ExitCode.Done, $"{Code}: {Error}");
        Assert.Equal("", Error);
        return this;
    }
}
