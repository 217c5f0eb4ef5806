using Spectre.Console;

namespace Jam.Sessions.Actors.Cli.Output;

/// <summary>Rows under names, for people. Every cell is made safe here, and none is read as markup.</summary>
internal sealed class SafeTable(Terminal terminal, bool hasHeaders, params string[] columns)
{
    // So much of a key stands in a table; --json has all of it.
    private const int MaxCell = 64;

    // A row is one line, however narrow the terminal: a handle in two pieces cannot be copied.
    private const int Wide = 1000;

    private readonly Table _table = NewTable(hasHeaders, columns);

    public int Count => _table.Rows.Count;

    public void Add(params string?[] cells) => _table.AddRow(cells.Select(cell => new Text(SafeText.Of(cell ?? "–", MaxCell))));

    public void Write()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Wide;
        console.Write(_table);
        foreach (var line in text.ToString().AsSpan().TrimEnd().EnumerateLines())
        {
            terminal.Out.WriteLine(line.TrimEnd());
        }
    }

    private static Table NewTable(bool hasHeaders, string[] columns)
    {
        var table = new Table { Border = hasHeaders ? TableBorder.Simple : TableBorder.None, ShowHeaders = hasHeaders };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = true });
        }

        return table;
    }
}
