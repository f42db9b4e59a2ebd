using System.Globalization;

namespace KernelEngine.Viewing;

/// <summary>Numbers as people read them: few digits, a true minus, and words for what is no number.</summary>
internal static class NumberText
{
    /// <summary>Three digits or so: <c>0.0123</c>, <c>−1.25</c>, <c>2.1e−5</c>, <c>12.3k</c>.</summary>
    public static string Short(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "∞" : "−∞";
        var size = Math.Abs(value);
        var text = size switch
        {
            0 => "0",
            >= 9.995e14 => Exponent(size),
            >= 999.5e6 => Digits(size / 1e9) + "G",
            >= 999.5e3 => Digits(size / 1e6) + "M",
            >= 9999.5 => Digits(size / 1e3) + "k",
            >= 0.00095 => Digits(size),
            _ => Exponent(size),
        };
        return value < 0 ? "−" + text : text;
    }

    /// <summary>All digits, in groups: <c>17,226</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share of 0 to 1: <c>97.2 %</c>.</summary>
    public static string Percent(double share) => double.IsNaN(share)
        ? "NaN"
        : Trimmed((100 * share).ToString(Math.Abs(share) >= 0.9995 ? "0" : "0.0", CultureInfo.InvariantCulture)) + " %";

    /// <summary>A round number on an axis: <see cref="Short"/> without zeros at its end.</summary>
    public static string Tick(double value)
    {
        var text = Short(value);
        var digits = text.AsSpan().IndexOfAnyExcept("0123456789.−");
        return digits < 0 ? Trimmed(text) : Trimmed(text[..digits]) + text[digits..];
    }

    /// <summary>A shape: <c>64×3×3</c>.</summary>
    public static string Sizes(Shape shape) => shape.Rank == 0 ? "scalar" : string.Join('×', shape.ToArray());

    /// <summary>A time: <c>42 s</c>, <c>3:05 min</c>, <c>1:20:09 h</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalMinutes < 1
        ? $"{(int)time.TotalSeconds} s"
        : time.TotalHours < 1 ? time.ToString(@"m\:ss", CultureInfo.InvariantCulture) + " min"
        : $"{(int)time.TotalHours}{time.ToString(@"\:mm\:ss", CultureInfo.InvariantCulture)} h";

    private static string Trimmed(string number) => number.Contains('.') ? number.TrimEnd('0').TrimEnd('.') : number;

    private static string Digits(double size) => size.ToString(
        size switch { >= 99.95 => "0", >= 9.995 => "0.0", >= 0.9995 => "0.00", >= 0.0995 => "0.000", _ => "0.0000" },
        CultureInfo.InvariantCulture);

    private static string Exponent(double size) =>
        size.ToString("0.0e-0", CultureInfo.InvariantCulture).Replace('-', '−');
}
