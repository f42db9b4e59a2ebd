using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests.Recipes;

/// <summary>What recipes are run on and measured with.</summary>
internal static class Reference
{
    /// <summary>Numbers of all magnitudes and both signs, evenly by their bits.</summary>
    public static float[] AllBinades(int step)
    {
        var numbers = new List<float>();
        for (var bits = (long)int.MinValue; bits <= int.MaxValue; bits += step)
            numbers.Add(BitConverter.Int32BitsToSingle((int)bits));
        return [.. numbers];
    }

    /// <summary>A program of one function of some numbers of a dtype.</summary>
    public static PointwiseProgram ProgramOf(string name, DType dtype, int arity, Func<Expr[], Expr> function)
    {
        Expr[] inputs = [.. Enumerable.Range(0, arity).Select(i => Expr.Input(i, dtype.Register))];
        return PointwiseProgram.Of(name, [.. Enumerable.Repeat(dtype, arity)], [], [dtype], [function(inputs)]);
    }

    /// <summary>The function of one number, on the CPU.</summary>
    public static T[] Run<T>(Func<Expr, Expr> function, T[] x) where T : unmanaged =>
        Run(ProgramOf("test", DType.Of<T>(), 1, a => function(a[0])), x);

    /// <summary>The function of two numbers, on the CPU.</summary>
    public static T[] Run<T>(Func<Expr, Expr, Expr> function, T[] x, T[] y) where T : unmanaged =>
        Run(ProgramOf("test", DType.Of<T>(), 2, a => function(a[0], a[1])), x, y);

    /// <summary>A program with one output, on the CPU.</summary>
    public static T[] Run<T>(PointwiseProgram program, params T[][] inputs) where T : unmanaged
    {
        var output = CpuMemory.Operand(new T[inputs[0].Length]);
        CpuMemory.Backend.Run(new PointwiseLaunch
        {
            Program = program,
            Operands = [.. inputs.Select(CpuMemory.Operand), output],
        });
        return CpuMemory.Values<T>(output);
    }

    /// <summary>How far a float32 is from the truth, in the last place of the truth.</summary>
    public static double Ulps(float y, double truth)
    {
        if (float.IsNaN(y) || double.IsNaN(truth))
            return float.IsNaN(y) && double.IsNaN(truth) ? 0 : double.PositiveInfinity;
        if (y == (float)truth && float.IsInfinity(y))
            return 0;
        // The next number above the largest stands for infinity.
        const double last = 3.4028236692093846e38;
        var found = float.IsInfinity(y) ? Math.CopySign(last, y) : y;
        var wanted = Math.Clamp(truth, -last, last);
        var exponent = wanted == 0 ? -149 : Math.Max(Math.ILogB(wanted) - 23, -149);
        return Math.Abs(found - wanted) / Math.ScaleB(1, Math.Min(exponent, 104));
    }

    /// <summary>How far a float64 is from another, in the last place of that.</summary>
    public static double Ulps(double y, double truth) =>
        double.IsNaN(y) && double.IsNaN(truth) || y == truth
            ? 0
            : double.IsFinite(y) && double.IsFinite(truth)
                ? Math.Abs(y - truth) / (Math.BitIncrement(Math.Abs(truth)) - Math.Abs(truth))
                : double.PositiveInfinity;
}
