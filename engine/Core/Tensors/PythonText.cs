using System.Globalization;

namespace KernelEngine;

/// <summary>Numbers as Python's <c>repr</c> writes them, for messages and printed modules.</summary>
public static class PythonText
{
    /// <summary>The shortest text that reads back as the same double: <c>1.0</c>, <c>1e-05</c>, <c>nan</c>.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";

        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 16)
        {
            var r = value.ToString("R", CultureInfo.InvariantCulture);
            var e = r.IndexOf('E');
            var (mantissa, power) = e < 0 ? Scientific(r) : (r[..e], int.Parse(r.AsSpan(e + 1),
                NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            return $"{mantissa}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}";
        }

        var fixedText = ((decimal)value is var d && (double)d == value)
            ? d.ToString(CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
        return fixedText.Contains('.') ? fixedText : fixedText + ".0";
    }

    private static (string Mantissa, int Power) Scientific(string digits)
    {
        var sign = digits[0] == '-' ? "-" : "";
        var body = digits.TrimStart('-');
        var point = body.IndexOf('.');
        var whole = point < 0 ? body : body[..point];
        var all = whole + (point < 0 ? "" : body[(point + 1)..]);
        var first = all.TakeWhile(c => c == '0').Count();
        var significant = all[first..].TrimEnd('0');
        return (sign + significant[0] + (significant.Length > 1 ? "." + significant[1..] : ""),
            whole.Length - 1 - first);
    }
}
