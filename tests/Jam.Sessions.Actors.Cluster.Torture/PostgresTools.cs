using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Jam.Sessions.Actors.Cluster.Torture;

/// <summary>The programs of a PostgreSQL installation, run as the user that may run them.</summary>
internal static class PostgresTools
{
    private const string Packages = "/usr/lib/postgresql";
    private const string User = "postgres";

    private static readonly Lazy<string?> s_folder = new(Find);

    /// <summary>What to do where there is no server; null where there is one.</summary>
    public static string? WhyMissing => s_folder.Value is not null ? null
        : $"There is no PostgreSQL server in {Packages}/*/bin or in PATH: install the Debian package postgresql.";

    /// <summary>A file name of the installation.</summary>
    public static string PathOf(string program) => Path.Combine(s_folder.Value ?? throw new InvalidOperationException(WhyMissing), program);

    /// <summary>Runs a program of the installation to its end, and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Task<string> RunAsync(string program, params IEnumerable<string> arguments) => ExecuteAsync(AsOwner(PathOf(program), arguments));

    /// <summary>A new folder that belongs to the server's user, below which nobody else sees anything.</summary>
    public static async Task<string> CreateFolderAsync()
    {
        foreach (var parent in new[] { Path.GetTempPath(), "/tmp", "/var/tmp" }.Where(Directory.Exists))
        {
            var folder = Path.Combine(parent, $"jam-postgres-{Guid.NewGuid():N}");
            await ExecuteAsync(["mkdir", "-m", "700", folder]);
            try
            {
                if (Environment.IsPrivilegedProcess)
                {
                    await ExecuteAsync(["chown", $"{User}:", folder]);
                }

                await ExecuteAsync(AsOwner("test", ["-w", folder]));
                return folder;
            }
            catch (InvalidOperationException)
            {
                // The user cannot get there.
                Directory.Delete(folder);
            }
        }

        throw new InvalidOperationException($"User {User} can write to none of the temporary folders.");
    }

    /// <summary>A port that nobody listens on, and that no outgoing connection is given.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    /// <summary>The processes that a process has started and that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int process) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && StateOf(id) is { IsDead: false } state && state.Parent == process)
        .ToList();

    /// <summary>Whether a process has ended, even if nobody has collected it yet.</summary>
    public static bool IsDead(int process) => StateOf(process) is null or { IsDead: true };

    private static (int Parent, bool IsDead)? StateOf(int process)
    {
        try
        {
            // "id (name) state parent …", and the name may hold anything.
            var fields = File.ReadAllText($"/proc/{process}/stat");
            return fields[(fields.LastIndexOf(')') + 2)..].Split(' ') is [var state, var parent, ..]
                ? (int.Parse(parent, CultureInfo.InvariantCulture), state is "Z" or "X")
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The server refuses to run as root.</summary>
    private static IEnumerable<string> AsOwner(string program, IEnumerable<string> arguments) =>
        [.. Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", "--"] : Array.Empty<string>(), program, .. arguments];

    private static async Task<string> ExecuteAsync(IEnumerable<string> command)
    {
        var words = command.ToList();

        // The folder that this process runs in may be closed to the server's user.
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim()
            : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}: {output.Trim()} {(await errors).Trim()}");
    }

    private static string? Find()
    {
        var packages = Directory.Exists(Packages) ? Directory.GetDirectories(Packages) : [];
        var folders = packages.OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }
}
