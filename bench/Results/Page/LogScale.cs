namespace KernelEngine.Bench;

/// <summary>A logarithmic axis: equal distances are equal ratios.</summary>
internal sealed class LogScale
{
    private readonly double low, high, from, to;

    /// <summary>An axis over some values, rounded outwards to 1, 2 or 5 times a power of ten.</summary>
    /// <param name="values">What is to be seen; numbers above zero.</param>
    /// <param name="from">Where it begins, in pixels.</param>
    /// <param name="to">Where it ends.</param>
    public LogScale(IEnumerable<double> values, double from, double to)
    {
        (this.from, this.to) = (from, to);
        double[] all = [.. values.Where(v => v > 0 && double.IsFinite(v)).DefaultIfEmpty(1)];
        (low, high) = (Steps(all.Min()).Last(s => s <= all.Min()), Steps(all.Max()).First(s => s >= all.Max()));
        if (high <= low)
            high = low * 10;
    }

    /// <summary>Values to mark: not so many that they collide.</summary>
    public IReadOnlyList<double> Marks
    {
        get
        {
            var decades = Math.Log10(high / low);
            double[] digits = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
            var every = Math.Max(1, (int)Math.Ceiling(decades / 8));
            List<double> marks = [];
            var (first, last) = ((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)));
            for (var exponent = first; exponent <= last; exponent++)
            {
                if (exponent % every == 0)
                    marks.AddRange(digits.Select(d => d * Math.Pow(10, exponent)));
            }

            return [.. marks.Where(m => m >= low * 0.999 && m <= high * 1.001)];
        }
    }

    /// <summary>Where a value lies, in pixels.</summary>
    public double At(double value) =>
        from + (Math.Log(Math.Max(value, low) / low) / Math.Log(high / low) * (to - from));

    private static IEnumerable<double> Steps(double near)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(near)) - 1);
        for (var i = 0; i < 4; i++, power *= 10)
        {
            yield return power;
            yield return 2 * power;
            yield return 5 * power;
        }
    }
}
