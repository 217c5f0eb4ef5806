namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>What one session may be: under which id, and with which version of its data.</summary>
/// <remarks>
/// A value is possible from the begin of the change that brings it until another change that replaced it for certain was acknowledged. What a change with
/// an unknown outcome brings stays possible for as long as that change may still happen: a change names the session by its id, so it
/// can no longer happen once the session has another one. Its own lock is the one of its <see cref="KeyLedger"/>.
/// </remarks>
internal sealed class LedgerSession(long number, string key)
{
    private static readonly Place s_absent = new(Id: null, IsAlive: false);

    private readonly List<Possible<int>> _versions = [];
    private readonly List<Possible<Place>> _places = [new(s_absent, begin: 0, target: null) { IsDone = true }];

    public long Number => number;

    public string Key => key;

    /// <summary>The id that a client would use; null where none is known to be alive.</summary>
    public string? Id { get; private set; }

    /// <summary>The highest version that was tried.</summary>
    public int LastVersion { get; private set; }

    /// <summary>When a change was acknowledged after which it cannot be alive; <see cref="Clock.Never"/> where there was none.</summary>
    public long EndedAt { get; private set; } = Clock.Never;

    /// <summary>Whether a change of it has an unknown outcome that may still matter.</summary>
    public bool IsInDoubt => _versions.Any(version => !version.IsDone && version.Over == Clock.Never) || _places.Any(place => !place.IsDone && place.Over == Clock.Never);

    private bool IsCreated { get; set; }

    /// <summary>A change is about to be sent.</summary>
    public Change Begin(ChangeKind kind)
    {
        var begin = Clock.Next();
        var target = kind is ChangeKind.Create or ChangeKind.Clear ? null : Id;
        var change = new Change(kind, this, target, begin);
        if (kind is ChangeKind.Create or ChangeKind.Update)
        {
            change.Version = new Possible<int>(++LastVersion, begin, target);
            _versions.Add(change.Version);
        }

        if (kind is not ChangeKind.Update)
        {
            change.Place = new Possible<Place>(kind is ChangeKind.Create or ChangeKind.Rework ? new Place(Id: null, IsAlive: true) : s_absent, begin, target);
            _places.Add(change.Place);
        }

        return change;
    }

    /// <summary>It was acknowledged.</summary>
    /// <param name="change">The change.</param>
    /// <param name="id">The id that a create or rework gave.</param>
    /// <param name="now">When.</param>
    public void Acknowledge(Change change, string? id, long now)
    {
        if (change.Version is { } version)
        {
            // A change by another id than this one is over: that id was dead before.
            End(_versions, other => other != version && (other.IsDone || other.Target != change.Target), now);
            version.IsDone = true;
        }

        if (change.Place is not { } place)
        {
            return;
        }

        place.Value = place.Value with { Id = id };
        place.IsDone = true;
        IsCreated |= change.Kind == ChangeKind.Create;
        Id = id;
        if (id is null && !IsCreated)
        {
            // A clear, and the create whose outcome is unknown may come after it.
            return;
        }

        EndedAt = id is null ? now : EndedAt;
        End(_places, other => other != place && (id is null || other.IsDone || (other.Target is not null && other.Target == change.Target)), now);
    }

    /// <summary>It was refused, and so it changed nothing.</summary>
    public void Refuse(Change change)
    {
        _versions.RemoveAll(version => version == change.Version);
        _places.RemoveAll(place => place == change.Place);
    }

    /// <summary>The session was not found where it may have been: whatever it is now, this id is no use.</summary>
    public void Forget(string id, long now)
    {
        End(_places, place => place.Value.Id == id, now);
        Id = Id == id ? null : Id;
    }

    /// <summary>A version was read while nothing was under way, so it has been written.</summary>
    public void Settle(int version, long now)
    {
        if (_versions.Find(entry => entry.Value == version) is { IsDone: false } found)
        {
            End(_versions, other => other != found && other.IsDone, now);
            found.IsDone = true;
        }
    }

    /// <summary>Whether an answer that was given in this time may be that there is a session with this id.</summary>
    public bool MayHave(string id, long begin, long end) => _places.Exists(place => place.IsPossible(begin, end) && place.Value.IsAlive && place.Value.Id == id);

    /// <summary>Whether it may be that there is none.</summary>
    public bool MayLack(string id, long begin, long end) => _places.Exists(place => place.IsPossible(begin, end) && !(place.Value.IsAlive && place.Value.Id == id));

    public bool MayLive(long begin, long end) => _places.Exists(place => place.IsPossible(begin, end) && place.Value.IsAlive);

    public bool MayBeGone(long begin, long end) => _places.Exists(place => place.IsPossible(begin, end) && !place.Value.IsAlive);

    public bool MayHold(int version, long begin, long end) => _versions.Exists(entry => entry.Value == version && entry.IsPossible(begin, end));

    public override string ToString() =>
        $"session {number} of {key}: versions {string.Join(", ", _versions.TakeLast(4))}; places {string.Join(", ", _places.TakeLast(4))}";

    private static void End<T>(List<Possible<T>> entries, Predicate<Possible<T>> which, long now)
    {
        foreach (var entry in entries.Where(entry => which(entry)))
        {
            entry.Over = Math.Min(entry.Over, now);
        }
    }
}

/// <summary>Where a session is.</summary>
/// <param name="Id">The id; null where it has none that anybody was told.</param>
/// <param name="IsAlive">Whether there is one.</param>
internal sealed record Place(string? Id, bool IsAlive);

/// <summary>Something that a session may be for a time.</summary>
/// <param name="value">What.</param>
/// <param name="begin">From when on.</param>
/// <param name="target">The id by which the change named the session; null where it named it otherwise.</param>
internal sealed class Possible<T>(T value, long begin, string? target)
{
    private readonly long _begin = begin;

    public T Value { get; set; } = value;

    public string? Target => target;

    /// <summary>Whether the change that brought it has happened for certain.</summary>
    public bool IsDone { get; set; }

    public long Over { get; set; } = Clock.Never;

    /// <summary>Whether it may have been so at a moment of this time.</summary>
    public bool IsPossible(long from, long until) => _begin < until && Over > from;

    public override string ToString() => $"{Value} [{_begin}, {(Over == Clock.Never ? "" : Over)}){(IsDone ? "" : "?")}";
}

internal enum ChangeKind
{
    Create,
    Update,
    Rework,
    Delete,
    Clear,
}

/// <summary>A change of one session that was sent.</summary>
internal sealed record Change(ChangeKind Kind, LedgerSession Session, string? Target, long Begin)
{
    public Possible<int>? Version { get; set; }

    public Possible<Place>? Place { get; set; }
}
