using Lines = KernelEngine.Cpu.RowOperations<double>;

namespace KernelEngine.Cpu;

/// <summary>Singular values of one matrix without vectors: its bidiagonal form, then those of a tridiagonal one.
/// </summary>
/// <remarks>
/// Golub and Kahan, SIAM J. Numer. Anal. B 2 (1965): the values and their negatives are the eigenvalues of a symmetric
/// matrix with zeros on its diagonal, and the bidiagonal form's elements beside it.
/// </remarks>
internal static unsafe class Bidiagonal
{
    /// <summary>Below this many rows, rotations are as fast, and more accurate.</summary>
    public const int Worth = 24;

    /// <summary>Finds them. The matrix is overwritten.</summary>
    /// <param name="rows">How many rows it has: no more than they are long.</param>
    /// <param name="length">How long they are.</param>
    /// <param name="g">The matrix.</param>
    /// <param name="values">Room for 4·rows elements; the values come first, in no order.</param>
    /// <returns>Whether they were found.</returns>
    public static bool Run(nint rows, nint length, double* g, double* values)
    {
        // Values and what lies beside them: d₁ e₁ d₂ e₂ …
        var diagonal = values;
        var besides = values + (2 * rows);
        new Span<double>(diagonal, (int)(2 * rows)).Clear();
        new Span<double>(besides, (int)(2 * rows)).Clear();
        Reduce(rows, length, g, besides, diagonal);
        new Span<double>(diagonal, (int)(2 * rows)).Clear();
        if (SymmetricEigen.Iterate(2 * rows, diagonal, besides, null) != 0)
            return false;

        // Of each pair, the positive one.
        new Span<double>(diagonal, (int)(2 * rows)).Sort();
        for (nint i = 0; i < rows; i++)
            values[i] = Math.Max(0, diagonal[(2 * rows) - 1 - i]);
        return true;
    }

    private static void Reduce(nint rows, nint length, double* g, double* besides, double* room)
    {
        for (nint k = 0; k < rows; k++)
        {
            // From the right: row k keeps its first element; the rows below follow.
            var row = g + (k * length) + k;
            var left = length - k;
            var factor = SymmetricEigen.Reflection(row, left, out besides[2 * k]);
            for (var i = k + 1; i < rows && factor != 0; i++)
            {
                var other = g + (i * length) + k;
                Lines.AddScaled(other, row, -factor * Lines.Dot(other, row, left), left);
            }

            if (k == rows - 1)
                return;

            // From the left: column k, below the diagonal, keeps its first element.
            var (below, count) = (rows - k - 1, left - 1);
            for (nint i = 0; i < below; i++)
                room[i] = g[((k + 1 + i) * length) + k];
            factor = SymmetricEigen.Reflection(room, below, out besides[(2 * k) + 1]);
            if (factor == 0)
                continue;

            // The row above is done with: it holds vᵀ·A.
            var sums = row + 1;
            new Span<double>(sums, checked((int)count)).Clear();
            for (nint i = 0; i < below; i++)
                Lines.AddScaled(sums, g + ((k + 1 + i) * length) + k + 1, room[i], count);
            for (nint i = 0; i < below; i++)
                Lines.AddScaled(g + ((k + 1 + i) * length) + k + 1, sums, -factor * room[i], count);
        }
    }
}
