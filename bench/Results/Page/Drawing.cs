using System.Globalization;
using System.Xml.Linq;

namespace KernelEngine.Bench;

/// <summary>A picture of lines, texts and marks, as SVG.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
/// <param name="title">What it shows, for those who cannot see it.</param>
internal sealed class Drawing(double width, double height, string title)
{
    private readonly XElement root = new(
        "svg", new XAttribute("viewBox", $"0 0 {Text(width)} {Text(height)}"), new XAttribute("role", "img"),
        new XAttribute("aria-label", title));

    /// <summary>The picture.</summary>
    public XElement Element => root;

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string style) => root.Add(new XElement(
        "line", Place("x1", x1), Place("y1", y1), Place("x2", x2), Place("y2", y2), new XAttribute("class", style)));

    /// <summary>Straight lines from point to point.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, int contender) => root.Add(new XElement(
        "polyline", new XAttribute("points", string.Join(' ', points.Select(p => $"{Text(p.X)},{Text(p.Y)}"))),
        new XAttribute("class", $"path c{contender}")));

    /// <summary>A text; its anchor is start, middle or end.</summary>
    public void Write(double x, double y, string text, string anchor = "start", string style = "label") =>
        root.Add(new XElement(
            "text", Place("x", x), Place("y", y), new XAttribute("text-anchor", anchor),
            new XAttribute("class", style), text));

    /// <summary>A contender's mark, whose colour and form are its own, with what one reads on pointing at it.</summary>
    public void Mark(double x, double y, int contender, string says) =>
        root.Add(MarkOf(x, y, contender, new XElement("title", says)));

    /// <summary>A contender's mark.</summary>
    public static XElement MarkOf(double x, double y, int contender, XElement? title = null)
    {
        const double r = 4.5;
        var corners = (contender % 4) switch
        {
            1 => Corners((-r, -r), (r, -r), (r, r), (-r, r)),
            2 => Corners((0, -1.4 * r), (1.4 * r, 0), (0, 1.4 * r), (-1.4 * r, 0)),
            3 => Corners((0, -1.3 * r), (1.2 * r, r), (-1.2 * r, r)),
            _ => null,
        };
        return new(
            corners is null ? "circle" : "polygon",
            corners is null
                ? [Place("cx", x), Place("cy", y), Place("r", r)]
                : (object[])[new XAttribute("points", corners)],
            new XAttribute("class", $"mark c{contender}{(contender >= 4 ? " hollow" : "")}"), title);

        string Corners(params (double X, double Y)[] offsets) =>
            string.Join(' ', offsets.Select(o => $"{Text(x + o.X)},{Text(y + o.Y)}"));
    }

    private static XAttribute Place(string name, double value) => new(name, Text(value));

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
