using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Models;

/// <summary>Runs a script against a whole engine and a dictionary at once, and compares every answer.</summary>
/// <param name="start">Starts an engine on a path.</param>
/// <param name="folder">Where its files are; each crash adds a folder.</param>
/// <param name="survives">Which files a crash leaves.</param>
internal sealed class ScriptedEngine(Func<string, Task<JamSessions>> start, string folder, Func<string, bool> survives) : IAsyncDisposable
{
    private readonly Dictionary<string, (string Key, string Data)> _expected = new(StringComparer.Ordinal);
    private readonly List<string> _issued = [];
    private string _folder = folder;
    private int _crashes;
    private JamSessions? _engine;

    private string JsonPath => Path.Combine(_folder, "sessions.json");

    private IJamSessions Client => _engine!.Client;

    public async Task RunAsync(IEnumerable<Step> script)
    {
        _engine = await start(JsonPath);
        foreach (var step in script)
        {
            await DoAsync(step);
        }

        await RestartAsync();
        await CompareAllAsync();
        foreach (var key in _expected.Values.Select(session => session.Key).Distinct().ToList())
        {
            Assert.Equal(_expected.Values.Count(session => session.Key == key), await Client.ClearAsync(key));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is { } engine)
        {
            await engine.DisposeAsync();
        }
    }

    private async Task DoAsync(Step step)
    {
        var id = step.Session < _issued.Count ? _issued[step.Session] : $"never-issued-{step.Session}";
        switch (step.Kind)
        {
            case StepKind.Create:
                Expect(await Client.CreateAsync(step.SessionKey, SessionData.From(step.Data)), (step.SessionKey, step.Data));
                break;
            case StepKind.Get:
                await CompareAsync(id);
                break;
            case StepKind.Update when _expected.TryGetValue(id, out var session):
                await Client.UpdateAsync(id, SessionData.From(step.Data));
                _expected[id] = session with { Data = step.Data };
                break;
            case StepKind.Update:
                await Assert.ThrowsAsync<SessionNotFoundException>(() => Client.UpdateAsync(id, SessionData.From(step.Data)));
                break;
            case StepKind.Delete:
                Assert.Equal(_expected.Remove(id), await Client.DeleteAsync(id));
                break;
            case StepKind.Clear:
                var ids = _expected.Where(pair => pair.Value.Key == step.SessionKey).Select(pair => pair.Key).ToList();
                Assert.Equal(ids.Count, await Client.ClearAsync(step.SessionKey));
                ids.ForEach(gone => _expected.Remove(gone));
                break;
            case StepKind.Rework when _expected.Remove(id, out var session):
                Expect(await Client.ReworkAsync(id), session);
                break;
            case StepKind.Rework:
                await Assert.ThrowsAsync<SessionNotFoundException>(() => Client.ReworkAsync(id));
                break;
            case StepKind.Flush:
                await Client.FlushAsync();
                break;
            case StepKind.Restart:
                await RestartAsync();
                await CompareAllAsync();
                break;
            case StepKind.Crash:
                await CrashAsync();
                await CompareAllAsync();
                break;
        }
    }

    private void Expect(string id, (string Key, string Data) session)
    {
        Assert.DoesNotContain(id, _issued);
        _issued.Add(id);
        _expected.Add(id, session);
    }

    private async Task RestartAsync()
    {
        await _engine!.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_folder, "*.journal-*"));
        _engine = await start(JsonPath);
    }

    private async Task CrashAsync()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, $"crash-{_crashes++}")).FullName;
        foreach (var file in Directory.GetFiles(_folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal) && survives(file)))
        {
            OpenFiles.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var crashed = _engine!;
        _folder = copy;
        _engine = await start(JsonPath);
        await crashed.DisposeAsync();
    }

    private async Task CompareAllAsync()
    {
        foreach (var id in _issued)
        {
            await CompareAsync(id);
        }
    }

    private async Task CompareAsync(string id)
    {
        var session = await Client.GetAsync(id);
        Assert.Equal(_expected.TryGetValue(id, out var expected) ? expected : default, (session?.Key!, session?.Data.Json!));
    }
}
