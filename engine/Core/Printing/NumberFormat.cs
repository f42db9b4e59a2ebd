namespace KernelEngine;

/// <summary>How the numbers of one tensor are printed: all alike, and equally wide.</summary>
internal sealed class NumberFormat
{
    private readonly int precision;
    private readonly bool isReal;
    private readonly bool isWhole = true;
    private readonly bool isScientific;

    /// <summary>Looks at the numbers that will be printed.</summary>
    public NumberFormat(IReadOnlyList<Scalar> values, bool isReal, PrintOptions options)
    {
        (this.isReal, precision) = (isReal, options.Precision);
        if (!isReal)
        {
            foreach (var value in values)
                Width = Math.Max(Width, value.ToString().Length);
            return;
        }

        double min = double.PositiveInfinity, max = 0;
        foreach (var value in values)
        {
            var number = value.ToDouble();
            if (number == 0 || !double.IsFinite(number))
                continue;
            min = Math.Min(min, Math.Abs(number));
            max = Math.Max(max, Math.Abs(number));
            isWhole &= number == Math.Ceiling(number);
        }

        if (max == 0)
            return;
        isScientific = max / min > 1000 || max > 1e8 || (!isWhole && min < 1e-4);
        foreach (var value in values)
        {
            var number = value.ToDouble();
            if (number == 0 || !double.IsFinite(number))
                continue;
            var length = isScientific ? DecimalText.Scientific(number, precision).Length
                : isWhole ? DecimalText.Fixed(number, 0).Length + 1
                : DecimalText.Fixed(number, precision).Length;
            Width = Math.Max(Width, length);
        }

        isScientific = options.SciMode ?? isScientific;
    }

    /// <summary>How many characters a number takes.</summary>
    public int Width { get; } = 1;

    /// <summary>The number, padded on the left.</summary>
    public string Format(Scalar value)
    {
        if (!isReal)
            return value.ToString().PadLeft(Width);
        var number = value.ToDouble();
        var text = isScientific ? DecimalText.Scientific(number, precision)
            : !isWhole ? DecimalText.Fixed(number, precision)
            : double.IsFinite(number) ? DecimalText.Fixed(number, 0) + "."
            : PythonText.Of(number);
        return text.PadLeft(Width);
    }
}
