using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine.Bench.Peers;

/// <summary>
/// cuBLAS (11 and up, part of CUDA's toolkit): its product of matrices, in a context and a stream of the caller's.
/// </summary>
internal sealed unsafe class CuBlas : IDisposable
{
    private const int NotTransposed = 0;
    private const int ComputeFloat32 = 68, ComputeTf32 = 77;
    private const int DefaultAlgorithm = -1;

    private static readonly string[] Libraries = OperatingSystem.IsWindows()
        ? ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"]
        : ["libcublas.so.13", "libcublas.so.12", "libcublas.so.11"];

    private readonly nint library, driver, context, stream;
    private nint handle;

    private CuBlas(nint library, nint driver, nint context, nint stream)
    {
        (this.library, this.driver, this.context, this.stream) = (library, driver, context, stream);
        Within(() =>
        {
            nint made;
            Check(((delegate* unmanaged<nint*, int>)Export("cublasCreate_v2"))(&made), "cublasCreate");
            handle = made;
        });
        Within(() => Check(
            ((delegate* unmanaged<nint, nint, int>)Export("cublasSetStream_v2"))(handle, stream), "cublasSetStream"));
    }

    /// <summary>What a matrix consists of, as CUDA's libraries number it (<c>cudaDataType</c>).</summary>
    public enum Kind
    {
        /// <summary>float32.</summary>
        Float32 = 0,
        /// <summary>float16.</summary>
        Float16 = 2,
        /// <summary>bfloat16.</summary>
        BFloat16 = 14,
    }

    /// <summary>The library, or null where it is not installed.</summary>
    /// <param name="context">The <c>CUcontext</c>: a device's primary one.</param>
    /// <param name="stream">The <c>CUstream</c>.</param>
    /// <exception cref="InvalidOperationException">It cannot be opened.</exception>
    public static CuBlas? Find(nint context, nint stream)
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var driver))
            return null;
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var library))
                return new(library, driver, context, stream);
        }

        return null;
    }

    /// <summary>Enqueues c = a · b, of square matrices in row-major order, with sums in float32.</summary>
    /// <param name="size">How many rows and columns they have.</param>
    /// <param name="kind">What they consist of.</param>
    /// <param name="allowsTf32">Whether float32 may be rounded to TF32.</param>
    /// <param name="a">The left factor's <c>CUdeviceptr</c>.</param>
    /// <param name="b">The right factor's.</param>
    /// <param name="c">The product's.</param>
    /// <exception cref="InvalidOperationException">The library returned an error.</exception>
    public void Multiply(int size, Kind kind, bool allowsTf32, ulong a, ulong b, ulong c)
    {
        // cuBLAS counts along columns: what it takes for the product of two transposes is this one's transpose.
        Within(() =>
        {
            var (one, zero) = (1f, 0f);
            Check(
                ((delegate* unmanaged<nint, int, int, int, int, int, void*, ulong, int, int, ulong, int, int, void*,
                    ulong, int, int, int, int, int>)Export("cublasGemmEx"))(
                    handle, NotTransposed, NotTransposed, size, size, size, &one, b, (int)kind, size, a, (int)kind,
                    size, &zero, c, (int)kind, size, allowsTf32 ? ComputeTf32 : ComputeFloat32, DefaultAlgorithm),
                "cublasGemmEx");
        });
    }

    /// <summary>Waits for the stream.</summary>
    public void Wait() => Within(() => Check(
        ((delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuStreamSynchronize"))(stream),
        "cuStreamSynchronize"));

    /// <inheritdoc/>
    public void Dispose() => Within(() => Check(
        ((delegate* unmanaged<nint, int>)Export("cublasDestroy_v2"))(handle), "cublasDestroy"));

    private nint Export(string name) => NativeLibrary.GetExport(library, name);

    private void Within(Action call)
    {
        Check(
            ((delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuCtxPushCurrent_v2"))(context),
            "cuCtxPushCurrent");
        try
        {
            call();
        }
        finally
        {
            nint popped;
            _ = ((delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(driver, "cuCtxPopCurrent_v2"))(&popped);
        }
    }

    private static void Check(int code, string call)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{call} returned {code}"));
        }
    }
}
