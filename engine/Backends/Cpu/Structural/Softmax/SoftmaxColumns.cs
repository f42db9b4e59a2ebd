using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// Softmax of rows that lie side by side, element beside element: a strip of them at a time, in vectors across it. The
/// same bits as <see cref="SoftmaxRows{T}"/>.
/// </summary>
internal static unsafe class SoftmaxColumns<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows of a strip: four cache lines of each place.</summary>
    public static int Strip => 256 / sizeof(T);

    // What is kept of a strip between its walks: within the second cache.
    private const long TileBytes = 512 * 1024;

    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    /// <summary>The columns y = softmax(x), or its logarithm.</summary>
    /// <param name="x">The first element of the first.</param>
    /// <param name="stepX">From one place of a column to the next.</param>
    /// <param name="y">The first element of the first result, apart from x.</param>
    /// <param name="stepY">From one place of a result to the next.</param>
    /// <param name="n">The length of a column.</param>
    /// <param name="columns">How many: a multiple of what a vector of 32 bytes holds.</param>
    /// <param name="log">Whether the logarithm is wanted.</param>
    public static void Forward(T* x, nint stepX, T* y, nint stepY, long n, int columns, bool log)
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            var lanes = (T*)workspace.Take(2 * Width * columns * sizeof(T));
            var max = (T*)workspace.Take(columns * sizeof(T));
            var sum = (T*)workspace.Take(columns * sizeof(T));
            var reciprocal = (T*)workspace.Take(columns * sizeof(T));

            // Places of a column are often a power of two apart, where the caches keep few of them.
            var tile = y;
            var step = stepY;
            var isCopied = n * columns * sizeof(T) <= TileBytes;
            if (isCopied)
            {
                tile = (T*)workspace.Take((nint)(n * columns * sizeof(T)));
                step = columns;
            }

            for (var k = 0; k < columns; k++)
                max[k] = T.NegativeInfinity;
            for (var i = 0L; i < n; i++)
                Largest(x + ((nint)i * stepX), max, isCopied ? tile + ((nint)i * step) : null, columns);
            var source = isCopied ? tile : x;
            var stepSource = isCopied ? step : stepX;
            new Span<T>(lanes, 2 * Width * columns).Clear();
            for (var i = 0L; i < n; i++)
            {
                Exponentials(
                    source + ((nint)i * stepSource), max, log ? null : tile + ((nint)i * step),
                    lanes + (SoftmaxRows<T>.LaneOf(i, n) * columns), columns);
            }

            Fold(lanes, sum, columns);
            for (var k = 0; k < columns; k++)
                reciprocal[k] = log ? T.Log(sum[k] * SoftmaxExp<T>.Unit) : T.One / sum[k];
            for (var i = 0L; i < n; i++)
            {
                var to = y + ((nint)i * stepY);
                if (log)
                    Subtract(source + ((nint)i * stepSource), max, reciprocal, to, columns);
                else
                    Divide(tile + ((nint)i * step), sum, reciprocal, to, columns);
            }
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    /// <summary>d = y · (g - Σ g y), or g - exp(y) · Σ g, of columns.</summary>
    public static void Backward(
        T* g, nint stepG, T* y, nint stepY, T* d, nint stepD, long n, int columns, bool log)
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            var lanes = (T*)workspace.Take(2 * Width * columns * sizeof(T));
            var sum = (T*)workspace.Take(columns * sizeof(T));
            new Span<T>(lanes, 2 * Width * columns).Clear();
            for (var i = 0L; i < n; i++)
            {
                Terms(
                    g + ((nint)i * stepG), y + ((nint)i * stepY), lanes + (SoftmaxRows<T>.LaneOf(i, n) * columns),
                    columns, log);
            }

            Fold(lanes, sum, columns);
            for (var i = 0L; i < n; i++)
                Differences(g + ((nint)i * stepG), y + ((nint)i * stepY), sum, d + ((nint)i * stepD), columns, log);
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    // In the order in which a row's lanes are added up.
    private static void Fold(T* lanes, T* sums, int columns)
    {
        for (var k = 0; k < columns; k++)
        {
            var half = Vector256<T>.Zero;
            for (var lane = 0; lane < Width; lane++)
                half = half.WithElement(lane, lanes[(lane * columns) + k] + lanes[((lane + Width) * columns) + k]);
            sums[k] = SoftmaxRows<T>.Fold(half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Largest(T* x, T* max, T* copy, int columns)
    {
        for (var k = 0; k < columns; k += Width)
        {
            var value = Vector256.Load(x + k);
            if (copy != null)
                value.Store(copy + k);
            Vector256.MaxNative(value, Vector256.Load(max + k)).Store(max + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentials(T* x, T* max, T* y, T* sums, int columns)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; k <= columns - (2 * Width); k += 2 * Width)
            {
                var e = SoftmaxExp<T>.Scaled(Vector512.Load(x + k) - Vector512.Load(max + k));
                if (y != null)
                    e.Store(y + k);
                (Vector512.Load(sums + k) + e).Store(sums + k);
            }
        }

        for (; k < columns; k += Width)
        {
            var e = SoftmaxExp<T>.Scaled(Vector256.Load(x + k) - Vector256.Load(max + k));
            if (y != null)
                e.Store(y + k);
            (Vector256.Load(sums + k) + e).Store(sums + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(T* e, T* sum, T* reciprocal, T* y, int columns)
    {
        for (var k = 0; k < columns; k += Width)
        {
            SoftmaxRows<T>.Quotient(Vector256.Load(e + k), Vector256.Load(sum + k), Vector256.Load(reciprocal + k))
                .Store(y + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(T* x, T* max, T* log, T* y, int columns)
    {
        for (var k = 0; k < columns; k += Width)
            (Vector256.Load(x + k) - Vector256.Load(max + k) - Vector256.Load(log + k)).Store(y + k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Terms(T* g, T* y, T* sums, int columns, bool log)
    {
        for (var k = 0; k < columns; k += Width)
        {
            var term = log ? Vector256.Load(g + k) : Vector256.Load(g + k) * Vector256.Load(y + k);
            (Vector256.Load(sums + k) + term).Store(sums + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differences(T* g, T* y, T* sum, T* d, int columns, bool log)
    {
        for (var k = 0; k < columns; k += Width)
        {
            var (own, all) = (Vector256.Load(g + k), Vector256.Load(sum + k));
            var result = log
                ? own - (SoftmaxExp<T>.Of(Vector256.Load(y + k)) * all)
                : Vector256.Load(y + k) * (own - all);
            result.Store(d + k);
        }
    }
}
