using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using Silk.NET.OpenCL;
using ClDeviceType = Silk.NET.OpenCL.DeviceType;

namespace KernelEngine.OpenCl;

/// <summary>
/// The functions of OpenCL 1.2 that are used, from the system's loader. They are found without reflection, so that
/// trimming and compilation ahead of time keep them.
/// </summary>
internal sealed unsafe partial class OpenClApi
{
    /// <summary>What clGetPlatformIDs returns where the loader knows no driver.</summary>
    public const int PlatformNotFound = -1001;

    private static readonly Lazy<(OpenClApi? Api, string? Reason)> Found = new(() => Load(LibraryNames()));

    public readonly delegate* unmanaged<uint, nint*, uint*, int> GetPlatformIds;
    public readonly delegate* unmanaged<nint, PlatformInfo, nuint, void*, nuint*, int> GetPlatformInfo;
    public readonly delegate* unmanaged<nint, ClDeviceType, uint, nint*, uint*, int> GetDeviceIds;
    public readonly delegate* unmanaged<nint, DeviceInfo, nuint, void*, nuint*, int> GetDeviceInfo;
    public readonly delegate* unmanaged<nint*, uint, nint*, nint, nint, int*, nint> CreateContext;
    public readonly delegate* unmanaged<nint, int> RetainContext;
    public readonly delegate* unmanaged<nint, int> ReleaseContext;
    public readonly delegate* unmanaged<nint, ContextInfo, nuint, void*, nuint*, int> GetContextInfo;
    public readonly delegate* unmanaged<nint, nint, CommandQueueProperties, int*, nint> CreateCommandQueue;
    public readonly delegate* unmanaged<nint, int> RetainCommandQueue;
    public readonly delegate* unmanaged<nint, int> ReleaseCommandQueue;
    public readonly delegate* unmanaged<nint, CommandQueueInfo, nuint, void*, nuint*, int> GetCommandQueueInfo;
    public readonly delegate* unmanaged<nint, MemFlags, nuint, void*, int*, nint> CreateBuffer;
    public readonly delegate* unmanaged<nint, int> RetainMemObject;
    public readonly delegate* unmanaged<nint, int> ReleaseMemObject;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>
        EnqueueWriteBuffer;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>
        EnqueueReadBuffer;
    public readonly delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int>
        EnqueueCopyBuffer;
    public readonly delegate* unmanaged<nint, nint, uint, MapFlags, nuint, nuint, uint, nint*, nint*, int*, void*>
        EnqueueMapBuffer;
    public readonly delegate* unmanaged<nint, nint, void*, uint, nint*, nint*, int> EnqueueUnmapMemObject;
    public readonly delegate* unmanaged<nint, uint, nint*, MemMigrationFlags, uint, nint*, nint*, int>
        EnqueueMigrateMemObjects;
    public readonly delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int>
        EnqueueNDRangeKernel;
    public readonly delegate* unmanaged<nint, uint, nint*, nint*, int> EnqueueMarkerWithWaitList;
    public readonly delegate* unmanaged<nint, uint, nint*, nint*, int> EnqueueBarrierWithWaitList;
    public readonly delegate* unmanaged<nint, int> Flush;
    public readonly delegate* unmanaged<nint, int> Finish;
    public readonly delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint> CreateProgramWithSource;
    public readonly delegate* unmanaged<nint, uint, nint*, nuint*, byte**, int*, int*, nint> CreateProgramWithBinary;
    public readonly delegate* unmanaged<nint, uint, nint*, byte*, nint, nint, int> BuildProgram;
    public readonly delegate* unmanaged<nint, nint, ProgramBuildInfo, nuint, void*, nuint*, int> GetProgramBuildInfo;
    public readonly delegate* unmanaged<nint, ProgramInfo, nuint, void*, nuint*, int> GetProgramInfo;
    public readonly delegate* unmanaged<nint, int> ReleaseProgram;
    public readonly delegate* unmanaged<nint, byte*, int*, nint> CreateKernel;
    public readonly delegate* unmanaged<nint, int> ReleaseKernel;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, int> SetKernelArg;
    public readonly delegate* unmanaged<nint, nint, KernelWorkGroupInfo, nuint, void*, nuint*, int>
        GetKernelWorkGroupInfo;
    public readonly delegate* unmanaged<uint, nint*, int> WaitForEvents;
    public readonly delegate* unmanaged<nint, EventInfo, nuint, void*, nuint*, int> GetEventInfo;
    public readonly delegate* unmanaged<nint, ProfilingInfo, nuint, void*, nuint*, int> GetEventProfilingInfo;
    public readonly delegate* unmanaged<nint, int> RetainEvent;
    public readonly delegate* unmanaged<nint, int> ReleaseEvent;

    private OpenClApi(nint library)
    {
        nint Of(string name) => NativeLibrary.GetExport(library, name);

        GetPlatformIds = (delegate* unmanaged<uint, nint*, uint*, int>)Of("clGetPlatformIDs");
        GetPlatformInfo =
            (delegate* unmanaged<nint, PlatformInfo, nuint, void*, nuint*, int>)Of("clGetPlatformInfo");
        GetDeviceIds = (delegate* unmanaged<nint, ClDeviceType, uint, nint*, uint*, int>)Of("clGetDeviceIDs");
        GetDeviceInfo = (delegate* unmanaged<nint, DeviceInfo, nuint, void*, nuint*, int>)Of("clGetDeviceInfo");
        CreateContext = (delegate* unmanaged<nint*, uint, nint*, nint, nint, int*, nint>)Of("clCreateContext");
        RetainContext = (delegate* unmanaged<nint, int>)Of("clRetainContext");
        ReleaseContext = (delegate* unmanaged<nint, int>)Of("clReleaseContext");
        GetContextInfo = (delegate* unmanaged<nint, ContextInfo, nuint, void*, nuint*, int>)Of("clGetContextInfo");
        CreateCommandQueue =
            (delegate* unmanaged<nint, nint, CommandQueueProperties, int*, nint>)Of("clCreateCommandQueue");
        RetainCommandQueue = (delegate* unmanaged<nint, int>)Of("clRetainCommandQueue");
        ReleaseCommandQueue = (delegate* unmanaged<nint, int>)Of("clReleaseCommandQueue");
        GetCommandQueueInfo =
            (delegate* unmanaged<nint, CommandQueueInfo, nuint, void*, nuint*, int>)Of("clGetCommandQueueInfo");
        CreateBuffer = (delegate* unmanaged<nint, MemFlags, nuint, void*, int*, nint>)Of("clCreateBuffer");
        RetainMemObject = (delegate* unmanaged<nint, int>)Of("clRetainMemObject");
        ReleaseMemObject = (delegate* unmanaged<nint, int>)Of("clReleaseMemObject");
        EnqueueWriteBuffer =
            (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>)
            Of("clEnqueueWriteBuffer");
        EnqueueReadBuffer =
            (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>)
            Of("clEnqueueReadBuffer");
        EnqueueCopyBuffer =
            (delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int>)
            Of("clEnqueueCopyBuffer");
        EnqueueMapBuffer =
            (delegate* unmanaged<nint, nint, uint, MapFlags, nuint, nuint, uint, nint*, nint*, int*, void*>)
            Of("clEnqueueMapBuffer");
        EnqueueUnmapMemObject =
            (delegate* unmanaged<nint, nint, void*, uint, nint*, nint*, int>)Of("clEnqueueUnmapMemObject");
        EnqueueMigrateMemObjects =
            (delegate* unmanaged<nint, uint, nint*, MemMigrationFlags, uint, nint*, nint*, int>)
            Of("clEnqueueMigrateMemObjects");
        EnqueueNDRangeKernel =
            (delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int>)
            Of("clEnqueueNDRangeKernel");
        EnqueueMarkerWithWaitList =
            (delegate* unmanaged<nint, uint, nint*, nint*, int>)Of("clEnqueueMarkerWithWaitList");
        EnqueueBarrierWithWaitList =
            (delegate* unmanaged<nint, uint, nint*, nint*, int>)Of("clEnqueueBarrierWithWaitList");
        Flush = (delegate* unmanaged<nint, int>)Of("clFlush");
        Finish = (delegate* unmanaged<nint, int>)Of("clFinish");
        CreateProgramWithSource =
            (delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint>)Of("clCreateProgramWithSource");
        CreateProgramWithBinary =
            (delegate* unmanaged<nint, uint, nint*, nuint*, byte**, int*, int*, nint>)
            Of("clCreateProgramWithBinary");
        BuildProgram = (delegate* unmanaged<nint, uint, nint*, byte*, nint, nint, int>)Of("clBuildProgram");
        GetProgramBuildInfo =
            (delegate* unmanaged<nint, nint, ProgramBuildInfo, nuint, void*, nuint*, int>)
            Of("clGetProgramBuildInfo");
        GetProgramInfo = (delegate* unmanaged<nint, ProgramInfo, nuint, void*, nuint*, int>)Of("clGetProgramInfo");
        ReleaseProgram = (delegate* unmanaged<nint, int>)Of("clReleaseProgram");
        CreateKernel = (delegate* unmanaged<nint, byte*, int*, nint>)Of("clCreateKernel");
        ReleaseKernel = (delegate* unmanaged<nint, int>)Of("clReleaseKernel");
        SetKernelArg = (delegate* unmanaged<nint, uint, nuint, void*, int>)Of("clSetKernelArg");
        GetKernelWorkGroupInfo =
            (delegate* unmanaged<nint, nint, KernelWorkGroupInfo, nuint, void*, nuint*, int>)
            Of("clGetKernelWorkGroupInfo");
        WaitForEvents = (delegate* unmanaged<uint, nint*, int>)Of("clWaitForEvents");
        GetEventInfo = (delegate* unmanaged<nint, EventInfo, nuint, void*, nuint*, int>)Of("clGetEventInfo");
        GetEventProfilingInfo =
            (delegate* unmanaged<nint, ProfilingInfo, nuint, void*, nuint*, int>)Of("clGetEventProfilingInfo");
        RetainEvent = (delegate* unmanaged<nint, int>)Of("clRetainEvent");
        ReleaseEvent = (delegate* unmanaged<nint, int>)Of("clReleaseEvent");
    }

    /// <summary>The functions, or null where the machine has no loader.</summary>
    public static OpenClApi? Current => Found.Value.Api;

    /// <summary>Why there are none, in one line.</summary>
    public static string? WhyMissing => Found.Value.Reason;

    /// <summary>Loads the first library that there is, or says why that cannot be.</summary>
    internal static (OpenClApi? Api, string? Reason) Load(ReadOnlySpan<string> names)
    {
        // PoCL would catch the whole process's divisions by zero, so that they throw nothing any more; no kernel of the
        // engine divides by zero.
        if (OperatingSystem.IsLinux())
            _ = SetVariable("POCL_SIGFPE_HANDLER", "0", overwrite: 0);
        var library = InterfaceLibrary.Load(names, out var found);
        if (library == 0)
        {
            return (null,
                $"no OpenCL loader was found ({string.Join(", ", names.ToArray())}); a GPU's driver brings it, or on " +
                "Debian the package ocl-icd-libopencl1");
        }

        try
        {
            return (new OpenClApi(library), null);
        }
        catch (EntryPointNotFoundException e)
        {
            return (null, $"{found} is older than OpenCL 1.2 ({e.Message})");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static string[] LibraryNames() =>
        OperatingSystem.IsWindows() ? ["OpenCL.dll"]
        : OperatingSystem.IsMacOS() ? ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
        : ["libOpenCL.so.1", "libOpenCL.so"];
}
