using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>A session file and its journals. Input: the mode, then the files with a byte between them that no file has.</summary>
internal sealed partial class JournalTarget : IFuzzTarget
{
    private const byte Separator = 0x1E;

    public string Name => "journal";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Fuzz.Seeds.Files.Where(file => file.Length < 1500).Take(25).SelectMany(file => new[] { Journaled(file, 0), Journaled(file, 3), Journaled(file, 0, reuses: true) }).OfType<byte[]>(),
        .. new[] { Journaled([], 0), Journaled([], 2), Journaled([], 0, reuses: true) }.OfType<byte[]>(),
    ];

    /// <summary>Most times the checksums are made to fit again, and sometimes the fingerprints too.</summary>
    public byte[] Repair(byte[] input, Random random)
    {
        var choice = random.Next(4);
        if (choice == 0 || input.Length == 0)
        {
            return input;
        }

        var text = Encoding.Latin1.GetString(input);
        var fileEnd = text.IndexOf((char)Separator);
        if (choice > 1 && fileEnd > 0)
        {
            var file = Fingerprint.Empty.With(input.AsSpan(1..fileEnd));
            var members = string.Create(CultureInfo.InvariantCulture, $"\"length\": {file.Length}, \"file\": \"{file.Crc:x8}\"");
            text = string.Concat(text.AsSpan(0, fileEnd), FingerprintMembers().Replace(text[fileEnd..], members, 1 + random.Next(3)));
        }

        var number = 0;
        text = Line().Replace(text, match =>
        {
            var isFirst = text[match.Index - 1] == Separator;
            var seed = JournalFormat.Seed(isFirst ? 0 : number);
            number = !isFirst ? number : int.TryParse(Number().Match(match.Value).Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : 0;
            var crc = Fingerprint.Crc32C(seed, Encoding.Latin1.GetBytes(match.Groups[1].Value));
            return string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}, \"crc\": \"{crc:x8}\"}}\n");
        });
        return Encoding.Latin1.GetBytes(text);
    }

    public string Run(byte[] input)
    {
        var disk = new MemoryDisk();
        var number = 0;
        var rest = input.AsSpan(Math.Min(1, input.Length));
        foreach (var range in rest.Split(Separator))
        {
            disk.Files[number == 0 ? StoreOracle.SessionFile : JournalFiles.PathOf(StoreOracle.SessionFile, number)] = rest[range].ToArray();
            if (++number == 8)
            {
                break;
            }
        }

        return StoreOracle.Check(disk, input.FirstOrDefault());
    }

    /// <summary>A store with two journals beside its file, as a crash leaves it, the last one in the file of another where it <paramref name="reuses"/> that; null where the session file is damaged.</summary>
    private static byte[]? Journaled(byte[] file, byte mode, bool reuses = false)
    {
        var disk = new MemoryDisk { Files = { [StoreOracle.SessionFile] = file } };
        try
        {
            var (store, documents) = Recovery.Open(disk, StoreOracle.SessionFile, StoreOracle.Codec(mode), "fuzz");
            Document Made(long id, string data) => new($"id{id}", "user", SessionData.From(data), 1795367285.296665, 1000 + id, raw: null);
            void Commit(params DocumentChange[] changes)
            {
                store.Add(JournalEntry.Encode(changes, store.Codec));
                store.Commit();
            }
            Commit(new DocumentChange(null, Made(1, """{"cart": [1, "é"]}""")));
            Commit(new DocumentChange(Made(1, "{}"), Made(1, "{}")), new DocumentChange(null, Made(2, "{}")));
            var snapshot = store.BeginSnapshot([.. documents], eraseHistory: false);
            Commit(new DocumentChange(Made(1, "{}"), null));
            if (documents.FirstOrDefault(d => !d.IsOpaque) is { } first)
            {
                Commit(new DocumentChange(first, first.WithId("new")));
            }

            if (reuses)
            {
                snapshot.Write();
                store.Complete(snapshot);
                Commit(new DocumentChange(null, Made(3, "{}")));
                _ = store.BeginSnapshot([.. documents], eraseHistory: false);
                Commit(new DocumentChange(Made(3, "{}"), null));
            }

            disk.Delete(snapshot.Path);
            return [mode, .. disk.Files.Values.SelectMany((bytes, i) => i == 0 ? bytes : [Separator, .. bytes])];
        }
        catch (JamSessionsException)
        {
            return null;
        }
    }

    [GeneratedRegex("\"length\": [^,]*, \"file\": \"[^\"]*\"")]
    private static partial Regex FingerprintMembers();

    [GeneratedRegex("\"number\": ([0-9]+)")]
    private static partial Regex Number();

    [GeneratedRegex("(?<=[\n\u001e])([^\n\u001e]*), \"crc\": \"[^\n\u001e]*\n")]
    private static partial Regex Line();
}
