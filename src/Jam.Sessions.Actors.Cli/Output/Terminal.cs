namespace Jam.Sessions.Actors.Cli.Output;

/// <summary>Where the tool writes and asks: the process's own, or a test's.</summary>
internal sealed class Terminal
{
    // Two tools share this file, and each is called as its program is.
    private static readonly string s_tool = typeof(Terminal).Assembly.GetName().Name!;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether somebody looks at the errors: only then a bar is drawn.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Asks for a secret, which is not shown, and gets null where none is given; null where there is nobody to ask.</summary>
    public Func<string, string?>? Ask { get; init; }

    public static Terminal OfProcess() => new()
    {
        // A long list into a file or a pipe: not a call for each line.
        Out = Console.IsOutputRedirected ? new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16) : Console.Out,
        Error = Console.Error,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Ask = Console.IsInputRedirected || Console.IsErrorRedirected ? null : AskOnConsole,
    };

    /// <summary>One line of ours, which may have foreign text in it.</summary>
    public void Say(string line) => Out.WriteLine(SafeText.OfLines(line));

    public void Complain(string message) => Error.WriteLine($"{s_tool}: {SafeText.OfLines(message)}");

    private static string? AskOnConsole(string question)
    {
        Console.Error.Write($"{SafeText.OfLines(question)} Or type it here: ");
        var secret = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                secret.Length = Math.Max(0, secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return secret.Length > 0 ? secret.ToString() : null;
    }
}
