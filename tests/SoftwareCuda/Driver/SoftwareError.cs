namespace KernelEngine.SoftwareCuda;

/// <summary>CUresult.</summary>
internal enum SoftwareError
{
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NotInitialized = 3,
    InvalidDevice = 101,
    InvalidContext = 201,
    InvalidPtx = 218,
    InvalidHandle = 400,
    NotFound = 500,
    NotReady = 600,
    IllegalAddress = 700,
    LaunchOutOfResources = 701,
    PeerAccessAlreadyEnabled = 704,
    MisalignedAddress = 716,
    LaunchFailed = 719,
    StreamCaptureUnsupported = 900,
}

/// <summary>Ends a call with an error.</summary>
internal sealed class SoftwareErrorException(SoftwareError error) : Exception
{
    /// <summary>What the call returns.</summary>
    public SoftwareError Error { get; } = error;
}
