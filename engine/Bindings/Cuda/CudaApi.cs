using System.Reflection;
using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// The functions of CUDA's driver that are used, by their names in <c>cuda.h</c>; where those have a version, by the
/// one of CUDA 11.4. The driver brings them: nothing of the toolkit is needed.
/// </summary>
internal static unsafe partial class CudaApi
{
    /// <summary>The oldest driver that has all of them, as cuDriverGetVersion counts.</summary>
    public const int LeastVersion = 11040;

    private const string Library = "cuda";

    private static readonly Lazy<(nint Library, string? Reason)> Found = new(Load);

    static CudaApi() => NativeLibrary.SetDllImportResolver(typeof(CudaApi).Assembly, Resolve);

    /// <summary>What the driver's library may be called.</summary>
    public static string[] LibraryNames { get; } =
        OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    /// <summary>The library of a driver in software that stands in for it; set by tests, before the first use.</summary>
    internal static string? Software { get; set; }

    /// <summary>Why there is no driver to call, in one line; null where there is one.</summary>
    public static string? WhyMissing => Found.Value.Reason;

    [LibraryImport(Library, EntryPoint = "cuInit")]
    public static partial CudaResult Init(uint flags);
    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    public static partial CudaResult DriverGetVersion(int* version);
    [LibraryImport(Library, EntryPoint = "cuGetErrorName")]
    public static partial CudaResult GetErrorName(CudaResult error, byte** text);
    [LibraryImport(Library, EntryPoint = "cuGetErrorString")]
    public static partial CudaResult GetErrorString(CudaResult error, byte** text);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    public static partial CudaResult DeviceGetCount(int* count);
    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    public static partial CudaResult DeviceGet(int* device, int ordinal);
    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    public static partial CudaResult DeviceGetName(byte* name, int length, int device);
    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    public static partial CudaResult DeviceTotalMemory(nuint* bytes, int device);
    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    public static partial CudaResult DeviceGetAttribute(int* value, CudaAttribute attribute, int device);
    [LibraryImport(Library, EntryPoint = "cuDeviceCanAccessPeer")]
    public static partial CudaResult DeviceCanAccessPeer(int* can, int device, int peer);
    [LibraryImport(Library, EntryPoint = "cuDeviceGetMemPool")]
    public static partial CudaResult DeviceGetMemoryPool(nint* pool, int device);
    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial CudaResult DevicePrimaryContextRetain(nint* context, int device);
    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial CudaResult DevicePrimaryContextRelease(int device);

    [LibraryImport(Library, EntryPoint = "cuCtxPushCurrent_v2")]
    public static partial CudaResult ContextPushCurrent(nint context);
    [LibraryImport(Library, EntryPoint = "cuCtxPopCurrent_v2")]
    public static partial CudaResult ContextPopCurrent(nint* context);
    [LibraryImport(Library, EntryPoint = "cuCtxGetDevice")]
    public static partial CudaResult ContextGetDevice(int* device);

    [LibraryImport(Library, EntryPoint = "cuCtxEnablePeerAccess")]
    public static partial CudaResult ContextEnablePeerAccess(nint peer, uint flags);

    [LibraryImport(Library, EntryPoint = "cuMemPoolSetAccess")]
    public static partial CudaResult MemoryPoolSetAccess(nint pool, CudaMemoryAccess* access, nuint count);
    [LibraryImport(Library, EntryPoint = "cuMemAlloc_v2")]
    public static partial CudaResult MemoryAllocate(ulong* address, nuint bytes);
    [LibraryImport(Library, EntryPoint = "cuMemFree_v2")]
    public static partial CudaResult MemoryFree(ulong address);
    [LibraryImport(Library, EntryPoint = "cuMemAllocAsync")]
    public static partial CudaResult MemoryAllocateAsync(ulong* address, nuint bytes, nint stream);
    [LibraryImport(Library, EntryPoint = "cuMemFreeAsync")]
    public static partial CudaResult MemoryFreeAsync(ulong address, nint stream);
    [LibraryImport(Library, EntryPoint = "cuMemHostAlloc")]
    public static partial CudaResult MemoryHostAllocate(void** pointer, nuint bytes, uint flags);
    [LibraryImport(Library, EntryPoint = "cuMemFreeHost")]
    public static partial CudaResult MemoryFreeHost(void* pointer);
    [LibraryImport(Library, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial CudaResult CopyToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream);
    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial CudaResult CopyToHostAsync(void* destination, ulong source, nuint bytes, nint stream);
    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoDAsync_v2")]
    public static partial CudaResult CopyOnDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream);
    [LibraryImport(Library, EntryPoint = "cuMemcpyPeerAsync")]
    public static partial CudaResult CopyToPeerAsync(
        ulong destination, nint destinationContext, ulong source, nint sourceContext, nuint bytes, nint stream);
    [LibraryImport(Library, EntryPoint = "cuModuleLoadDataEx")]
    public static partial CudaResult ModuleLoadData(
        nint* module, byte* image, uint optionCount, CudaJitOption* options, void** values);
    [LibraryImport(Library, EntryPoint = "cuModuleUnload")]
    public static partial CudaResult ModuleUnload(nint module);
    [LibraryImport(Library, EntryPoint = "cuModuleGetFunction")]
    public static partial CudaResult ModuleGetFunction(nint* function, nint module, byte* name);
    [LibraryImport(Library, EntryPoint = "cuLaunchKernel")]
    public static partial CudaResult LaunchKernel(
        nint function, uint groupsX, uint groupsY, uint groupsZ, uint threadsX, uint threadsY, uint threadsZ,
        uint sharedBytes, nint stream, void** parameters, void** extra);

    [LibraryImport(Library, EntryPoint = "cuStreamCreate")]
    public static partial CudaResult StreamCreate(nint* stream, uint flags);
    [LibraryImport(Library, EntryPoint = "cuStreamDestroy_v2")]
    public static partial CudaResult StreamDestroy(nint stream);
    [LibraryImport(Library, EntryPoint = "cuStreamGetCtx")]
    public static partial CudaResult StreamGetContext(nint stream, nint* context);
    [LibraryImport(Library, EntryPoint = "cuStreamSynchronize")]
    public static partial CudaResult StreamSynchronize(nint stream);
    [LibraryImport(Library, EntryPoint = "cuStreamWaitEvent")]
    public static partial CudaResult StreamWaitEvent(nint stream, nint awaited, uint flags);
    [LibraryImport(Library, EntryPoint = "cuStreamBeginCapture_v2")]
    public static partial CudaResult StreamBeginCapture(nint stream, CudaCaptureMode mode);
    [LibraryImport(Library, EntryPoint = "cuStreamEndCapture")]
    public static partial CudaResult StreamEndCapture(nint stream, nint* graph);
    [LibraryImport(Library, EntryPoint = "cuGraphInstantiateWithFlags")]
    public static partial CudaResult GraphInstantiate(nint* executable, nint graph, ulong flags);
    [LibraryImport(Library, EntryPoint = "cuGraphLaunch")]
    public static partial CudaResult GraphLaunch(nint executable, nint stream);
    [LibraryImport(Library, EntryPoint = "cuGraphExecDestroy")]
    public static partial CudaResult GraphExecutableDestroy(nint executable);
    [LibraryImport(Library, EntryPoint = "cuGraphDestroy")]
    public static partial CudaResult GraphDestroy(nint graph);
    [LibraryImport(Library, EntryPoint = "cuEventCreate")]
    public static partial CudaResult EventCreate(nint* created, CudaEventFlags flags);
    [LibraryImport(Library, EntryPoint = "cuEventDestroy_v2")]
    public static partial CudaResult EventDestroy(nint destroyed);
    [LibraryImport(Library, EntryPoint = "cuEventRecord")]
    public static partial CudaResult EventRecord(nint recorded, nint stream);
    [LibraryImport(Library, EntryPoint = "cuEventQuery")]
    public static partial CudaResult EventQuery(nint asked);
    [LibraryImport(Library, EntryPoint = "cuEventSynchronize")]
    public static partial CudaResult EventSynchronize(nint awaited);
    [LibraryImport(Library, EntryPoint = "cuEventElapsedTime")]
    public static partial CudaResult EventElapsedTime(float* milliseconds, nint start, nint end);

    /// <summary>Loads the first of some libraries that there is, or says why that cannot be.</summary>
    internal static (nint Library, string? Reason) Load(ReadOnlySpan<string> names) =>
        InterfaceLibrary.Load(names, out _) is var library and not 0 ? (library, null)
            : (0, $"no CUDA driver was found ({string.Join(", ", names.ToArray())}); NVIDIA's driver brings it");

    private static (nint Library, string? Reason) Load() => Environment.Is64BitProcess
        ? Load(Software is null ? LibraryNames : [Software])
        : (0, "CUDA needs a process of 64 bits");

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Library ? Found.Value.Library : 0;
}
