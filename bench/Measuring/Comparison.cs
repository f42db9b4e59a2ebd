namespace KernelEngine.Bench;

/// <summary>Whether two contenders computed the same.</summary>
internal static class Comparison
{
    /// <summary>Compares results with those of the reference.</summary>
    /// <param name="results">Each result's elements.</param>
    /// <param name="wanted">The reference's.</param>
    /// <param name="tolerance">
    /// How far an element may be off, as a share of itself; and a tenth of it as a share of the result's root mean
    /// square, since what sums to nearly nothing keeps the error of its terms.
    /// </param>
    /// <returns>What is different; null where nothing is.</returns>
    public static string? Differ(float[][] results, float[][] wanted, double tolerance)
    {
        if (results.Length != wanted.Length)
            return $"{results.Length} results instead of {wanted.Length}";
        for (var i = 0; i < results.Length; i++)
        {
            var (result, reference) = (results[i], wanted[i]);
            if (result.Length != reference.Length)
                return $"result {i} has {result.Length} elements instead of {reference.Length}";
            var square = 0.0;
            foreach (var value in reference)
                square += (double)value * value;
            var floor = 0.1 * tolerance * Math.Sqrt(square / Math.Max(1, reference.Length));
            for (var j = 0; j < result.Length; j++)
            {
                // Not a number is never within.
                var error = Math.Abs((double)result[j] - reference[j]);
                if (!(error <= floor + (tolerance * Math.Abs((double)reference[j]))))
                    return $"result {i} is {result[j]:g6} at {j} instead of {reference[j]:g6}";
            }
        }

        return null;
    }
}
