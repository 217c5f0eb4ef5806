using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Answers that nobody gets: Akka prints what reaches dead letters, and a create is answered with a session id.</summary>
public sealed partial class IdsStayOutOfLogsSpec : IAsyncLifetime, IDisposable
{
    private const int Requests = 10_000;
    private const int Round = 500;

    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("logs", CapturedLog.Everything);
    private readonly ConcurrentDictionary<string, bool> _drawn = new();
    private readonly ConcurrentQueue<object> _deadLetters = new();
    private readonly ManualResetEventSlim _disk = new(initialState: true);
    private JamSessions _engine = null!;
    private IActorRef _subscriber = null!;
    private int _requests;

    public async Task InitializeAsync()
    {
        CapturedLog.TakeLines();
        _subscriber = _system.ActorOf(Props.Create(typeof(DeadLetters), _deadLetters));
        _system.EventStream.Subscribe(_subscriber, typeof(AllDeadLetters));
        var disk = new FaultyDisk
        {
            Before = (operation, _) =>
            {
                if (operation == "Sync")
                {
                    _disk.Wait();
                }
            },
        };
        _engine = await JamSessions.StartAsync(_system, new JamSessionsOptions { JsonPath = _folder.File("sessions.json"), IdFactory = Draw }, disk);
    }

    public async Task DisposeAsync()
    {
        _disk.Set();
        await _system.Terminate();
    }

    public void Dispose()
    {
        _disk.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task No_answer_to_an_ask_that_timed_out_is_logged() => await LateAsync(async ask =>
    {
        _ = await Assert.ThrowsAsync<AskTimeoutException>(() => ask(TimeSpan.FromMilliseconds(1), CancellationToken.None));
    });

    [Fact]
    public async Task No_answer_to_an_ask_that_was_cancelled_is_logged() => await LateAsync(async ask =>
    {
        using var cancelled = new CancellationTokenSource();
        var asked = ask(TimeSpan.FromHours(1), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    });

    [Fact]
    public async Task No_answer_without_an_asker_is_logged()
    {
        while (_requests < Requests)
        {
            foreach (var request in await RoundAsync())
            {
                _engine.Ref.Tell(request, ActorRefs.NoSender);
                _engine.Ref.Tell(request is ReworkSession rework ? new GetSession(rework.SessionId) : request, _system.DeadLetters);
            }
        }

        await AssertNothingIsLoggedAsync();
    }

    [Fact]
    public async Task No_answer_to_an_actor_that_stopped_before_it_asked_is_logged()
    {
        var dead = _system.ActorOf(Props.Create(typeof(DeadLetters), _deadLetters));
        Assert.True(await dead.GracefulStop(TimeSpan.FromMinutes(1)));
        while (_requests < Requests)
        {
            foreach (var request in await RoundAsync())
            {
                _engine.Ref.Tell(request is DeleteSession delete ? new GetSession(delete.SessionId) : request, dead);
            }
        }

        await AssertNothingIsLoggedAsync();
    }

    /// <summary>What is looked for here is found where it is: the check can fail.</summary>
    [Fact]
    public async Task An_id_in_a_dead_letter_is_found()
    {
        var id = await _engine.Client.CreateAsync("user", SessionData.Empty);
        _system.DeadLetters.Tell(id);
        await SettleAsync();
        Assert.Contains(CapturedLog.TakeLines(), Shows);
        Assert.Contains(_deadLetters, letter => Shows($"{letter}"));
    }

    /// <summary>Asks while the disk keeps every answer back, until nobody waits any more.</summary>
    private async Task LateAsync(Func<Func<TimeSpan, CancellationToken, Task<object>>, Task> giveUp)
    {
        while (_requests < Requests)
        {
            var requests = await RoundAsync();
            _disk.Reset();
            await Task.WhenAll(requests.Select(request => giveUp((timeout, token) => _engine.Ref.Ask<object>(request, timeout, token))));
            _disk.Set();
        }

        await AssertNothingIsLoggedAsync();
    }

    /// <summary>Requests of every verb on sessions that are there.</summary>
    private async Task<List<object>> RoundAsync()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, Round).Select(i => _engine.Client.CreateAsync($"user{i}", SessionData.Empty)));
        List<object> requests = [.. ids.Select(RequestAbout), new FlushSessions()];
        _requests += requests.Count;
        return requests;
    }

    private static object RequestAbout(string id, int i) => (i % 5) switch
    {
        0 => new CreateSession($"user{i}", SessionData.Empty),
        1 => new UpdateSession(id, SessionData.Empty),
        2 => new ReworkSession(id),
        3 => new DeleteSession(id),
        _ => new ClearSessions($"user{i}"),
    };

    private async Task AssertNothingIsLoggedAsync()
    {
        await _engine.Client.FlushAsync();
        await SettleAsync();
        Assert.True(_drawn.Count > Requests / 2);
        Assert.DoesNotContain(CapturedLog.TakeLines(), Shows);
        Assert.DoesNotContain(_deadLetters, letter => Shows($"{letter}"));
    }

    /// <summary>Waits until what was on its way is logged and has reached the subscriber, whose mailbox is in order.</summary>
    private async Task SettleAsync()
    {
        await CapturedLog.SettleAsync(_system);
        await _subscriber.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromMinutes(1));
    }

    private bool Shows(string text) => Guids().Matches(text).Any(match => _drawn.ContainsKey(match.Value));

    private string Draw()
    {
        var id = Guid.NewGuid().ToString();
        _drawn.TryAdd(id, true);
        return id;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Guids();

    private sealed class DeadLetters(ConcurrentQueue<object> letters) : UntypedActor
    {
        protected override void OnReceive(object message) => letters.Enqueue(message);
    }
}
