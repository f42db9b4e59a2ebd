using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine.Bench.Peers;

/// <summary>A product of matrices, or of several side by side; row-major float32.</summary>
internal sealed record ClBlastProduct
{
    /// <summary>How many products there are, one after the other in memory.</summary>
    public long Batch { get; init; } = 1;

    /// <summary>Rows of the result.</summary>
    public required long Rows { get; init; }

    /// <summary>Columns of the result.</summary>
    public required long Columns { get; init; }

    /// <summary>How many terms each element has.</summary>
    public required long Depth { get; init; }

    /// <summary>Whether the left factor lies in memory as its transpose.</summary>
    public bool IsLeftTurned { get; init; }

    /// <summary>Whether the right factor lies in memory as its transpose.</summary>
    public bool IsRightTurned { get; init; }
}

/// <summary>
/// CLBlast, the tuned BLAS for OpenCL (Debian: libclblast1): its product of matrices, on a queue and memory of the
/// caller's.
/// </summary>
internal sealed unsafe partial class ClBlast
{
    private const string Library = "libclblast.so.1";
    private const int RowMajor = 101;
    private const int NotTransposed = 111;
    private const int Transposed = 112;

    private ClBlast()
    {
    }

    /// <summary>The library, or null where it is not installed.</summary>
    public static ClBlast? Find() => NativeLibrary.TryLoad(Library, out _) ? new() : null;

    /// <summary>Enqueues c = a · b. Memory is a <c>cl_mem</c> with an offset in bytes.</summary>
    /// <param name="queue">The <c>cl_command_queue</c>.</param>
    /// <param name="product">What is multiplied.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="c">The product.</param>
    /// <returns>The <c>cl_event</c> after which it is done; the caller releases it.</returns>
    /// <exception cref="InvalidOperationException">The library returned an error.</exception>
    public nint Multiply(
        nint queue, ClBlastProduct product, (nint Memory, long Offset) a, (nint Memory, long Offset) b,
        (nint Memory, long Offset) c)
    {
        var (m, n, k) = ((nuint)product.Rows, (nuint)product.Columns, (nuint)product.Depth);
        var (left, right) = (product.IsLeftTurned ? m : k, product.IsRightTurned ? k : n);
        var (turnA, turnB) = (
            product.IsLeftTurned ? Transposed : NotTransposed, product.IsRightTurned ? Transposed : NotTransposed);
        nint done = 0;
        var code = product.Batch == 1
            ? Sgemm(
                RowMajor, turnA, turnB, m, n, k, 1, a.Memory, Elements(a.Offset), left, b.Memory, Elements(b.Offset),
                right, 0, c.Memory, Elements(c.Offset), n, &queue, &done)
            : SgemmStridedBatched(
                RowMajor, turnA, turnB, m, n, k, 1, a.Memory, Elements(a.Offset), left, m * k, b.Memory,
                Elements(b.Offset), right, k * n, 0, c.Memory, Elements(c.Offset), n, m * n, (nuint)product.Batch,
                &queue, &done);
        return code == 0
            ? done
            : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"CLBlast's product returned {code}"));
    }

    private static nuint Elements(long bytes) => (nuint)(bytes / sizeof(float));

    [LibraryImport(Library, EntryPoint = "CLBlastSgemm")]
    private static partial int Sgemm(
        int layout, int transposeA, int transposeB, nuint m, nuint n, nuint k, float alpha, nint a, nuint aOffset,
        nuint aLead, nint b, nuint bOffset, nuint bLead, float beta, nint c, nuint cOffset, nuint cLead, nint* queue,
        nint* done);

    [LibraryImport(Library, EntryPoint = "CLBlastSgemmStridedBatched")]
    private static partial int SgemmStridedBatched(
        int layout, int transposeA, int transposeB, nuint m, nuint n, nuint k, float alpha, nint a, nuint aOffset,
        nuint aLead, nuint aStride, nint b, nuint bOffset, nuint bLead, nuint bStride, float beta, nint c,
        nuint cOffset, nuint cLead, nuint cStride, nuint batch, nint* queue, nint* done);
}
