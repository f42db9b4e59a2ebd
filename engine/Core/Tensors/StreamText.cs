using System.Globalization;

namespace KernelEngine;

/// <summary>Numbers as a C++ stream writes them, for PyTorch's messages: <c>-1</c>, <c>1.5</c>, <c>1e-05</c>.</summary>
internal static class StreamText
{
    /// <summary>A number with six digits at most.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var text = value.ToString("G6", CultureInfo.InvariantCulture);
        var at = text.IndexOf('E');
        if (at < 0)
            return text;
        var power = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..at]}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}";
    }
}
