using Akka.Actor;

namespace Jam.Sessions.Actors.Torture;

/// <summary>What a kill left behind, looked at in a copy: the next process meets the files as the kill left them.</summary>
public static class CrashedStore
{
    /// <summary>Recovers a copy with an engine of this process, then reads what that engine left in the JSON file.</summary>
    /// <param name="jsonPath">The file that the killed process had open.</param>
    /// <param name="secret">Its secret, or null.</param>
    /// <param name="copyFolder">Where the copy goes; emptied first.</param>
    /// <param name="deadIds">Ids that the engine must not know.</param>
    /// <param name="verdict">Gets what engine and file disagree about.</param>
    public static async Task<List<StoredSession>> ReadAsync(
        string jsonPath, string? secret, string copyFolder, IReadOnlyCollection<string> deadIds, Verdict verdict)
    {
        var copy = Copy(jsonPath, copyFolder);
        using var system = ActorSystem.Create("check", Child.Quiet);
        var engine = await JamSessions.StartAsync(system, ChildOptions.Engine(copy, secret));
        var client = engine.Client;
        foreach (var id in deadIds)
        {
            if (await client.GetAsync(id) is not null)
            {
                verdict.Revived.Add("the engine serves an id that is dead");
            }
        }

        await client.FlushAsync();
        var stored = StoredSession.ReadFile(copy, secret);
        foreach (var session in stored)
        {
            if (await client.GetAsync(session.Id) is not { } served || served.Key != session.Key || served.Data.Json != session.Text)
            {
                verdict.HalfApplied.Add($"the engine does not serve session {session.Number} as the file has it");
            }
        }

        await engine.DisposeAsync();
        await system.Terminate();
        if (Directory.EnumerateFiles(copyFolder, "*.journal-*").FirstOrDefault() is { } left)
        {
            verdict.HalfApplied.Add($"{Path.GetFileName(left)} is left after a dispose");
        }

        return stored;
    }

    private static string Copy(string jsonPath, string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(jsonPath)!))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, Path.GetFileName(jsonPath));
    }
}
