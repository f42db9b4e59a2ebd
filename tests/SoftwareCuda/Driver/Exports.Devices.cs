using System.Runtime.InteropServices;
using static KernelEngine.SoftwareCuda.SoftwareDriver;

namespace KernelEngine.SoftwareCuda;

/// <summary>The driver's functions by their names; those that the engine calls.</summary>
internal static unsafe partial class Exports
{
    private static bool isInitialized;

    [UnmanagedCallersOnly(EntryPoint = "cuInit")]
    private static int Init(uint flags) => Call(() => isInitialized = flags == 0);

    [UnmanagedCallersOnly(EntryPoint = "cuDriverGetVersion")]
    private static int DriverGetVersion(int* version) => Call(() => *version = 12020);

    [UnmanagedCallersOnly(EntryPoint = "cuGetErrorName")]
    private static int GetErrorName(int error, nint* text) => Call(() =>
    {
        Expect(Enum.IsDefined((SoftwareError)error));
        *text = TextOf("CUDA_ERROR_" + string.Concat(((SoftwareError)error).ToString().Select((letter, i) =>
            char.IsUpper(letter) && i > 0 ? "_" + letter : char.ToUpperInvariant(letter).ToString())));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuGetErrorString")]
    private static int GetErrorString(int error, nint* text) => Call(() =>
    {
        Expect(Enum.IsDefined((SoftwareError)error));
        *text = TextOf($"what the driver says of {(SoftwareError)error}");
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetCount")]
    private static int DeviceGetCount(int* count) => Call(() =>
    {
        Expect(isInitialized, SoftwareError.NotInitialized);
        *count = Devices;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGet")]
    private static int DeviceGet(int* device, int ordinal) => Call(() =>
    {
        CheckDevice(ordinal);
        *device = ordinal;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetName")]
    private static int DeviceGetName(nint name, int length, int device) => Call(() =>
    {
        CheckDevice(device);
        Write($"CUDA in software {device}", name, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceTotalMem_v2")]
    private static int DeviceTotalMemory(nuint* bytes, int device) => Call(() =>
    {
        CheckDevice(device);
        *bytes = (nuint)MemoryBytes;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetAttribute")]
    private static int DeviceGetAttribute(int* value, int attribute, int device) => Call(() =>
    {
        CheckDevice(device);

        // Numbers as cuda.h has them, said here once more: the engine's are checked against them.
        *value = attribute switch
        {
            1 => 1024,
            5 => int.MaxValue,
            6 or 7 => 65535,
            8 => 48 * 1024,
            10 => 32,
            13 => 1_000_000,
            16 => 1,
            18 or 20 => 0,
            41 => 1,
            75 => Capability.Major,
            76 => Capability.Minor,
            115 => device == 0 ? 1 : 0,
            _ => throw new SoftwareErrorException(SoftwareError.InvalidValue),
        };
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceCanAccessPeer")]
    private static int DeviceCanAccessPeer(int* can, int device, int peer) => Call(() => *can = device != peer ? 1 : 0);

    // A pool is known by its device.
    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetMemPool")]
    private static int DeviceGetPool(nint* pool, int device) => Call(() =>
    {
        CheckDevice(device);
        *pool = device + 1;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemPoolSetAccess")]
    private static int PoolSetAccess(nint pool, int* access, nuint count) => Call(() =>
    {
        CheckDevice((int)pool - 1);
        Expect(count == 1 && access[0] == 1 && access[2] == 3);
        CheckDevice(access[1]);
        Expect(access[1] != pool - 1);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static int PrimaryRetain(nint* context, int device) => Call(() => *context = RetainPrimary(device));

    [UnmanagedCallersOnly(EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static int PrimaryRelease(int device) => Call(() => ReleasePrimary(device));

    [UnmanagedCallersOnly(EntryPoint = "cuCtxPushCurrent_v2")]
    private static int ContextPush(nint context) => Call(() =>
    {
        SoftwareObjects.Get<SoftwareContext>(context);
        Current.Push(context);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuCtxPopCurrent_v2")]
    private static int ContextPop(nint* context) => Call(() =>
    {
        Expect(Current.Count > 0, SoftwareError.InvalidContext);
        *context = Current.Pop();
    });

    [UnmanagedCallersOnly(EntryPoint = "cuCtxGetDevice")]
    private static int ContextGetDevice(int* device) => CallIn(context => *device = context.Device);

    [UnmanagedCallersOnly(EntryPoint = "cuCtxEnablePeerAccess")]
    private static int EnablePeerAccess(nint peer, uint flags) => CallIn(context =>
    {
        Expect(flags == 0 && SoftwareObjects.Get<SoftwareContext>(peer).Device != context.Device);
    });
}
