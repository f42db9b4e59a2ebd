using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Powers of two that bring a matrix near 1, so that no product of its elements overflows or vanishes.
/// </summary>
internal static unsafe class MatrixScale
{
    /// <summary>Divides by the power of two of the largest element.</summary>
    /// <returns>The power; 1 where there is nothing but zeros, or something that is not finite.</returns>
    public static double Reduce(nint count, double* x)
    {
        var largest = 0.0;
        for (nint i = 0; i < count; i++)
            largest = Math.Max(largest, Math.Abs(x[i]));
        if (largest == 0 || !double.IsFinite(largest))
            return 1;
        var scale = Math.ScaleB(1, Math.Max(-1000, Math.ILogB(largest)));
        if (scale != 1)
            Multiply(count, x, 1 / scale);
        return scale;
    }

    /// <summary>Multiplies by a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(nint count, double* x, double factor)
    {
        for (nint i = 0; i < count; i++)
            x[i] *= factor;
    }
}
