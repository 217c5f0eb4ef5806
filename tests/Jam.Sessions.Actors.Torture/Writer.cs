using Akka;
using Akka.Actor;

namespace Jam.Sessions.Actors.Torture;

/// <summary>One caller: one operation after the other, on sessions of its own under a key of its own and under keys that it shares.</summary>
/// <remarks>Only a clear of a shared key reaches the sessions of others.</remarks>
public sealed class Writer
{
    private const int MaxSessions = 4;
    private const int SharedKeys = 6;

    private readonly JamSessions _engine;
    private readonly ReportWriter _reports;
    private readonly Random _random;
    private readonly List<LiveSession> _sessions;
    private readonly string _ownKey;
    private readonly int _stride;
    private long _nextNumber;
    private bool _isStopping;

    public Writer(JamSessions engine, ReportWriter reports, ChildOptions options, int index, long firstNumber, IEnumerable<LiveSession> adopted)
    {
        _engine = engine;
        _reports = reports;
        _random = new Random((options.Seed * 1009) + index);
        _sessions = adopted.ToList();
        _ownKey = $"own-{index}";
        _stride = options.Writers;
        _nextNumber = (((firstNumber / _stride) + 1) * _stride) + index;
    }

    public async Task RunAsync()
    {
        while (!_isStopping)
        {
            var choice = _random.Next(100);
            if (choice < 3)
            {
                await ClearAsync(choice == 0 ? SharedKey() : _ownKey);
            }
            else if (_sessions.Count == 0 || (_sessions.Count < MaxSessions && choice < 35))
            {
                await CreateAsync();
            }
            else
            {
                var session = _sessions[_random.Next(_sessions.Count)];
                await (choice switch { < 65 => UpdateAsync(session), < 83 => ReworkAsync(session), _ => DeleteAsync(session) });
            }
        }
    }

    private async Task CreateAsync()
    {
        var session = new LiveSession(_nextNumber, _random.Next(3) == 0 ? SharedKey() : _ownKey) { Version = 1 };
        _nextNumber += _stride;
        var data = DataOf(session, 1);
        if (await ReportedAsync("create", session.Number, session.Key, 1, () => _random.Next(2) == 0
            ? _engine.Ref.Ask<string>(new CreateSession(session.Key, data))
            : _engine.Client.CreateAsync(session.Key, data)) is { } id)
        {
            session.Id = id;
            _sessions.Add(session);
        }
    }

    private async Task UpdateAsync(LiveSession session)
    {
        var version = session.Version + 1;
        var data = DataOf(session, version);
        if (await ReportedAsync("update", session.Number, "-", version, async () =>
        {
            if (_random.Next(2) == 0)
            {
                await _engine.Ref.Ask<Done>(new UpdateSession(session.Id, data));
            }
            else
            {
                await _engine.Client.UpdateAsync(session.Id, data);
            }

            return "-";
        }) is null)
        {
            _sessions.Remove(session);
        }

        session.Version = version;
    }

    private async Task ReworkAsync(LiveSession session)
    {
        if (await ReportedAsync("rework", session.Number, "-", session.Version, () => _random.Next(2) == 0
            ? _engine.Ref.Ask<string>(new ReworkSession(session.Id))
            : _engine.Client.ReworkAsync(session.Id)) is { } id)
        {
            session.Id = id;
        }
        else
        {
            _sessions.Remove(session);
        }
    }

    private async Task DeleteAsync(LiveSession session)
    {
        _sessions.Remove(session);
        await ReportedAsync("delete", session.Number, "-", session.Version, async () =>
        {
            var was = _random.Next(2) == 0 ? await _engine.Ref.Ask<bool>(new DeleteSession(session.Id)) : await _engine.Client.DeleteAsync(session.Id);
            return was ? "-" : throw new SessionNotFoundException();
        });
    }

    private async Task ClearAsync(string key)
    {
        await ReportedAsync("clear", 0, key, 0, async () =>
        {
            var count = _random.Next(2) == 0 ? await _engine.Ref.Ask<int>(new ClearSessions(key)) : await _engine.Client.ClearAsync(key);
            return count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
        if (key == _ownKey)
        {
            _sessions.RemoveAll(session => session.Key == key);
        }
    }

    /// <summary>The answer; null where there was no such session, or the engine is stopping.</summary>
    private async Task<string?> ReportedAsync(string verb, long number, string key, int version, Func<Task<string>> operation)
    {
        var name = _reports.NextOperation();
        _reports.Write(Report.Intent(name, verb, number, key, version));
        try
        {
            var answer = await operation();
            _reports.Write(Report.Answer('<', name, answer));
            return answer;
        }
        catch (SessionNotFoundException)
        {
            _reports.Write(Report.Answer('?', name, "-"));
        }
        catch (SessionsStoppingException)
        {
            _isStopping = true;
            _reports.Write(Report.Answer('!', name, "-"));
        }
        catch (Exception e)
        {
            _isStopping = true;
            _reports.Write(Report.Answer('#', name, $"{e.GetType().Name}:{e.Message.Replace(' ', '_').Replace('\n', '_')}"));
        }

        return null;
    }

    private string SharedKey() => $"shared-{_random.Next(SharedKeys)}";

    private static SessionData DataOf(LiveSession session, int version) => SessionData.From(Payload.Text(session.Number, session.Key, version));
}
