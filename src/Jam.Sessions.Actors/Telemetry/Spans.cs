using System.Diagnostics;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>The spans of commands and commits. Nobody's current activity is changed by them: their ends come on other threads.</summary>
internal static class Spans
{
    /// <summary>A commit names so many of its commands, as the limits of most collectors are.</summary>
    public const int MaxLinks = 128;

    private static readonly ActivitySource s_source = new(Names.Source, EngineMeter.Version);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreHeard => s_source.HasListeners();

    /// <summary>Begins the span of a command, under the activity of whoever asks for it; null where nobody wants it.</summary>
    /// <param name="kind">What the command is called.</param>
    /// <param name="tags">Of the store.</param>
    public static Activity? BeginCommand(string kind, TagList tags)
    {
        if (!AreHeard)
        {
            return null;
        }

        tags.Add(Names.CommandTag, kind);
        return Begin(Activity.Current, $"jam.sessions {kind}", tags, links: null);
    }

    /// <summary>Begins the span of a commit, which belongs to no caller; null where none of its commands is recorded.</summary>
    /// <param name="commands">The recorded commands in it.</param>
    /// <param name="tags">Of the store.</param>
    public static Activity? BeginCommit(List<ActivityContext> commands, in TagList tags)
    {
        if (commands.Count == 0)
        {
            return null;
        }

        return Begin(parent: null, "jam.sessions commit", tags, commands.Select(static command => new ActivityLink(command)));
    }

    /// <param name="span">What ends.</param>
    /// <param name="failure">Why it failed; null where it did not.</param>
    public static void End(Activity span, Exception? failure)
    {
        if (failure is not null)
        {
            span.SetTag(Names.ErrorTag, failure.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        }

        // It would make its caller's activity the current one of this thread.
        var current = Activity.Current;
        Listeners.Tell(static span => span.Dispose(), span);
        Activity.Current = current;
    }

    /// <summary>Begins a span, and leaves the current activity as it was.</summary>
    private static Activity? Begin(Activity? parent, string name, in TagList tags, IEnumerable<ActivityLink>? links)
    {
        var current = Activity.Current;
        try
        {
            Activity.Current = parent;
            return s_source.StartActivity(name, ActivityKind.Internal, parentContext: default, tags, links);
        }
        catch (Exception)
        {
            // As in Listeners.
            return null;
        }
        finally
        {
            Activity.Current = current;
        }
    }
}
