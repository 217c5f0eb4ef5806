using System.Diagnostics.CodeAnalysis;
using System.Text;
using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.State;

/// <summary>A request's <see cref="ISession"/>: what it has read, and what it has changed since; only the changes are written.</summary>
/// <remarks>
/// So of two requests at once that change different values both are kept, and what another one removed stays removed. The values live in the session that
/// signs the user in, where somebody is; else in a session that is nobody's.
/// </remarks>
internal sealed class JamSessionState : ISession, ISessionFeature, IMovesAtSignIn
{
    private readonly HttpContext _http;
    private readonly AnonymousSessions _anonymous;
    private readonly JamSessionStateOptions _options;
    private readonly ILogger _log;

    private readonly StateChanges _changes = new();
    private StatePlace? _place;
    private string? _signedIn, _anonymousId, _leftId;

    public JamSessionState(HttpContext http, AnonymousSessions anonymous, JamSessionStateOptions options, ILogger log)
    {
        (_http, _anonymous, _options, _log) = (http, anonymous, options, log);
        Session = this;
    }

    public ISession Session { get; set; }

    public bool IsAvailable => true;

    /// <summary>The session's handle; empty for a visitor who has none yet.</summary>
    public string Id => Place.Handle;

    public IEnumerable<string> Keys => Values.Keys;

    /// <summary>Where the values are. Signing in or out changes that, and changes that were meant for another place are not for the new one.</summary>
    private StatePlace Place
    {
        get
        {
            var signedIn = _http.GetJamSession();
            if (_place is null || signedIn?.Handle != _signedIn)
            {
                _changes.Forget();
                _signedIn = signedIn?.Handle;
                _place = signedIn is null ? FindAnonymous() : new StatePlace(signedIn.Handle, StatePlace.ValuesOf(signedIn.AllData));
            }

            return _place;
        }
    }

    private Dictionary<string, byte[]> Values => _changes.Over(Place);

    private bool IsActivity => _http.GetEndpoint()?.Metadata.GetMetadata<NoSessionActivityAttribute>() is null;

    public Task LoadAsync(CancellationToken cancellationToken = default)
    {
        _ = Place;
        return Task.CompletedTask;
    }

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _changes.TryGetValue(Place, key, out value);
    }

    public void Set(string key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > _options.MaxValueBytes)
        {
            throw new SessionDataException($"The value has {value.Length} bytes; JamSessionStateOptions.MaxValueBytes is {_options.MaxValueBytes}.");
        }

        if (Place.Handle.Length == 0)
        {
            RefuseBeginning();
        }

        _changes.Set(key, value);
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes.Remove(Place, key);
    }

    public void Clear()
    {
        _ = Place;
        _changes.Clear();
    }

    /// <summary>A visitor's request is activity, whether it has asked for its session or not. It does not fail for that. Of who is signed in the ticket was read.</summary>
    public async ValueTask SeeAsync()
    {
        if (_place is null && IsActivity && _http.GetJamSession() is null && _anonymous.IdOf(_http) is { } id)
        {
            try
            {
                await _anonymous.FindAsync(id, isActivity: true);
            }
            catch (JamSessionsException)
            {
            }
        }
    }

    /// <remarks>Nobody who goes away gives a change up, so the token has no say.</remarks>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_place is null)
        {
            return;
        }

        try
        {
            await WriteAsync(Place, _http.GetJamSession());
        }
        finally
        {
            // What failed has failed the response, and is not tried again with the page that says so.
            _changes.Forget();
        }
    }

    /// <summary>What goes with an anonymous visitor who signs in. What another user left in the browser does not.</summary>
    public SessionData Move()
    {
        if (_http.GetJamSession() is not null)
        {
            return SessionData.Empty;
        }

        var moved = Values.Where(value => _options.MoveAtSignIn(value.Key)).ToList();
        _leftId = _anonymousId;
        return StatePlace.MembersOf(moved);
    }

    private async Task WriteAsync(StatePlace place, JamSession? signedIn)
    {
        if (signedIn is not null && _leftId is { } left)
        {
            _leftId = null;
            await _anonymous.EndAsync(_http, left);
        }

        var (set, removed) = (_changes.Written(), _changes.RemovedFrom(place));
        if (set.Count == 0 && removed.Count == 0)
        {
            return;
        }

        var values = Values;
        CheckSize(values);
        var members = StatePlace.MembersOf(set);
        try
        {
            if (signedIn is not null)
            {
                await signedIn.PatchAllAsync(members, removed);
            }
            else if (_anonymousId is { } id)
            {
                await _anonymous.Store.Sessions.SendAsync(new PatchSession(id, members, removed));
            }
            else if (set.Count > 0)
            {
                (_anonymousId, place) = await _anonymous.BeginAsync(_http, members);
            }

            _place = place with { Values = values };
        }
        catch (SessionNotFoundException e)
        {
            // A sign-out stays a sign-out.
            _log.LogInformation("jam.sessions: changes of session state were dropped: the session had ended ({Why}) while the request was under way", e.Why);
        }
    }

    /// <remarks>The answer is in memory and there at once, so nobody waits here.</remarks>
    private StatePlace FindAnonymous()
    {
        var id = _anonymous.IdOf(_http);
        var session = id is null ? null : _anonymous.FindAsync(id, IsActivity).AsTask().GetAwaiter().GetResult();
        _anonymousId = session is null ? null : id;
        return session is null ? StatePlace.None : new StatePlace(session.Handle, StatePlace.ValuesOf(session.Data));
    }

    private void RefuseBeginning()
    {
        if (_http.Response.HasStarted)
        {
            throw new InvalidOperationException("The response has started, so no cookie can begin a session any more. Set session values before the first byte is written.");
        }

        _anonymous.RefuseMoreThanCap();
    }

    private void CheckSize(Dictionary<string, byte[]> values)
    {
        var size = values.Sum(static value => (long)Encoding.UTF8.GetByteCount(value.Key) + value.Value.Length);
        if (size > _options.MaxStateBytes)
        {
            throw new SessionDataException($"The session's values come to {size} bytes; JamSessionStateOptions.MaxStateBytes is {_options.MaxStateBytes}.");
        }
    }
}
