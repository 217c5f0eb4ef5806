namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>One caller that goes on when the store refuses, after it has looked: what it reads is as before.</summary>
internal sealed class PersistentWriter(JamSessions engine, ReportWriter reports, int index, int stride, long firstNumber)
{
    private const int MaxSessions = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    private readonly Random _random = new(index);
    private readonly List<LiveSession> _sessions = [];
    private long _nextNumber = firstNumber + index;

    public async Task RunAsync()
    {
        while (true)
        {
            if (_sessions.Count == 0 || (_sessions.Count < MaxSessions && _random.Next(3) == 0))
            {
                await CreateAsync();
                continue;
            }

            var session = _sessions[_random.Next(_sessions.Count)];
            await (_random.Next(10) switch { < 6 => UpdateAsync(session), < 8 => ReworkAsync(session), _ => DeleteAsync(session) });
        }
    }

    private async Task CreateAsync()
    {
        var session = new LiveSession(_nextNumber, $"own-{index}") { Version = 1 };
        _nextNumber += stride;
        if (await ReportedAsync("create", session, 1, () => engine.Client.CreateAsync(session.Key, DataOf(session, 1))) is { } id)
        {
            session.Id = id;
            _sessions.Add(session);
        }
    }

    /// <remarks>A version that was refused is never used again: the file shows which try it holds.</remarks>
    private async Task UpdateAsync(LiveSession session)
    {
        var version = ++session.LastTried;
        if (await ReportedAsync("update", session, version, async () =>
        {
            await engine.Client.UpdateAsync(session.Id, DataOf(session, version));
            return "-";
        }) is not null)
        {
            session.Version = version;
        }
    }

    private async Task ReworkAsync(LiveSession session) =>
        session.Id = await ReportedAsync("rework", session, session.Version, () => engine.Client.ReworkAsync(session.Id)) ?? session.Id;

    private async Task DeleteAsync(LiveSession session)
    {
        if (await ReportedAsync("delete", session, session.Version, async () => await engine.Client.DeleteAsync(session.Id) ? "-" : "missing") is not null)
        {
            _sessions.Remove(session);
        }
    }

    /// <summary>The answer; null where the store refused.</summary>
    private async Task<string?> ReportedAsync(string verb, LiveSession session, int version, Func<Task<string>> operation)
    {
        var name = reports.NextOperation();
        reports.Write(Report.Intent(name, verb, session.Number, session.Key, version));
        try
        {
            var answer = await operation();
            reports.Write(Report.Answer(answer == "missing" ? '#' : '<', name, answer));
            return answer;
        }
        catch (SessionStoreException)
        {
            var isAsBefore = session.Id.Length == 0
                || (await engine.Client.GetAsync(session.Id))?.Data.Json == Payload.Text(session.Number, session.Key, session.Version);
            reports.Write(Report.Answer(isAsBefore ? '!' : '#', name, isAsBefore ? "-" : "a_read_shows_what_was_refused"));
            await Task.Delay(s_pause);
        }
        catch (Exception e)
        {
            reports.Write(Report.Answer('#', name, $"{e.GetType().Name}:{e.Message.Replace(' ', '_').Replace('\n', '_')}"));
            await Task.Delay(s_pause);
        }

        return null;
    }

    private static SessionData DataOf(LiveSession session, int version) => SessionData.From(Payload.Text(session.Number, session.Key, version));
}
