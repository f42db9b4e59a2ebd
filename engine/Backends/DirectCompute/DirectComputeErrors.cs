using System.Globalization;

namespace KernelEngine.DirectCompute;

/// <summary>What Direct3D's functions answer.</summary>
internal static class DirectComputeErrors
{
    public const int OutOfMemory = unchecked((int)0x8007000e);

    private const int Removed = unchecked((int)0x887a0005);
    private const int Hung = unchecked((int)0x887a0006);
    private const int Reset = unchecked((int)0x887a0007);
    private const int DriverError = unchecked((int)0x887a0020);

    /// <summary>Whether an answer says that the device is gone.</summary>
    public static bool IsLost(int answer) => answer is Removed or Hung or Reset or DriverError;

    /// <summary>Its name in Microsoft's documents, by which it is searched for.</summary>
    public static string NameOf(int answer) => answer switch
    {
        unchecked((int)0x887a0001) => "DXGI_ERROR_INVALID_CALL",
        unchecked((int)0x887a0002) => "DXGI_ERROR_NOT_FOUND",
        unchecked((int)0x887a0004) => "DXGI_ERROR_UNSUPPORTED",
        Removed => "DXGI_ERROR_DEVICE_REMOVED",
        Hung => "DXGI_ERROR_DEVICE_HUNG",
        Reset => "DXGI_ERROR_DEVICE_RESET",
        DriverError => "DXGI_ERROR_DRIVER_INTERNAL_ERROR",
        OutOfMemory => "E_OUTOFMEMORY",
        unchecked((int)0x80004001) => "E_NOTIMPL",
        unchecked((int)0x80004002) => "E_NOINTERFACE",
        unchecked((int)0x80004005) => "E_FAIL",
        unchecked((int)0x80070057) => "E_INVALIDARG",
        _ => "HRESULT 0x" + answer.ToString("x8", CultureInfo.InvariantCulture),
    };

    /// <summary>Throws unless a call went well.</summary>
    /// <param name="answer">What it answered.</param>
    /// <param name="call">Which it was.</param>
    /// <exception cref="TensorRuntimeException">It did not.</exception>
    public static void Check(int answer, string call)
    {
        if (answer < 0)
            throw new TensorRuntimeException($"{call} answered {NameOf(answer)}");
    }
}
