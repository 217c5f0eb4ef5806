using System.Text;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>Document files, in each mode. Input: the mode, then the file.</summary>
internal sealed class SnapshotTarget : IFuzzTarget
{
    public string Name => "snapshot";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Fuzz.Seeds.Files.Select(file => With(0, file)),
        .. Fuzz.Seeds.Files.Take(40).Select(file => With(3, file)),
        .. Fuzz.Seeds.EncryptedFiles.Take(40).Select(file => With(2, file)),
        .. Fuzz.Seeds.Files.Select(Encrypted).OfType<byte[]>().Select(file => With(2, file)),
        With(0, Encoding.UTF8.GetBytes(Odd)),
        With(3, Encoding.UTF8.GetBytes(Odd)),
    ];

    private const string Odd = """
        {"users": [1.50, {"a": "é"}], "_default": {"2": null, "abc": {}, "1_0": {"key": "a", "data": "{}"}, "-3": {"session_id": "x", "data": "{\"a\": \"\ud800\"}", "key": 5},
        "5": {"key": "k", "session_id": "i", "data": "", "created_at": NaN, "data": "{}", "more": [[]]}, "05": {"created_at": 1E2}, "6": {}}, "z": {}}
        """;

    public byte[] Repair(byte[] input, Random random) => input;

    public string Run(byte[] input)
    {
        var disk = new MemoryDisk();
        if (input.Length > 0)
        {
            disk.Files[StoreOracle.SessionFile] = input[1..];
        }

        return StoreOracle.Check(disk, input.FirstOrDefault());
    }

    public static byte[] With(byte mode, byte[] file) => [mode, .. file];

    /// <summary>A plain file with its data encrypted; null where it is damaged.</summary>
    private static byte[]? Encrypted(byte[] file)
    {
        var disk = new MemoryDisk { Files = { [StoreOracle.SessionFile] = file } };
        try
        {
            var read = SnapshotReader.Read(disk, StoreOracle.SessionFile, new DocumentReader(null));
            using var written = disk.Create("encrypted");
            SnapshotWriter.Write(written, read.Head, read.Documents, read.Tail, StoreOracle.Codec(2), new Pace(() => 0, TimeProvider.System));
            return disk.Files["encrypted"];
        }
        catch (SessionStoreException)
        {
            return null;
        }
    }
}
