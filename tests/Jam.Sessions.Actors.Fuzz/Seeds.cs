namespace Jam.Sessions.Actors.Fuzz;

/// <summary>The golden and damaged files of jam that stand beside the program.</summary>
internal static class Seeds
{
    private const int LargestFile = 6_000;

    /// <summary>A key made up for the fuzzer; it opens nothing.</summary>
    public const string Key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

    /// <summary>Session files, as jam and accidents left them.</summary>
    public static IReadOnlyList<byte[]> Files { get; } = Read("*.json", "plain", "damaged");

    public static IReadOnlyList<byte[]> EncryptedFiles { get; } = Read("*.json", "crypt");

    private static List<byte[]> Read(string pattern, params string[] folders) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), pattern, SearchOption.AllDirectories)
            .Where(file => folders.Contains(Path.GetFileName(Path.GetDirectoryName(file))) && !file.Contains(".expected.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(bytes => bytes.Length <= LargestFile)
            .DistinctBy(Convert.ToBase64String)
            .ToList();
}
