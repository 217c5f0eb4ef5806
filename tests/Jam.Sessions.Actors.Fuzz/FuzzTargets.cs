using Jam.Sessions.Actors.Fuzz.Targets;

namespace Jam.Sessions.Actors.Fuzz;

/// <summary>All that can be fuzzed.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<string> Names { get; } = ["snapshot", "journal", "fernet", "data", "options", "admin", "import"];

    public static IFuzzTarget? Find(string name) => name switch
    {
        "snapshot" => new SnapshotTarget(),
        "journal" => new JournalTarget(),
        "fernet" => new FernetTarget(),
        "data" => new DataTarget(),
        "options" => new OptionsTarget(),
        "admin" => new AdminTarget(),
        "import" => new ImportTarget(),
        _ => null,
    };
}
