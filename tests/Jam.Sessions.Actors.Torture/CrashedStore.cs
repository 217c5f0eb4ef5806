using Akka.Actor;

namespace Jam.Sessions.Actors.Torture;

/// <summary>What a kill left behind, looked at in a copy: the next process meets the files as the kill left them.</summary>
public sealed class CrashedStore : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly JamSessions _engine;
    private readonly string _jsonPath;
    private readonly Func<List<StoredSession>> _readFile;
    private readonly Verdict _verdict;

    private CrashedStore(ActorSystem system, JamSessions engine, string jsonPath, Func<List<StoredSession>> readFile, Verdict verdict) =>
        (_system, _engine, _jsonPath, _readFile, _verdict) = (system, engine, jsonPath, readFile, verdict);

    /// <summary>The sessions as the engine of this process left them in the JSON file.</summary>
    public List<StoredSession> Stored { get; private set; } = [];

    /// <summary>Recovers a copy with an engine of this process, and requires that it serves what it left in the JSON file.</summary>
    /// <param name="jsonPath">The file that the killed process had open.</param>
    /// <param name="mode">How that keeps secrets.</param>
    /// <param name="start">Which start of the store this is: it decides which key writes.</param>
    /// <param name="copyFolder">Where the copy goes; emptied first.</param>
    /// <param name="ids">What clients have heard.</param>
    /// <param name="verdict">Gets what engine and file disagree about.</param>
    public static async Task<CrashedStore> OpenAsync(string jsonPath, SecretMode mode, int start, string copyFolder, IssuedIds ids, Verdict verdict)
    {
        var copy = Copy(jsonPath, copyFolder);
        var system = ActorSystem.Create("check", Child.Quiet);
        var engine = await JamSessions.StartAsync(system, mode.Engine(copy, start));
        var store = new CrashedStore(system, engine, copy, () => StoredSession.ReadFile(copy, mode, [.. mode.KeysOf(start).Take(1)]), verdict);
        await store.ReadAsync(ids);
        return store;
    }

    /// <summary>Requires that ids lead nowhere.</summary>
    public async Task RequireDeadAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            if (await _engine.GetAsync(id) is not null)
            {
                _verdict.Revived.Add("the engine serves an id that is dead");
            }
        }
    }

    /// <summary>Requires of ids before the last rework that they still work, and that the same rework again gives the session's id and makes no second session.</summary>
    /// <param name="predecessors">The ids, and that of the session as the file has it.</param>
    /// <param name="mode">How the store keeps secrets.</param>
    public async Task RequireSuccessorsAsync(IEnumerable<(string Before, string Stored)> predecessors, SecretMode mode)
    {
        foreach (var (before, stored) in predecessors)
        {
            var session = Stored.Find(session => session.Id == stored);
            try
            {
                var served = (await _engine.GetAsync(before))?.Data.Json;
                var id = await _engine.ReworkAsync(before);
                if (mode.StoredIdOf(id) != stored || served != session?.Text || (await _engine.GetAsync(id))?.Data.Json != session?.Text)
                {
                    _verdict.HalfApplied.Add($"the id before session {session?.Number}'s last rework leads to another one");
                }
            }
            catch (SessionNotFoundException)
            {
                _verdict.Lost.Add($"the id before session {session?.Number}'s last rework leads nowhere, within its grace");
            }
        }

        await _engine.FlushAsync();
        if (!_readFile().ToHashSet().SetEquals(Stored))
        {
            _verdict.HalfApplied.Add("a rework that was done again changed something");
        }
    }

    /// <summary>Ends the engine, which leaves the JSON file alone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _system.Terminate();
        _system.Dispose();
        if (Directory.EnumerateFiles(Path.GetDirectoryName(_jsonPath)!, "*.journal-*").FirstOrDefault() is { } left)
        {
            _verdict.HalfApplied.Add($"{Path.GetFileName(left)} is left after a dispose");
        }
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

    private async Task ReadAsync(IssuedIds ids)
    {
        await _engine.FlushAsync();
        Stored = _readFile();
        foreach (var session in Stored)
        {
            if (!await IsServedAsync(session, ids.PresentedFor(session.Id)))
            {
                _verdict.HalfApplied.Add($"the engine does not serve session {session.Number} as the file has it");
            }
        }
    }

    /// <remarks>One whose id no client has is found by its key alone.</remarks>
    private async Task<bool> IsServedAsync(StoredSession session, string? id) => id is null
        ? (await _engine.ListAsync(session.Key)).Any(info => info.Data?.Json == session.Text)
        : await _engine.GetAsync(id) is { } served && served.Key == session.Key && served.Data.Json == session.Text;
}
