using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Torture.Hour;

/// <summary>The hour as a page: what was typed when, and what was answered. Its clock is faster than ours.</summary>
internal sealed class Transcript(Shell shell, TimeSpan length, Func<string, string> withoutPlaces, TextWriter watcher)
{
    private const int MaxLines = 24, MaxWidth = 400;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StringBuilder _page = new();
    private bool _isInBlock;

    /// <summary>How far the hour is.</summary>
    private TimeSpan Now => _clock.Elapsed * (s_hour / length);

    /// <summary>Waits for a minute of the hour, if that is not over, and begins a section.</summary>
    public async Task AtAsync(int minute, string title)
    {
        var wait = TimeSpan.FromMinutes(minute) - Now;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait * (length / s_hour));
        }

        Say($"## {Time(wait > TimeSpan.Zero ? TimeSpan.FromMinutes(minute) : Now)} {title}");
    }

    /// <summary>Text between commands.</summary>
    public void Say(string words)
    {
        if (_isInBlock)
        {
            _page.Append("```\n\n");
        }

        _isInBlock = false;
        _page.Append(words).Append("\n\n");
        watcher.WriteLine($"\n{words}\n");
    }

    /// <summary>Types a command.</summary>
    /// <returns>What was answered.</returns>
    /// <exception cref="UnexpectedAnswer">It ended with another code than it should.</exception>
    public async Task<string> TypeAsync(string command, int code = 0)
    {
        if (!_isInBlock)
        {
            _page.Append("```console\n");
            _isInBlock = true;
        }

        Write($"{Time(Now)} $ {command}");
        var (ended, lines) = await shell.RunAsync(command);
        foreach (var line in lines.Take(MaxLines))
        {
            Write(line.Length > MaxWidth ? $"{line[..MaxWidth]}…" : line);
        }

        if (lines.Count > MaxLines)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"… {lines.Count - MaxLines} more lines"));
        }

        if (ended != 0)
        {
            Write($"(exit code {ended})");
        }

        return ended == code ? string.Join('\n', lines) : throw new UnexpectedAnswer($"{command}\nended with {ended} instead of {code}");
    }

    /// <summary>The page, with what stands in front of it.</summary>
    public string Page(string preface)
    {
        if (_isInBlock)
        {
            _page.Append("```\n");
        }

        return $"{preface}\n{_page}".TrimEnd() + "\n";
    }

    private static string Time(TimeSpan now) => string.Create(CultureInfo.InvariantCulture, $"{(int)now.TotalMinutes:00}:{now.Seconds:00}");

    private void Write(string line)
    {
        var shown = withoutPlaces(line).TrimEnd();
        _page.Append(shown).Append('\n');
        watcher.WriteLine(shown);
    }
}

/// <summary>The hour did not go as it should.</summary>
internal sealed class UnexpectedAnswer(string message) : Exception(message);
