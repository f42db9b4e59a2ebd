namespace KernelEngine.Tests.Recipes;

/// <summary>What results are measured against.</summary>
internal static class Reference
{
    /// <summary>Numbers of all magnitudes and both signs, evenly by their bits.</summary>
    public static float[] AllBinades(int step)
    {
        var numbers = new List<float>();
        for (var bits = (long)int.MinValue; bits <= int.MaxValue; bits += step)
        {
            var x = BitConverter.Int32BitsToSingle((int)bits);
            if (float.IsFinite(x))
                numbers.Add(x);
        }

        return [.. numbers];
    }

    /// <summary>A program of one function of one number.</summary>
    public static PointwiseProgram ProgramOf(DType dtype, Func<Expr, Expr> function) =>
        PointwiseProgram.Of("test", [dtype], [], [dtype], [function(Expr.Input(0, dtype.Register))]);

    /// <summary>How far a float32 is from the truth, in the last place of the truth.</summary>
    public static double Ulps(float y, double truth)
    {
        if (float.IsNaN(y) && double.IsNaN(truth) || y == (float)truth)
            return float.IsNaN(y) || float.IsInfinity(y) ? 0 : Math.Abs(y - truth) / LastPlace();
        if (float.IsInfinity(y))
            return (float.MaxValue * (1 + Math.ScaleB(1, -23)) - Math.Abs(truth)) / LastPlace();
        return Math.Abs(y - truth) is var error && double.IsNaN(error) ? double.PositiveInfinity : error / LastPlace();

        double LastPlace() => Math.ScaleB(1, Math.Max(Math.ILogB((float)truth == 0 ? 1e-45 : truth) - 23, -149));
    }

    /// <summary>How far a float64 is from another, in the last place of that.</summary>
    public static double Ulps(double y, double truth) =>
        double.IsNaN(y) && double.IsNaN(truth) || y == truth
            ? 0
            : double.IsFinite(y) && double.IsFinite(truth)
                ? Math.Abs(y - truth) / Math.Max(Math.BitIncrement(Math.Abs(truth)) - Math.Abs(truth), double.Epsilon)
                : double.PositiveInfinity;

    /// <summary>e^x - 1 to a few ulp, by Kahan's way.</summary>
    public static double Expm1(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsInfinity(u) ? u : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>log(1 + x) to a few ulp, by Kahan's way.</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : u == x || u <= 0 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }
}
