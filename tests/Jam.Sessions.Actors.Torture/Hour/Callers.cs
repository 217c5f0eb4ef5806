using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Jam.Sessions.Actors.Torture.Hour;

/// <summary>The load: callers who sign in, keep notes, read them and sign out, at a steady pace, and remember what was acknowledged.</summary>
internal sealed class Callers(HttpClient backend, int count, TimeSpan pace) : IDisposable
{
    // A session lives for about so many requests. Most end signed out, the others stay.
    private const int Life = 24, OneStaysOf = 4;

    private readonly ConcurrentQueue<CallersSession> _sessions = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly CancellationTokenSource _end = new();
    private Task _all = Task.CompletedTask;
    private int _answered, _refused, _absent;
    private long _lastAnswer, _longestGap;

    /// <summary>What a caller was told that cannot be right.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>The cookies that were issued.</summary>
    public IEnumerable<string> Cookies => _sessions.Select(session => session.Cookie);

    public void Start() => _all = Task.WhenAll(Enumerable.Range(0, count).Select(caller => Task.Run(() => CallAsync(new Random(caller)))));

    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _all;
    }

    /// <summary>What they met since this was asked last.</summary>
    public string Since()
    {
        var gap = TimeSpan.FromSeconds((double)Interlocked.Exchange(ref _longestGap, 0) / Stopwatch.Frequency);
        var (answered, refused, absent) = (Interlocked.Exchange(ref _answered, 0), Interlocked.Exchange(ref _refused, 0), Interlocked.Exchange(ref _absent, 0));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"**The callers** since then: {answered:N0} requests answered as they should be, {refused:N0} changes refused with 503, {absent:N0} that found nobody; the longest time without an answer to anybody was {gap.TotalSeconds:0.0} s of the clock. Wrong answers: {_faults.Count}.");
    }

    /// <summary>What is known of each session at this moment.</summary>
    public IReadOnlyDictionary<CallersSession, Known> Ledger() => _sessions.ToDictionary(session => session, session => session.Known);

    /// <summary>Asks a backend for every session, and compares the answers to what was acknowledged.</summary>
    /// <param name="asked">The backend.</param>
    /// <param name="before">What must be in it.</param>
    /// <param name="after">What may be in it.</param>
    /// <returns>How many live, and how many are gone.</returns>
    public async Task<(int Live, int Gone)> CheckAsync(HttpClient asked, IReadOnlyDictionary<CallersSession, Known> before, IReadOnlyDictionary<CallersSession, Known> after)
    {
        var (live, gone) = (0, 0);
        foreach (var (session, least) in before)
        {
            using var answer = await SendAsync(asked, HttpMethod.Get, "/api/me", session.Cookie);
            var isRight = answer.StatusCode switch
            {
                HttpStatusCode.OK => least.MayLive && await NotesOf(answer) is var notes && notes >= least.Notes && notes <= after[session].MostNotes,
                HttpStatusCode.Unauthorized => after[session].MayBeGone,
                _ => false,
            };
            (live, gone) = answer.IsSuccessStatusCode ? (live + 1, gone) : (live, gone + 1);
            if (!isRight)
            {
                _faults.Enqueue($"a session with {least} was answered {(int)answer.StatusCode}");
            }
        }

        return (live, gone);
    }

    public void Dispose() => _end.Dispose();

    private async Task CallAsync(Random random)
    {
        using var timer = new PeriodicTimer(pace);
        CallersSession? session = null;
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                session = session is null ? await SignInAsync(random)
                    : random.Next(Life) > 0 ? await UseAsync(session, random)
                    : random.Next(OneStaysOf) > 0 ? await SignOutAsync(session)
                    : null;
            }
        }
        catch (OperationCanceledException)
        {
            // The hour is over.
        }
    }

    private async Task<CallersSession?> SignInAsync(Random random)
    {
        using var answer = await TryAsync(HttpMethod.Post, "/api/sign-in", null, new { user = random.Next(2) == 0 ? "ann" : "bob", password = "correct horse" });
        if (answer is null || !Expect(answer, HttpStatusCode.OK))
        {
            return null;
        }

        var session = new CallersSession(string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
        _sessions.Enqueue(session);
        return session;
    }

    private async Task<CallersSession?> UseAsync(CallersSession session, Random random)
    {
        if (random.Next(2) == 0)
        {
            using var read = await TryAsync(HttpMethod.Get, "/api/me", session.Cookie, null);
            if (read is not null && Expect(read, HttpStatusCode.OK) && await NotesOf(read) is var notes && !(notes >= session.Known.Notes && notes <= session.Known.MostNotes))
            {
                _faults.Enqueue($"a session with {session.Known} was read with {notes}");
            }

            return session;
        }

        var before = session.Known;
        session.Known = before with { IsNoteInDoubt = true };
        using var answer = await TryAsync(HttpMethod.Put, "/api/me", session.Cookie, new { notes = before.Notes + 1, last = new string('x', random.Next(300)) });
        session.Known = answer is null ? session.Known : Expect(answer, HttpStatusCode.NoContent) ? before with { Notes = before.Notes + 1, IsNoteInDoubt = false } : before;
        return session;
    }

    private async Task<CallersSession?> SignOutAsync(CallersSession session)
    {
        var before = session.Known;
        session.Known = before with { IsEndInDoubt = true };
        using var answer = await TryAsync(HttpMethod.Post, "/api/sign-out", session.Cookie, null);
        session.Known = answer is null ? session.Known : Expect(answer, HttpStatusCode.OK) ? before with { IsEnded = true } : before;
        return session.Known.MayBeGone ? null : session;
    }

    /// <summary>Whether the answer is the one for what was done; a refusal, which changes nothing, is no fault.</summary>
    private bool Expect(HttpResponseMessage answer, HttpStatusCode expected)
    {
        if (answer.StatusCode == expected)
        {
            Interlocked.Increment(ref _answered);
            return true;
        }

        Interlocked.Increment(ref _refused);
        if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            _faults.Enqueue($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} was answered {(int)answer.StatusCode}");
        }

        return false;
    }

    /// <summary>Null where there was no answer: nobody knows then whether it was done.</summary>
    private async Task<HttpResponseMessage?> TryAsync(HttpMethod method, string path, string? cookie, object? body)
    {
        try
        {
            var answer = await SendAsync(backend, method, path, cookie, body);
            Answered();
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            Interlocked.Increment(ref _absent);
            return null;
        }
    }

    private void Answered()
    {
        var now = Stopwatch.GetTimestamp();
        var last = Interlocked.Exchange(ref _lastAnswer, now);
        if (last > 0 && now - last > Volatile.Read(ref _longestGap))
        {
            Volatile.Write(ref _longestGap, now - last);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient backend, HttpMethod method, string path, string? cookie, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await backend.SendAsync(request);
    }

    private static async Task<int> NotesOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data") is var data && data.TryGetProperty("notes", out var notes) ? notes.GetInt32() : 0;
}

/// <summary>A session as the caller knows it who has its cookie.</summary>
internal sealed class CallersSession(string cookie)
{
    public string Cookie => cookie;

    public Known Known { get; set; } = new(0);
}

/// <summary>What was acknowledged of a session, and what nobody knows since no answer came.</summary>
/// <param name="Notes">The note that was acknowledged last; they are counted.</param>
/// <param name="IsNoteInDoubt">Whether the next one was sent, and not answered.</param>
/// <param name="IsEnded">Whether a sign-out was acknowledged.</param>
/// <param name="IsEndInDoubt">Whether one was sent, and not answered.</param>
internal sealed record Known(int Notes, bool IsNoteInDoubt = false, bool IsEnded = false, bool IsEndInDoubt = false)
{
    public int MostNotes => IsNoteInDoubt ? Notes + 1 : Notes;

    public bool MayLive => !IsEnded;

    public bool MayBeGone => IsEnded || IsEndInDoubt;
}
