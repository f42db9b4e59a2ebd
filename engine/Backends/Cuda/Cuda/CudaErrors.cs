using System.Runtime.InteropServices;

namespace KernelEngine.Cuda;

/// <summary>What the driver's error codes become.</summary>
internal static unsafe class CudaErrors
{
    /// <summary>The name of a code and what the driver says of it.</summary>
    public static string TextOf(CudaResult code)
    {
        byte* name = null, text = null;
        if (CudaApi.GetErrorName(code, &name) != 0 || name is null)
            return $"CUDA error {(int)code}";
        return CudaApi.GetErrorString(code, &text) == 0 && text is not null
            ? $"{Marshal.PtrToStringUTF8((nint)name)}, {Marshal.PtrToStringUTF8((nint)text)}"
            : Marshal.PtrToStringUTF8((nint)name)!;
    }

    /// <summary>Throws unless a call went well.</summary>
    /// <param name="code">What it returned.</param>
    /// <param name="call">Which it was.</param>
    /// <exception cref="TensorRuntimeException">It did not.</exception>
    public static void Check(CudaResult code, string call)
    {
        if (code != CudaResult.Success)
            throw new TensorRuntimeException($"{call} failed: {TextOf(code)}");
    }

    /// <summary>
    /// Whether a code is one that stays: all further calls in the context return it, and nothing but a new process, or
    /// the end of everything in the context, helps.
    /// </summary>
    public static bool IsSticky(CudaResult code) => code
        is CudaResult.Deinitialized or CudaResult.EccUncorrectable or CudaResult.NvlinkUncorrectable
        or CudaResult.IllegalAddress or CudaResult.LaunchTimeout or CudaResult.ContextIsDestroyed or CudaResult.Assert
        or CudaResult.HardwareStackError or CudaResult.IllegalInstruction or CudaResult.MisalignedAddress
        or CudaResult.InvalidAddressSpace or CudaResult.InvalidProgramCounter or CudaResult.LaunchFailed
        or CudaResult.Unknown;
}
