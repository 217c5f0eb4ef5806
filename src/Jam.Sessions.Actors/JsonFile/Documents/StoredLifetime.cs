using System.Buffers.Text;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// What goes beyond jam in a document, which jam keeps as it is. In seconds; all but the first only where they are the session's own:
/// <code>
/// "jam_sessions": {"seen": 1795367300.0, "since": 1795367285.5, "idle": 1200.0, "max": null}
/// </code>
/// </summary>
/// <param name="Seen">When the session was last seen, or a while later: Unix seconds.</param>
/// <param name="Since">When its life began; not a number where that is its creation.</param>
/// <param name="Own">The lifetime of its own; null where there is none. A time that is <c>null</c> in the file has no end.</param>
internal readonly record struct StoredLifetime(double Seen, double Since, SessionLifetime? Own)
{
    /// <summary>The most bytes that one takes.</summary>
    public const int MaxLength = 160;

    /// <summary>Writes the value.</summary>
    /// <param name="room">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="session">A session that is timed.</param>
    /// <param name="isExact">Whether the time is the one at which it was seen; else one touch interval later, so that use until then need not be written.</param>
    public static int Write(Span<byte> room, Document session, bool isExact)
    {
        var terms = session.Terms!;
        var seen = UnixTime.FromTicksUp(session.Seen);
        if (!isExact)
        {
            var until = UnixTime.ToWholeSeconds(session.Seen) + terms.TouchSeconds;
            session.Know(until);
            seen = until;
        }

        var length = Copy("{\"seen\": "u8, room);
        length += JsonText.Float(seen, room[length..]).Length;
        if (!double.IsNaN(terms.Since))
        {
            length += Copy(", \"since\": "u8, room[length..]);
            length += JsonText.Float(terms.Since, room[length..]).Length;
        }

        length += WriteOwn(", \"idle\": "u8, terms.Own?.Idle, room[length..]);
        length += WriteOwn(", \"max\": "u8, terms.Own?.Max, room[length..]);
        room[length++] = (byte)'}';
        return length;
    }

    /// <summary>Reads what <see cref="Write"/> wrote, with members in any order; null where a value is nothing of that kind.</summary>
    public static StoredLifetime? Read(ReadOnlySpan<byte> value)
    {
        var scanner = new JsonScanner(value);
        var (seen, since, idle, max) = (double.NaN, double.NaN, (TimeSpan?)null, (TimeSpan?)null);
        if (!scanner.TryTake((byte)'{') || scanner.TryTake((byte)'}'))
        {
            return null;
        }

        do
        {
            var name = DocumentReader.TakeName(ref scanner);
            scanner.Peek();
            var text = scanner.TakeValue();
            var isRead = name.SequenceEqual("seen"u8) ? IsTime(text, out seen)
                : name.SequenceEqual("since"u8) ? IsTime(text, out since)
                : name.SequenceEqual("idle"u8) ? IsLength(text, out idle)
                : name.SequenceEqual("max"u8) && IsLength(text, out max);
            if (!isRead)
            {
                return null;
            }
        }
        while (scanner.TakeCommaOr((byte)'}'));

        return double.IsNaN(seen) ? null : new StoredLifetime(seen, since, idle is null && max is null ? null : new SessionLifetime(idle, max));
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
