using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>What OpenCL's error codes become.</summary>
internal static class OpenClErrors
{
    /// <summary>The name that OpenCL's headers give a code.</summary>
    public static string NameOf(int code)
    {
        if (code == OpenClApi.PlatformNotFound)
            return "CL_PLATFORM_NOT_FOUND_KHR";
        return Enum.GetName((ErrorCodes)code) is { } name ? ErrorName.Of("CL", name) : $"OpenCL error {code}";
    }

    /// <summary>Throws unless a call went well.</summary>
    /// <param name="code">What it returned.</param>
    /// <param name="call">Which it was.</param>
    /// <exception cref="TensorRuntimeException">It did not.</exception>
    public static void Check(int code, string call)
    {
        if (code != (int)ErrorCodes.Success)
            throw new TensorRuntimeException($"{call} failed: {NameOf(code)}");
    }

    /// <summary>Whether a code says that memory is short.</summary>
    public static bool IsMemory(int code) => (ErrorCodes)code
        is ErrorCodes.MemObjectAllocationFailure or ErrorCodes.OutOfHostMemory or ErrorCodes.InvalidBufferSize;

    /// <summary>
    /// Whether a code is one that a lost device gives; <c>CL_OUT_OF_RESOURCES</c> may also be a launch that asks for
    /// too much, so the queue has to be asked.
    /// </summary>
    public static bool MayBeLost(int code) => (ErrorCodes)code
        is ErrorCodes.DeviceNotAvailable or ErrorCodes.OutOfResources or ErrorCodes.InvalidCommandQueue
        or ErrorCodes.InvalidContext or ErrorCodes.InvalidDevice or ErrorCodes.InvalidEvent
        or ErrorCodes.ExecStatusErrorForEventsInWaitList;
}
