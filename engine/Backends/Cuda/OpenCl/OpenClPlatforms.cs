using KernelEngine.Gpu;
using ClDeviceType = Silk.NET.OpenCL.DeviceType;

namespace KernelEngine.OpenCl;

/// <summary>The devices of all OpenCL drivers of this machine.</summary>
internal static unsafe class OpenClPlatforms
{
    /// <summary>
    /// The devices, in the order of the platforms, and, where there are none, why. A driver that fails costs its own
    /// devices only.
    /// </summary>
    public static (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find()
    {
        if (OpenClApi.Current is not { } api)
            return ([], OpenClApi.WhyMissing);

        uint count = 0;
        var code = api.GetPlatformIds(0, null, &count);
        if (code == OpenClApi.PlatformNotFound || (code == 0 && count == 0))
            return ([], "the OpenCL loader knows no driver; on Debian, pocl-opencl-icd is one for the processor");
        if (code != 0)
            return ([], $"clGetPlatformIDs failed: {OpenClErrors.NameOf(code)}");
        var platforms = new nint[count];
        fixed (nint* first = platforms)
            code = api.GetPlatformIds(count, first, null);
        if (code != 0)
            return ([], $"clGetPlatformIDs failed: {OpenClErrors.NameOf(code)}");

        var ids = platforms.SelectMany(platform => DevicesOf(api, platform));
        return (
            [.. ids.Select(id => OpenClAdapter.Read(api, id))], "the OpenCL drivers of this machine have no devices");
    }

    private static nint[] DevicesOf(OpenClApi api, nint platform)
    {
        uint count = 0;
        if (api.GetDeviceIds(platform, ClDeviceType.All, 0, null, &count) != 0 || count == 0)
            return [];
        var devices = new nint[count];
        fixed (nint* first = devices)
            return api.GetDeviceIds(platform, ClDeviceType.All, count, first, null) == 0 ? devices : [];
    }
}
