namespace KernelEngine.SoftwareCuda;

/// <summary>A text is no PTX, or more of it than is known here.</summary>
public sealed class PtxException(string message) : Exception(message);

/// <summary>A thread did what it must not: the code is the driver's for it.</summary>
public sealed class PtxFaultException(int code, string message) : Exception(message)
{
    /// <summary>CUDA_ERROR_ILLEGAL_ADDRESS and its like.</summary>
    public int Code { get; } = code;
}
