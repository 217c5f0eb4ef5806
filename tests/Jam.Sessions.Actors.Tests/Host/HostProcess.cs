using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Tests.Host;

/// <summary>The backend of <c>src/Jam.Sessions.Actors.Host</c> as a process of its own, driven over a socket.</summary>
internal sealed class HostProcess : IDisposable
{
    public const int SigInt = 2;
    public const int SigTerm = 15;

    /// <summary>The session's cookie, of a backend on a jam file, and of any other.</summary>
    public const string JamCookie = "session", ProtectedCookie = "__Host-Cookies";

    private const int FileSize = 1, Handles = 7;
    private const string Announcement = "Listening on ";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string Assembly = typeof(HostProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "HostAssembly").Value!;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _saidMore = new(0);
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(string[] arguments, string umask)
    {
        // Ignored signals are inherited: without SIGXFSZ a file that may not grow is an error that the process hears of, see LimitFiles.
        var shell = $"trap '' XFSZ; umask {umask}; exec dotnet \"$@\"";
        var start = new ProcessStartInfo("sh", ["-c", shell, "sh", Assembly, "--urls", "http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>A client without cookies: a test says itself which session it shows.</summary>
    public HttpClient Http { get; } = new(new HttpClientHandler { UseCookies = false });

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts the backend and waits until it listens.</summary>
    public static Task<HostProcess> ListeningAsync(params string[] arguments) => ListeningWithUmaskAsync("022", arguments);

    /// <summary>The same, in a process that takes these rights from the files that it creates.</summary>
    public static async Task<HostProcess> ListeningWithUmaskAsync(string umask, params string[] arguments)
    {
        var host = new HostProcess(arguments, umask);
        try
        {
            host.Http.BaseAddress = await host._address.Task.WaitAsync(Patience);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Runs a backend that cannot start, until it has ended.</summary>
    public static async Task<(int ExitCode, string Errors)> FailingAsync(params string[] arguments)
    {
        using var host = new HostProcess(arguments, umask: "022");
        return (await host.ExitAsync(), host.Errors);
    }

    /// <summary>Stops it as an operator or a container does, with a signal.</summary>
    public async Task<int> StopAsync(int signal = SigTerm)
    {
        Assert.Equal(0, Kill(_process.Id, signal));
        return await ExitAsync();
    }

    /// <summary>Ends it without a chance to say a word: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Waits until the backend has said something so many times.</summary>
    public async Task SaidAsync(string text, int times)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (_output.Count(line => line.Contains(text, StringComparison.Ordinal)) < times)
        {
            await _saidMore.WaitAsync(patience.Token);
        }
    }

    /// <summary>Takes the process's free handles away until it is disposed of: it keeps those that it has. Linux only.</summary>
    public IDisposable WithoutFreeHandles()
    {
        var used = Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Select(handle => long.Parse(Path.GetFileName(handle), CultureInfo.InvariantCulture)).ToHashSet();
        var firstFree = Enumerable.Range(0, int.MaxValue).First(handle => !used.Contains(handle));
        Assert.Equal(0, GetAndSetLimit(_process.Id, Handles, 0, out var former));
        var none = former with { Soft = firstFree };
        Assert.Equal(0, SetLimit(_process.Id, Handles, in none, 0));
        return new Restored(() => Assert.Equal(0, SetLimit(_process.Id, Handles, in former, 0)));
    }

    /// <summary>Lets no file of the process grow beyond this; the nearest thing to a full disk that needs no rights. Linux only.</summary>
    public void LimitFiles(long bytes)
    {
        var limit = new Limit(bytes, long.MaxValue);
        Assert.Equal(0, SetLimit(_process.Id, FileSize, in limit, 0));
    }

    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="session">The cookie; null for none.</param>
    /// <param name="body">As JSON; null for none.</param>
    /// <param name="onConnectionOfItsOwn">Whether the connection ends with the answer: one that is kept may be closed just as the next request comes.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? session = null, object? body = null, bool onConnectionOfItsOwn = false)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.ConnectionClose = onConnectionOfItsOwn;
        if (session is not null)
        {
            request.Headers.Add("Cookie", $"{JamCookie}={session}; {ProtectedCookie}={session}");
        }

        return await Http.SendAsync(request).WaitAsync(Patience);
    }

    public void Dispose()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "prlimit64")]
    private static extern int SetLimit(int process, int resource, in Limit limit, nint former);

    [DllImport("libc", EntryPoint = "prlimit64")]
    private static extern int GetAndSetLimit(int process, int resource, nint limit, out Limit former);

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    private void Heard(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException($"The backend ended before it listened:\n{Output}\n{Errors}"));
            return;
        }

        _output.Enqueue(line);
        _saidMore.Release();
        if (line.StartsWith(Announcement, StringComparison.Ordinal))
        {
            _address.TrySetResult(new Uri(line[Announcement.Length..line.IndexOf(". Try", StringComparison.Ordinal)]));
        }
    }

    private readonly record struct Limit(long Soft, long Hard);

    private sealed class Restored(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
