using System.Buffers.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// What goes beyond jam in a document, which jam keeps as it is. Times are in seconds; each member only where there is something to say:
/// <code>
/// "jam_sessions": {"id": "LPJN…", "seen": 1795367300.0, "since": 1795367285.5, "idle": 1200.0, "max": null,
///                  "before": {"id": "5Phi…", "until": 1795367310.0, "next": "q83v…"}}
/// </code>
/// </summary>
/// <param name="Digest">Of the session id, in the place of <c>session_id</c>, where ids are hashed; else null.</param>
/// <param name="Seen">When the session was last seen, or a while later: Unix seconds; not a number where nobody asks.</param>
/// <param name="Since">When its life began; not a number where that is its creation.</param>
/// <param name="Own">The lifetime of its own; null where there is none. A time that is <c>null</c> in the file has no end.</param>
/// <param name="Before">The id before the last rework, where that is remembered; else null.</param>
internal readonly record struct StoredExtra(string? Digest, double Seen, double Since, SessionLifetime? Own, Predecessor? Before)
{
    private const int MaxFixedLength = 320;

    public static readonly StoredExtra None = new(Digest: null, double.NaN, double.NaN, Own: null, Before: null);

    /// <summary>Whether there is anything to write.</summary>
    public bool IsEmpty => Digest is null && double.IsNaN(Seen) && Before is null;

    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public int MaxLength => MaxFixedLength + (Before?.Successor is { } successor ? Base64Url.GetEncodedLength(successor.Length) : 0);

    /// <summary>What is to be said of a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="ids">How ids are kept.</param>
    /// <param name="isExact">Whether the time is the one at which it was seen; else one touch interval later, so that use until then need not be written.</param>
    /// <param name="now">UTC ticks: what helps an id to work on is not written once it works no more.</param>
    public static StoredExtra Of(Document session, StoredIds ids, bool isExact, long now)
    {
        var digest = ids.AreHashed && session.Id.Length > 0 ? session.Id : null;
        session.Before?.WorksAt(now);
        if (session.Terms is not { } terms)
        {
            return None with { Digest = digest, Before = session.Before };
        }

        var seen = UnixTime.FromTicksUp(session.Seen);
        if (!isExact)
        {
            var until = UnixTime.ToWholeSeconds(session.Seen) + terms.TouchSeconds;
            session.Know(until);
            seen = until;
        }

        return new StoredExtra(digest, seen, terms.Since, terms.Own, session.Before);
    }

    /// <summary>Writes the value: the same bytes for what <see cref="Read"/> made of them.</summary>
    /// <param name="room">At least <see cref="MaxLength"/> bytes.</param>
    public int Write(Span<byte> room)
    {
        var length = 0;
        if (Digest is not null)
        {
            length += WriteDigest("{\"id\": "u8, Digest, room);
        }

        length += WriteSeconds(length == 0 ? "{\"seen\": "u8 : ", \"seen\": "u8, Seen, room[length..]);
        length += WriteSeconds(", \"since\": "u8, Since, room[length..]);
        length += WriteOwn(", \"idle\": "u8, Own?.Idle, room[length..]);
        length += WriteOwn(", \"max\": "u8, Own?.Max, room[length..]);
        if (Before is not null)
        {
            length += WriteBefore(length == 0 ? "{\"before\": "u8 : ", \"before\": "u8, Before, room[length..]);
        }

        room[length++] = (byte)'}';
        return length;
    }

    /// <summary>Reads what <see cref="Write"/> wrote, with members in any order; null where a value is nothing of that kind.</summary>
    public static StoredExtra? Read(ReadOnlySpan<byte> value)
    {
        var scanner = new JsonScanner(value);
        var (digest, seen, since, idle, max, before) = ((string?)null, double.NaN, double.NaN, (TimeSpan?)null, (TimeSpan?)null, (Predecessor?)null);
        if (!scanner.TryTake((byte)'{') || scanner.TryTake((byte)'}'))
        {
            return null;
        }

        do
        {
            var name = DocumentReader.TakeName(ref scanner);
            scanner.Peek();
            var text = scanner.TakeValue();
            var isRead = name.SequenceEqual("id"u8) ? IsDigest(text, out digest)
                : name.SequenceEqual("seen"u8) ? IsTime(text, out seen)
                : name.SequenceEqual("since"u8) ? IsTime(text, out since)
                : name.SequenceEqual("idle"u8) ? IsLength(text, out idle)
                : name.SequenceEqual("max"u8) ? IsLength(text, out max)
                : name.SequenceEqual("before"u8) && IsBefore(text, out before);
            if (!isRead)
            {
                return null;
            }
        }
        while (scanner.TakeCommaOr((byte)'}'));

        var extra = new StoredExtra(digest, seen, since, idle is null && max is null ? null : new SessionLifetime(idle, max), before);
        return extra.IsEmpty || (double.IsNaN(seen) && (extra.Own is not null || !double.IsNaN(since))) ? null : extra;
    }

    private static int WriteDigest(ReadOnlySpan<byte> name, string digest, Span<byte> room)
    {
        var length = Copy(name, room);
        room[length++] = (byte)'"';
        length += StoredIds.WriteText(digest, room[length..]);
        room[length++] = (byte)'"';
        return length;
    }

    private static int WriteSeconds(ReadOnlySpan<byte> name, double seconds, Span<byte> room)
    {
        if (double.IsNaN(seconds))
        {
            return 0;
        }

        var length = Copy(name, room);
        return length + JsonText.Float(seconds, room[length..]).Length;
    }

    private static int WriteOwn(ReadOnlySpan<byte> name, TimeSpan? time, Span<byte> room)
    {
        if (time is not { } own)
        {
            return 0;
        }

        var length = Copy(name, room);
        return own == Timeout.InfiniteTimeSpan
            ? length + Copy("null"u8, room[length..])
            : length + JsonText.Float(own.TotalSeconds, room[length..]).Length;
    }

    private static int WriteBefore(ReadOnlySpan<byte> name, Predecessor before, Span<byte> room)
    {
        var length = Copy(name, room);
        length += WriteDigest("{\"id\": "u8, before.Digest, room[length..]);
        length += WriteSeconds(", \"until\": "u8, before.Until, room[length..]);
        if (before.Successor is { } successor)
        {
            length += Copy(", \"next\": \""u8, room[length..]);
            length += Base64Url.EncodeToUtf8(successor, room[length..]);
            room[length++] = (byte)'"';
        }

        room[length++] = (byte)'}';
        return length;
    }

    private static bool IsDigest(ReadOnlySpan<byte> text, out string? digest)
    {
        digest = text is [(byte)'"', .., (byte)'"'] ? StoredIds.ReadText(text[1..^1]) : null;
        return digest is not null;
    }

    private static bool IsBefore(ReadOnlySpan<byte> value, out Predecessor? before)
    {
        before = null;
        var scanner = new JsonScanner(value);
        var (digest, until, successor) = ((string?)null, double.NaN, (byte[]?)null);
        if (!scanner.TryTake((byte)'{') || scanner.TryTake((byte)'}'))
        {
            return false;
        }

        do
        {
            var name = DocumentReader.TakeName(ref scanner);
            scanner.Peek();
            var text = scanner.TakeValue();
            var isRead = name.SequenceEqual("id"u8) ? IsDigest(text, out digest)
                : name.SequenceEqual("until"u8) ? IsTime(text, out until)
                : name.SequenceEqual("next"u8) && IsSealed(text, out successor);
            if (!isRead)
            {
                return false;
            }
        }
        while (scanner.TakeCommaOr((byte)'}'));

        before = digest is null || double.IsNaN(until) ? null : new Predecessor(digest, until, successor);
        return before is not null;
    }

    private static bool IsSealed(ReadOnlySpan<byte> text, out byte[]? successor)
    {
        successor = text is [(byte)'"', .., (byte)'"'] && Base64Url.IsValid(text[1..^1]) ? Base64Url.DecodeFromUtf8(text[1..^1]) : null;
        return successor is not null;
    }

    private static bool IsTime(ReadOnlySpan<byte> text, out double seconds) =>
        Utf8Parser.TryParse(text, out seconds, out var length) && length == text.Length && UnixTime.ToDateTimeOffset(seconds) is not null;

    private static bool IsLength(ReadOnlySpan<byte> text, out TimeSpan? time)
    {
        time = Timeout.InfiniteTimeSpan;
        if (text.SequenceEqual("null"u8))
        {
            return true;
        }

        if (!Utf8Parser.TryParse(text, out double seconds, out var length) || length != text.Length || !(seconds > 0 && seconds <= SessionLifetime.Longest.TotalSeconds))
        {
            return false;
        }

        // To the tick, where TimeSpan.FromSeconds may round to one below what was given.
        time = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return SessionLifetime.IsValid(time.Value);
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> room)
    {
        text.CopyTo(room);
        return text.Length;
    }
}
