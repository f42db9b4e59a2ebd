namespace KernelEngine.Cpu;

/// <summary>
/// How many numbers there are, their mean, and the sum of the squares of their differences from it. Parts are put
/// together by the rule of Chan, Golub and LeVeque, which does not cancel.
/// </summary>
internal struct Moments
{
    /// <summary>How many.</summary>
    public double Count;

    /// <summary>The mean.</summary>
    public double Mean;

    /// <summary>The sum of squared differences.</summary>
    public double Squares;

    /// <summary>Takes more numbers in.</summary>
    public void Add(double count, double mean, double squares)
    {
        if (Count == 0)
        {
            (Count, Mean, Squares) = (count, mean, squares);
            return;
        }

        var all = Count + count;
        var difference = mean - Mean;
        Mean += difference * (count / all);
        Squares += squares + (difference * difference * (Count * count / all));
        Count = all;
    }

    /// <summary>Takes more numbers in.</summary>
    public void Add(in Moments more)
    {
        if (more.Count > 0)
            Add(more.Count, more.Mean, more.Squares);
    }

    /// <summary>1 / sqrt(variance + eps); 0 where both are.</summary>
    public static double ReciprocalDeviation(double variance, double eps) =>
        variance == 0 && eps == 0 ? 0 : 1 / Math.Sqrt(variance + eps);
}
