namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>A folder for one measurement's files, gone with it.</summary>
internal sealed class Scratch : IDisposable
{
    public const string Variable = "BENCH_DIR";

    private readonly string _path = Directory
        .CreateDirectory(Path.Combine(Root, $"{Environment.ProcessId}-{Guid.NewGuid():N}"))
        .FullName;

    /// <summary>Where the files go: <c>BENCH_DIR</c>, which must be on the disk that is meant, or the temporary folder.</summary>
    private static string Root =>
        Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(Path.GetTempPath(), "jam-sessions-benchmarks");

    public string this[string name] => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
