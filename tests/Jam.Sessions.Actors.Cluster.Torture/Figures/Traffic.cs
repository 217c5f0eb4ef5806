using System.Diagnostics;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Figures;

/// <summary>Every call of the writers and readers, by key: who has been waiting since when, and what the event under way costs them.</summary>
internal sealed class Traffic
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Key, bool IsRead), Line> _lines = [];
    private readonly Dictionary<string, string> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unexpected = new(StringComparer.Ordinal);
    private Window? _window;

    public long Calls { get; private set; }

    /// <summary>Exceptions that no caller should see, by name.</summary>
    public string Unexpected
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", _unexpected.Select(entry => $"{entry.Value} {entry.Key}"));
            }
        }
    }

    /// <summary>From now on calls count for this event.</summary>
    /// <param name="kind">The name of the event.</param>
    /// <param name="owned">Beginnings of ids of the keys that the node which it strikes owns; null or empty: it strikes all keys.</param>
    public Window Open(string kind, IReadOnlyCollection<string>? owned)
    {
        lock (_lock)
        {
            var keys = _tags.Where(tag => owned?.Any(beginning => tag.Value.StartsWith(beginning, StringComparison.Ordinal)) ?? false)
                .Select(tag => tag.Key)
                .ToHashSet(StringComparer.Ordinal);
            return _window = new Window(kind, keys.Count == 0 ? null : keys.Contains);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _window = null;
        }
    }

    /// <summary>Every key has had an answer to a read and to a change that began after this time.</summary>
    public bool IsSettledSince(long timestamp)
    {
        lock (_lock)
        {
            return _lines.Where(line => line.Key.Key.StartsWith("own-", StringComparison.Ordinal)).All(line => line.Value.LastAnswered > timestamp);
        }
    }

    /// <summary>Keys that have not.</summary>
    public IReadOnlyList<string> WaitingSince(long timestamp)
    {
        lock (_lock)
        {
            return [.. _lines.Where(line => line.Value.LastAnswered <= timestamp).Select(line => $"{line.Key.Key} {(line.Key.IsRead ? "reads" : "changes")}")];
        }
    }

    public void Begin(string key, bool isRead)
    {
        lock (_lock)
        {
            LineOf(key, isRead).WaitingSince ??= Stopwatch.GetTimestamp();
        }
    }

    public void End(string key, bool isRead, long begin, Reply reply)
    {
        var end = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            Calls++;
            var line = LineOf(key, isRead);
            var waiting = Stopwatch.GetElapsedTime(line.WaitingSince ?? begin, end);
            if (reply.Answer is Answer.Ok or Answer.Missing or Answer.Conflict)
            {
                (line.WaitingSince, line.LastAnswered) = (null, begin);
                _window?.Answered(key, isRead, waiting, end);
                if (!isRead && reply.Value?.IndexOf('.') is > 0 and { } dot && !_tags.ContainsKey(key))
                {
                    _tags[key] = reply.Value[..dot];
                }
            }
            else if (reply.Answer == Answer.Unexpected)
            {
                _unexpected[reply.Value!] = _unexpected.GetValueOrDefault(reply.Value!) + 1;
            }

            _window?.Ended(isRead, begin, end, reply);
        }
    }

    private Line LineOf(string key, bool isRead) => _lines.TryGetValue((key, isRead), out var line) ? line : _lines[(key, isRead)] = new Line();

    private sealed class Line
    {
        /// <summary>The begin of the first call since the last answer.</summary>
        public long? WaitingSince { get; set; }

        /// <summary>The begin of the last call that was answered.</summary>
        public long LastAnswered { get; set; }
    }
}
