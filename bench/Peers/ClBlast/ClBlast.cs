using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine.Bench.Peers;

/// <summary>
/// CLBlast, the tuned BLAS for OpenCL (Debian: libclblast1): its product of matrices, on a queue and memory of the
/// caller's.
/// </summary>
public sealed unsafe partial class ClBlast
{
    private const string Library = "libclblast.so.1";
    private const int RowMajor = 101;
    private const int NotTransposed = 111;

    private ClBlast()
    {
    }

    /// <summary>The library, or null where it is not installed.</summary>
    public static ClBlast? Find() => NativeLibrary.TryLoad(Library, out _) ? new() : null;

    /// <summary>
    /// Enqueues c = a · b for square row-major matrices of float32. Memory is a <c>cl_mem</c> with an offset in bytes.
    /// </summary>
    /// <param name="queue">The <c>cl_command_queue</c>.</param>
    /// <param name="size">Rows and columns of each matrix.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="c">The product.</param>
    /// <returns>The <c>cl_event</c> after which it is done; the caller releases it.</returns>
    /// <exception cref="InvalidOperationException">The library returned an error.</exception>
    public nint Multiply(
        nint queue, int size, (nint Memory, long Offset) a, (nint Memory, long Offset) b,
        (nint Memory, long Offset) c)
    {
        var n = (nuint)size;
        nint done = 0;
        var code = Sgemm(
            RowMajor, NotTransposed, NotTransposed, n, n, n, 1, a.Memory, Elements(a.Offset), n, b.Memory,
            Elements(b.Offset), n, 0, c.Memory, Elements(c.Offset), n, &queue, &done);
        return code == 0
            ? done
            : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"CLBlastSgemm returned {code}"));
    }

    private static nuint Elements(long bytes) => (nuint)(bytes / sizeof(float));

    [LibraryImport(Library, EntryPoint = "CLBlastSgemm")]
    private static partial int Sgemm(
        int layout, int transposeA, int transposeB, nuint m, nuint n, nuint k, float alpha, nint a, nuint aOffset,
        nuint aLead, nint b, nuint bOffset, nuint bLead, float beta, nint c, nuint cOffset, nuint cLead, nint* queue,
        nint* done);
}
