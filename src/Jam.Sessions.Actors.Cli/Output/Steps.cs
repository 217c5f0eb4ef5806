using Spectre.Console;

namespace Jam.Sessions.Actors.Cli.Output;

/// <summary>That something goes on which takes a while, and how far it is where that is known: a bar on stderr, where that is a terminal with room for one, and else nothing.</summary>
internal static class Steps
{
    private const int MinWidth = 40;

    /// <param name="terminal">Where.</param>
    /// <param name="isQuiet">Whether a program listens.</param>
    /// <param name="title">What is done.</param>
    /// <param name="work">Does it, and says how much is done, of how much.</param>
    public static T Run<T>(Terminal terminal, bool isQuiet, string title, Func<Action<long, long>, T> work)
    {
        if (isQuiet || !terminal.IsErrorTerminal)
        {
            return work(static (_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return console.Profile.Width < MinWidth ? work(static (_, _) => { }) : WithBar(console, title, work);
    }

    private static T WithBar<T>(IAnsiConsole console, string title, Func<Action<long, long>, T> work)
    {
        using var interruption = Interruption.Undoes(() =>
        {
            console.Cursor.Show();
            console.WriteLine();
        });
        return console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn()).Start(progress =>
        {
            var task = progress.AddTask(title, maxValue: 1);
            task.IsIndeterminate = true;
            return work((done, total) =>
            {
                (task.IsIndeterminate, task.MaxValue, task.Value) = (false, Math.Max(total, 1), done);
            });
        });
    }
}
