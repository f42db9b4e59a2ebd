using System.Runtime.InteropServices;

namespace KernelEngine.Cuda;

/// <summary>CUresult: what a function of the driver returns. Those that something is done about have names here; the
/// driver has texts of all.</summary>
internal enum CudaResult
{
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    Deinitialized = 4,
    EccUncorrectable = 214,
    NvlinkUncorrectable = 220,
    NotReady = 600,
    IllegalAddress = 700,
    LaunchTimeout = 702,
    ContextIsDestroyed = 709,
    Assert = 710,
    HardwareStackError = 714,
    IllegalInstruction = 715,
    MisalignedAddress = 716,
    InvalidAddressSpace = 717,
    InvalidProgramCounter = 718,
    LaunchFailed = 719,
    Unknown = 999,
}

/// <summary>CUdevice_attribute: what is asked of a device.</summary>
internal enum CudaAttribute
{
    MaxThreadsPerBlock = 1,
    MaxGridDimX = 5,
    MaxGridDimY = 6,
    MaxGridDimZ = 7,
    MaxSharedMemoryPerBlock = 8,
    WarpSize = 10,
    MultiprocessorCount = 16,
    Integrated = 18,
    ComputeMode = 20,
    UnifiedAddressing = 41,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MemoryPoolsSupported = 115,
}

/// <summary>CUjit_option: what is said of, and asked from, the compiler of PTX.</summary>
internal enum CudaJitOption
{
    ErrorLogBuffer = 5,
    ErrorLogBufferSizeBytes = 6,
}

/// <summary>CUevent_flags.</summary>
[Flags]
internal enum CudaEventFlags : uint
{
    Default = 0,
    BlockingSync = 1,
    DisableTiming = 2,
}

/// <summary>CUstreamCaptureMode.</summary>
internal enum CudaCaptureMode
{
    ThreadLocal = 1,
}

/// <summary>CUmemAccessDesc: who may do what with a pool's memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct CudaMemoryAccess(int locationType, int locationId, int flags)
{
    /// <summary>CU_MEM_LOCATION_TYPE_DEVICE.</summary>
    public const int Device = 1;

    /// <summary>CU_MEM_ACCESS_FLAGS_PROT_READWRITE.</summary>
    public const int ReadWrite = 3;

    /// <summary>What kind of place the accesses come from.</summary>
    public readonly int LocationType = locationType;

    /// <summary>Which one of them.</summary>
    public readonly int LocationId = locationId;

    /// <summary>What they may do.</summary>
    public readonly int Flags = flags;
}
