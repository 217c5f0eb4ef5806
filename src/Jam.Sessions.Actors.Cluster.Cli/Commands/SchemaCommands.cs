using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cluster.Cli.Rows;
using Jam.Sessions.Actors.Cluster.Rows;

namespace Jam.Sessions.Actors.Cluster.Cli.Commands;

/// <summary>What is about the tables themselves: <c>init</c>, <c>stats</c>.</summary>
internal static class SchemaCommands
{
    private static readonly (string Name, string Words)[] s_stats =
    [
        ("schema", "schema"), ("version", "version of the tables"), ("shards", "shards"), ("fingerprint", "cluster"), ("sessions", "sessions"), ("live", "that live"),
        ("ended", "past their deadline, to be swept"), ("withoutDeadline", "without a deadline"), ("keys", "keys"), ("liveKeys", "that have a session that lives"),
        ("sessionsBytes", "bytes of sessions, with their indexes"), ("keysBytes", "bytes of keys"), ("endsBytes", "bytes of what ended lately"), ("importsBytes", "bytes of what was imported"),
        ("imports", "imports that came to their end"),
    ];

    public static Command Init(Command command, CommonOptions common)
    {
        command.Description += " Safe to call again, and by several at once. A cluster that has its tables made here needs no right to make any (CreateSchema = false).";
        var check = new Option<bool>("--check") { Description = "Only look whether the tables are what this build needs; exit code 7 says that init would make them so." };
        command.Options.Add(check);
        return common.On(command, run => run.Get(check) ? Check(run) : Init(run));
    }

    public static Command Stats(Command command, CommonOptions common) => common.On(command, Stats);

    private static int Check(Invocation run)
    {
        var version = run.Tables.Version();
        if (version < ClusterSchema.Newest)
        {
            Say(run, version, version, fingerprint: null);
            return ExitCode.Partly;
        }

        Say(run, version, version, run.Tables.Require().Fingerprint);
        return ExitCode.Done;
    }

    private static int Init(Invocation run)
    {
        var (routes, before) = run.Tables.Make(mayChange: true);
        Say(run, before, ClusterSchema.Newest, routes.Fingerprint);
        return ExitCode.Done;
    }

    private static void Say(Invocation run, int before, int after, string? fingerprint) => run.Say(
        AdminJson.Object(json =>
        {
            json.WriteString("command", "init");
            json.WriteString("schema", run.Tables.Schema);
            json.WriteNumber("before", before);
            json.WriteNumber("after", after);
            json.WriteNumber("needed", ClusterSchema.Newest);
            json.WriteNumber("shards", ClusterSchema.Shards);
            json.WriteString("fingerprint", fingerprint);
        }),
        _ => run.Terminal.Say(InWords(run.Tables.Schema, before, after) + (fingerprint is null ? "" : $" {ClusterSchema.Shards} shards, cluster {fingerprint}.")));

    private static string InWords(string schema, int before, int after) => (before, after) switch
    {
        ( < 1, < 1) => $"There are no sessions' tables in schema {schema}; init makes them.",
        _ when after < ClusterSchema.Newest => $"The tables in schema {schema} are of version {after}, and this build needs {ClusterSchema.Newest}; init brings them there.",
        ( < 1, _) => $"The tables were made in schema {schema}, version {after}.",
        _ when before < after => $"The tables in schema {schema} were of version {before}, and are of version {after} now.",
        _ => $"The tables in schema {schema} are of version {after}, as this build needs them.",
    };

    private static int Stats(Invocation run)
    {
        var routes = run.Tables.Require();
        var found = Steps.Run(run.Terminal, run.IsJson, "counting", _ => Statistics.Read(run.Tables));
        run.Say(
            AdminJson.Object(json =>
            {
                json.WriteString("command", "stats");
                json.WriteString("schema", run.Tables.Schema);
                json.WriteNumber("shards", ClusterSchema.Shards);
                json.WriteString("fingerprint", routes.Fingerprint);
                foreach (var (name, number) in found)
                {
                    json.WriteNumber(name, number);
                }
            }),
            stats => WriteTable(run.Terminal, stats));
        return ExitCode.Done;
    }

    private static void WriteTable(Terminal terminal, JsonElement stats)
    {
        var table = new SafeTable(terminal, hasHeaders: false, "", "");
        foreach (var (name, words) in s_stats)
        {
            var value = stats.GetProperty(name);
            table.Add(words, value.ValueKind == JsonValueKind.Number ? value.GetInt64().ToString("N0", CultureInfo.InvariantCulture) : value.GetString());
        }

        table.Write();
    }
}
