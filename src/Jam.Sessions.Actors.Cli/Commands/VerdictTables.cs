using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What verify found, for programs and for people.</summary>
internal static class VerdictTables
{
    public static byte[] Json(Verdict verdict, string path, string what) => AdminJson.Object(json =>
    {
        json.WriteString("command", "verify");
        json.WriteString("file", path);
        json.WriteString("read", what);
        json.WriteString("outcome", verdict.Outcome);
        json.WriteString("message", verdict.Message);
        json.WriteBoolean("encrypted", verdict.Mode is { IsEncrypted: true });
        if (verdict.Mode is { } mode)
        {
            json.WriteString("encryption", mode.EncryptionName);
            json.WriteString("ids", mode.IdsName);
        }

        json.WriteStartArray("keys");
        foreach (var (name, documents) in verdict.Keys)
        {
            json.WriteStartObject();
            json.WriteString("key", name);
            json.WriteNumber("documents", documents);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("served", verdict.Served);
        json.WriteNumber("replaced", verdict.Replaced);
        json.WriteNumber("journalBytes", verdict.JournalBytes);
        Write(json, "keptNotServed", verdict.KeptNotServed);
        Write(json, "unreadable", verdict.Unreadable);
        Write(json, "changed", verdict.Changed);
        if (verdict.DamagedFile is not null)
        {
            json.WriteString("damagedFile", verdict.DamagedFile);
            json.WriteNumber("damagedAt", verdict.DamagedAt ?? 0);
        }
    });

    public static void Write(Terminal terminal, Verdict verdict, string path, string what)
    {
        terminal.Say($"{path}: {verdict.Outcome} (read: {what}). {verdict.Message}");
        if (verdict.Mode is { } mode)
        {
            terminal.Say($"Ids: {mode.IdsName}. Encryption: {mode.EncryptionName}.{(mode == StoreMode.None ? "" : $" The host's options for that: {mode.AsOptions}.")}");
        }
        else if (verdict.Outcome == "sound")
        {
            terminal.Say("Ids and encryption: no session shows yet how they are kept.");
        }

        if (verdict.Outcome is not ("sound" or "partly"))
        {
            return;
        }

        terminal.Say($"Served: {StoreTables.Count(verdict.Served, "session")}. Secrets needed: {SecretsOf(verdict)}. Journals: {StoreTables.Count(verdict.JournalBytes, "byte")}.");
        Say(terminal, "Kept, not served", verdict.KeptNotServed);
        Say(terminal, "Data that cannot be read", verdict.Unreadable);
        Say(terminal, "Of it changed, or moved to where it does not belong", verdict.Changed);
        if (verdict.Replaced > 0)
        {
            terminal.Say($"{StoreTables.Count(verdict.Replaced, "document")} gave way to a later one with the same number.");
        }
    }

    private static string SecretsOf(Verdict verdict) =>
        verdict.Keys.Count == 0 ? "none" : string.Join(", ", verdict.Keys.Select(key => $"{key.Name} ({StoreTables.Count(key.Documents, "document")})"));

    private static void Say(Terminal terminal, string title, (int Count, IReadOnlyList<string> Documents) found)
    {
        if (found.Count > 0)
        {
            terminal.Say($"{title}: {StoreTables.Count(found.Count, "document")}: {string.Join(", ", found.Documents)}{(found.Count > found.Documents.Count ? ", …" : "")}");
        }
    }

    private static void Write(Utf8JsonWriter json, string name, (int Count, IReadOnlyList<string> Documents) found)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", found.Count);
        json.WriteStartArray("documents");
        foreach (var document in found.Documents)
        {
            json.WriteStringValue(document);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
