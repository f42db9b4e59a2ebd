using System.Runtime.CompilerServices;
using Lines = KernelEngine.Cpu.RowOperations<double>;

namespace KernelEngine.Cpu;

/// <summary>Singular values and vectors of one matrix: rotations of pairs of rows until all are orthogonal.</summary>
/// <remarks>One-sided Jacobi: Hestenes, J. SIAM 6 (1958); Demmel, Veselić, SIAM J. Matrix Anal. Appl. 13 (1992).
/// </remarks>
internal static unsafe class JacobiSingularValues
{
    private const int MostSweeps = 60;
    private const double Orthogonal = 4e-16;
    private const double Vanishing = 1e-290;

    /// <summary>
    /// Makes the rows of G orthogonal by rotations R, so that G becomes R·G. The singular values are the lengths of
    /// the rows then. Elements must be about 1, so that no square overflows or vanishes.
    /// </summary>
    /// <param name="rows">How many rows G has.</param>
    /// <param name="length">How long they are.</param>
    /// <param name="g">G.</param>
    /// <param name="rotations">rows·rows elements for R; null where it is not wanted.</param>
    /// <param name="values">The length of each row.</param>
    public static void Run(nint rows, nint length, double* g, double* rotations, double* values)
    {
        if (rotations != null)
        {
            new Span<double>(rotations, checked((int)(rows * rows))).Clear();
            for (nint i = 0; i < rows; i++)
                rotations[(i * rows) + i] = 1;
        }

        for (nint i = 0; i < rows; i++)
            values[i] = Lines.Dot(g + (i * length), g + (i * length), length);
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            if (!Sweep(rows, length, g, rotations, values))
                break;
        }

        for (nint i = 0; i < rows; i++)
        {
            // Below this the squares have lost digits, and no row is orthogonal to another: nothing beside the rest.
            var square = Lines.Dot(g + (i * length), g + (i * length), length);
            values[i] = square < Vanishing ? 0 : Math.Sqrt(square);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Sweep(nint rows, nint length, double* g, double* rotations, double* squares)
    {
        var any = false;
        for (nint i = 0; i < rows - 1; i++)
        {
            for (var j = i + 1; j < rows; j++)
            {
                var a = g + (i * length);
                var b = g + (j * length);
                var product = Lines.Dot(a, b, length);
                if (!(Math.Abs(product) > Orthogonal * Math.Sqrt(squares[i]) * Math.Sqrt(squares[j])))
                    continue;
                any = true;
                var zeta = (squares[j] - squares[i]) / (2 * product);
                var t = Math.CopySign(1 / (Math.Abs(zeta) + double.Hypot(1, zeta)), zeta);
                var c = 1 / Math.Sqrt(1 + (t * t));
                Lines.Rotate(a, b, c, c * t, length);
                if (rotations != null)
                    Lines.Rotate(rotations + (i * rows), rotations + (j * rows), c, c * t, rows);
                squares[i] = Lines.Dot(a, a, length);
                squares[j] = Lines.Dot(b, b, length);
            }
        }

        return any;
    }

    /// <summary>Makes rows from a place on orthogonal to all before, and of length 1.</summary>
    /// <returns>False if those before are not orthogonal.</returns>
    public static bool Complete(nint from, nint rows, nint length, double* basis)
    {
        nint candidate = 0;
        for (var i = from; i < rows; i++)
        {
            var row = basis + (i * length);
            for (; ; candidate++)
            {
                if (candidate == length)
                    return false;
                new Span<double>(row, checked((int)length)).Clear();
                row[candidate] = 1;
                for (var pass = 0; pass < 2; pass++)
                {
                    for (nint j = 0; j < i; j++)
                    {
                        var other = basis + (j * length);
                        Lines.AddScaled(row, other, -Lines.Dot(row, other, length), length);
                    }
                }

                // Of the unit vectors one at least has this much left beside any space that is not all.
                var left = Math.Sqrt(Lines.Dot(row, row, length));
                if (left > 0.5 / Math.Sqrt(length))
                {
                    MatrixScale.Multiply(length, row, 1 / left);
                    break;
                }
            }
        }

        return true;
    }
}
