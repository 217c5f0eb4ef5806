using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Benchmarks.Plots;

/// <summary>One line of a chart.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over two logarithmic axes, as SVG. Each line is named at its end and in the legend.</summary>
internal sealed class LogLogChart(string xTitle, string yTitle, IReadOnlyList<Series> series)
{
    private const int Width = 860, Height = 520, Left = 80, Top = 30, PlotWidth = 560, PlotHeight = 420, LabelHeight = 15, CharacterWidth = 7;

    private static readonly string[] Colours = ["#1b6ca8", "#d1495b", "#2e933c", "#8f5db7", "#e08e0b", "#4a4e69", "#00897b", "#795548"];

    private readonly StringBuilder _svg = new();
    private readonly double[] _xs = [.. series.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
    private readonly int _lowest = series.SelectMany(line => line.Points).Min(point => (int)Math.Floor(Math.Log10(point.Y)));
    private readonly int _highest = series.SelectMany(line => line.Points).Max(point => (int)Math.Ceiling(Math.Log10(point.Y)));

    public string ToSvg()
    {
        _svg.Clear();
        Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        Add($"""<rect width="{Width}" height="{Height}" fill="white"/>""");
        DrawAxes();
        DrawLines();
        DrawLegend();
        Add($"</svg>");
        return _svg.ToString();
    }

    private void DrawAxes()
    {
        for (var decade = _lowest; decade <= _highest; decade++)
        {
            var y = Y(Math.Pow(10, decade));
            Add($"""<line x1="{Left}" x2="{Left + PlotWidth}" y1="{y:0.0}" y2="{y:0.0}" stroke="#ccc"/>""");
            Add($"""<text x="{Left - 8}" y="{y + 4:0.0}" text-anchor="end">{Short(Math.Pow(10, decade))}</text>""");
            for (var step = 2; step < 10 && decade < _highest; step++)
            {
                var minor = Y(step * Math.Pow(10, decade));
                Add($"""<line x1="{Left}" x2="{Left + PlotWidth}" y1="{minor:0.0}" y2="{minor:0.0}" stroke="#f0f0f0"/>""");
            }
        }

        foreach (var x in _xs)
        {
            Add($"""<line x1="{X(x):0.0}" x2="{X(x):0.0}" y1="{Top}" y2="{Top + PlotHeight}" stroke="#ddd"/>""");
            Add($"""<text x="{X(x):0.0}" y="{Top + PlotHeight + 18}" text-anchor="middle">{Short(x)}</text>""");
        }

        Add($"""<rect x="{Left}" y="{Top}" width="{PlotWidth}" height="{PlotHeight}" fill="none" stroke="#888"/>""");
        Add($"""<text x="{Left + PlotWidth / 2}" y="{Height - 22}" text-anchor="middle">{xTitle}</text>""");
        Add($"""<text transform="translate(20 {Top + PlotHeight / 2}) rotate(-90)" text-anchor="middle">{yTitle}</text>""");
    }

    private void DrawLines()
    {
        var labelY = double.NegativeInfinity;
        foreach (var (line, colour) in series.Zip(Colours).Where(s => s.First.Points.Count > 0).OrderBy(s => Y(s.First.Points[^1].Y)))
        {
            var points = string.Join(' ', line.Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.0},{Y(point.Y):0.0}")));
            Add($"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            foreach (var (x, y) in line.Points)
            {
                Add($"""<circle cx="{X(x):0.0}" cy="{Y(y):0.0}" r="3.5" fill="{colour}"><title>{line.Name}: {y:N0}</title></circle>""");
            }

            // Names stand beside the ends of their lines, and as far below as the one above needs.
            var end = Y(line.Points[^1].Y);
            labelY = Math.Max(end + 4, labelY + LabelHeight);
            Add($"""<line x1="{Left + PlotWidth}" x2="{Left + PlotWidth + 14}" y1="{end:0.0}" y2="{labelY - 4:0.0}" stroke="{colour}"/>""");
            Add($"""<text x="{Left + PlotWidth + 18}" y="{labelY:0.0}" fill="{colour}">{line.Name} ({Short(line.Points[^1].Y)})</text>""");
        }
    }

    private void DrawLegend()
    {
        var x = Left;
        foreach (var (line, colour) in series.Zip(Colours))
        {
            Add($"""<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>""");
            Add($"""<text x="{x + 17}" y="18">{line.Name}</text>""");
            x += 34 + CharacterWidth * line.Name.Length;
        }
    }

    private double X(double x) => Left + PlotWidth * (_xs.Length < 2 ? 0.5 : 0.04 + 0.92 * Math.Log(x / _xs[0]) / Math.Log(_xs[^1] / _xs[0]));

    private double Y(double y) => Top + PlotHeight * (_highest - Math.Log10(y)) / (_highest - _lowest);

    private static string Short(double value) => value switch
    {
        >= 999_500 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1_000 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    private void Add(FormattableString element) => _svg.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
