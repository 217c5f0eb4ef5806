using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A real file system (tmpfs) with little room, mounted where no other process sees it. Needs Linux, and no rights where users may make namespaces.</summary>
/// <remarks>A process keeps the mount; this one reaches into it through <c>/proc</c>. It is gone when that process ends, which it does with this one.</remarks>
internal sealed class SmallDisk : IDisposable
{
    private const string Mount = """mount -t tmpfs -o "size=$0k,mode=0700" none "$1" && eval "$2" && echo mounted && exec cat""";

    private static readonly Lazy<string?> s_whyNot = new(Probe);

    private readonly TempFolder _mountPoint = new();
    private readonly Process _keeper;

    /// <param name="kilobytes">How much room there is.</param>
    /// <param name="prepare">A shell command that is run in the namespace first; <c>$1</c> is the mount point.</param>
    public SmallDisk(int kilobytes, string prepare = ":")
    {
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", Mount, $"{kilobytes}", _mountPoint.Path, prepare])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _keeper = Process.Start(start)!;
        if (_keeper.StandardOutput.ReadLine() != "mounted")
        {
            throw new InvalidOperationException(_keeper.StandardError.ReadToEnd().Trim());
        }

        Path = $"/proc/{_keeper.Id}/root{_mountPoint.Path}";
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? WhyNot => s_whyNot.Value;

    public string Path { get; }

    private string Filler => File("filler");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Takes so much room, or all that is left.</summary>
    public void Fill(int kilobytes = int.MaxValue)
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var page = new byte[4096]; kilobytes > 0; kilobytes -= 4)
            {
                filler.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back all that <see cref="Fill"/> took.</summary>
    public void Free() => System.IO.File.Delete(Filler);

    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
        _mountPoint.Dispose();
    }

    private static string? Probe()
    {
        try
        {
            using var disk = new SmallDisk(64);
            System.IO.File.WriteAllText(disk.File("probe"), "");
            return null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return $"No file system can be mounted here: {e.Message}";
        }
    }
}

/// <summary>A test that needs a <see cref="SmallDisk"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute([CallerMemberName] string name = "") : ConditionalFactAttribute(SmallDisk.WhyNot, name);
