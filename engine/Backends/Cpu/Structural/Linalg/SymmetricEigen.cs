using System.Runtime.CompilerServices;
using Lines = KernelEngine.Cpu.RowOperations<double>;

namespace KernelEngine.Cpu;

/// <summary>Eigenvalues and eigenvectors of one symmetric matrix: Householder's tridiagonal form, then implicit QL.
/// </summary>
/// <remarks>Martin, Reinsch, Wilkinson, Numer. Math. 11 (1968); Dubrulle, Martin, Wilkinson, ibid. 12 (1968).</remarks>
internal static unsafe class SymmetricEigen
{
    private const int MostRounds = 60;

    /// <summary>
    /// Finds them. The matrix is overwritten.
    /// </summary>
    /// <param name="n">Its size.</param>
    /// <param name="a">n·n elements, both triangles.</param>
    /// <param name="values">n eigenvalues, in no order.</param>
    /// <param name="vectors">n·n: the eigenvector of each value is a row; null where they are not wanted.</param>
    /// <param name="room">2n elements.</param>
    /// <returns>0, or the number, from 1, of a value that was not found.</returns>
    public static int Run(nint n, double* a, double* values, double* vectors, double* room)
    {
        var besides = room;
        Reduce(n, a, values, besides, room + n);
        if (vectors != null)
            Accumulate(n, a, vectors);
        return Iterate(n, values, besides, vectors);
    }

    // What is left of row k behind its diagonal becomes the vector of reflection k; its factor lies on the diagonal.
    private static void Reduce(nint n, double* a, double* diagonal, double* besides, double* room)
    {
        for (nint k = 0; k < n - 1; k++)
        {
            var row = a + (k * n);
            diagonal[k] = row[k];
            var v = row + k + 1;
            var length = n - k - 1;
            var factor = Reflection(v, length, out besides[k]);
            row[k] = factor;
            if (factor == 0)
                continue;

            // A -= v·wᵀ + w·vᵀ, where w = factor·A·v - (factor/2 · wᵀ·v)·v.
            var corner = v + n;
            for (nint i = 0; i < length; i++)
                room[i] = factor * Lines.Dot(corner + (i * n), v, length);
            Lines.AddScaled(room, v, -0.5 * factor * Lines.Dot(room, v, length), length);
            for (nint i = 0; i < length; i++)
            {
                Lines.AddScaled(corner + (i * n), room, -v[i], length);
                Lines.AddScaled(corner + (i * n), v, -room[i], length);
            }
        }

        if (n > 0)
        {
            diagonal[n - 1] = a[(n * n) - 1];
            besides[n - 1] = 0;
        }
    }

    /// <summary>The v, with v[0] = 1, of the reflection 1 - factor·v·vᵀ that leaves only a first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Reflection(double* x, nint length, out double first)
    {
        first = x[0];
        var largest = 0.0;
        for (nint i = 1; i < length; i++)
            largest = Math.Max(largest, Math.Abs(x[i]));
        if (largest == 0)
            return 0;

        // Numbers near the smallest have few digits: all is computed of their ratios.
        largest = Math.Max(largest, Math.Abs(x[0]));
        var sum = 0.0;
        for (nint i = 0; i < length; i++)
        {
            x[i] /= largest;
            sum += x[i] * x[i];
        }

        var norm = -Math.CopySign(Math.Sqrt(sum), x[0]);
        first = norm * largest;
        var factor = (norm - x[0]) / norm;
        var divisor = x[0] - norm;
        x[0] = 1;
        for (nint i = 1; i < length; i++)
            x[i] /= divisor;
        return factor;
    }

    // The transposed product of the reflections, from the last to the first.
    private static void Accumulate(nint n, double* a, double* vectors)
    {
        new Span<double>(vectors, checked((int)(n * n))).Clear();
        for (nint i = 0; i < n; i++)
            vectors[(i * n) + i] = 1;
        for (var k = n - 2; k >= 0; k--)
        {
            var (factor, length) = (a[(k * n) + k], n - k - 1);
            if (factor == 0)
                continue;
            var v = a + (k * n) + k + 1;
            for (var i = k + 1; i < n; i++)
            {
                var row = vectors + (i * n) + k + 1;
                Lines.AddScaled(row, v, -factor * Lines.Dot(row, v, length), length);
            }
        }
    }

    /// <summary>Makes a tridiagonal matrix diagonal.</summary>
    /// <param name="n">Its size.</param>
    /// <param name="d">Its diagonal; the eigenvalues then, in no order.</param>
    /// <param name="e">What lies beside it, and one element more.</param>
    /// <param name="vectors">n rows that are rotated with it; null where there are none.</param>
    /// <returns>0, or the number, from 1, of a value that was not found.</returns>
    public static int Iterate(nint n, double* d, double* e, double* vectors)
    {
        // What is nothing beside the whole matrix is nothing, also where the diagonal is zero.
        var largest = 0.0;
        for (nint i = 0; i < n; i++)
            largest = Math.Max(largest, Math.Abs(d[i]) + Math.Abs(e[i]));
        if (!double.IsFinite(largest) && n > 1)
            return 1;
        var least = 1e-17 * largest;
        for (nint l = 0; l < n; l++)
        {
            for (var round = 0; ; round++)
            {
                var m = l;
                while (m < n - 1 && !(Math.Abs(e[m]) <= Math.Max(
                    1.1e-16 * (Math.Abs(d[m]) + Math.Abs(d[m + 1])), least)))
                {
                    m++;
                }

                if (m == l)
                    break;
                if (round == MostRounds)
                    return (int)l + 1;
                Chase(n, l, m, d, e, vectors);
            }
        }

        return 0;
    }

    // One step with Wilkinson's shift: rotations from m upwards to l.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chase(nint n, nint l, nint m, double* d, double* e, double* vectors)
    {
        var g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(double.Hypot(g, 1), g)));
        var (s, c, shift) = (1.0, 1.0, 0.0);
        for (var i = m - 1; i >= l; i--)
        {
            var (f, b) = (s * e[i], c * e[i]);
            var r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                // It falls apart here.
                d[i + 1] -= shift;
                e[m] = 0;
                return;
            }

            (s, c) = (f / r, g / r);
            g = d[i + 1] - shift;
            r = ((d[i] - g) * s) + (2 * c * b);
            shift = s * r;
            d[i + 1] = g + shift;
            g = (c * r) - b;
            if (vectors != null)
                Lines.Rotate(vectors + (i * n), vectors + ((i + 1) * n), c, s, n);
        }

        d[l] -= shift;
        e[l] = g;
        e[m] = 0;
    }
}
