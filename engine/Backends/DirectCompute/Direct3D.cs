using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>The functions that d3d12.dll and dxgi.dll export, or libvkd3d-utils in place of the first.</summary>
internal static unsafe partial class Direct3D
{
    /// <summary>The least that a device has: feature level 11_0, whose shaders are cs_5_0.</summary>
    private const int FeatureLevel = 0xb000;

    private static readonly nint Library = OperatingSystem.IsWindows() ? Load("d3d12.dll") : LoadVkd3d();
    private static readonly nint Dxgi = OperatingSystem.IsWindows() ? Load("dxgi.dll") : 0;

    /// <summary>Whether it is libvkd3d, which makes Vulkan of it.</summary>
    public static bool IsVkd3d => !OperatingSystem.IsWindows();

    /// <summary>Whether vkd3d makes Vulkan of it: as libvkd3d, or as a part of Wine.</summary>
    public static bool MakesVulkan { get; } = !OperatingSystem.IsWindows() ||
        (NativeLibrary.TryLoad("ntdll.dll", out var system) &&
            NativeLibrary.TryGetExport(system, "wine_get_version", out _));

    /// <summary>Why there is no Direct3D 12 on this machine, in one line; null where there is.</summary>
    public static string? WhyMissing => !Environment.Is64BitProcess ? "Direct3D 12 needs a process of 64 bits here"
        : Library != 0 ? null
        : OperatingSystem.IsWindows() ? "d3d12.dll was not found; Windows 10 and later have it"
        : "libvkd3d-utils.so.1 was not found, which has Direct3D 12 on Linux (libvkd3d-utils1 in Debian)";

    /// <summary>Switches Microsoft's debug layer on, if it is installed.</summary>
    public static void EnableDebugLayer()
    {
        nint debug = 0;
        var iid = Interfaces.Debug;
        if (MicrosoftCall.Invoke(Export(Library, "D3D12GetDebugInterface"), (nint)(&iid), (nint)(&debug)) == 0 &&
            debug != 0)
            new ComObject(debug).Call(3);
    }

    /// <summary>Opens an adapter; libvkd3d's choice where there is none.</summary>
    public static int CreateDevice(ComObject adapter, out ComObject device)
    {
        if (IsVkd3d)
            return Vkd3d.CreateDevice(FeatureLevel, Library, out device);
        nint made = 0;
        var iid = Interfaces.Device;
        var answer = (int)MicrosoftCall.Invoke(
            Export(Library, "D3D12CreateDevice"), adapter.Handle, FeatureLevel, (nint)(&iid), (nint)(&made));
        device = new(answer < 0 ? 0 : made);
        return answer;
    }

    /// <summary>A root signature's bytes.</summary>
    public static byte[] Serialize(in RootSignatureDescription description)
    {
        nint blob = 0, error = 0;
        fixed (RootSignatureDescription* given = &description)
        {
            DirectComputeErrors.Check((int)MicrosoftCall.Invoke(
                Export(Library, "D3D12SerializeRootSignature"), (nint)given, 1, (nint)(&blob), (nint)(&error)),
                "D3D12SerializeRootSignature");
        }

        new ComObject(error).Release();
        return new ComObject(blob).TakeBytes();
    }

    /// <summary>What lists adapters; none where there is no DXGI.</summary>
    public static ComObject CreateFactory()
    {
        nint made = 0;
        var iid = Interfaces.Factory;
        return Dxgi != 0 && MicrosoftCall.Invoke(Export(Dxgi, "CreateDXGIFactory1"), (nint)(&iid), (nint)(&made)) == 0
            ? new(made)
            : default;
    }

    private static nint LoadVkd3d()
    {
        // It writes to the standard error what it does not know of, thousands of lines; who sets these reads them.
        _ = SetVariable("VKD3D_DEBUG", "none", overwrite: 0);
        _ = SetVariable("VKD3D_SHADER_DEBUG", "none", overwrite: 0);
        return Load("libvkd3d-utils.so.1");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static nint Load(string name) => InterfaceLibrary.Load([name], out _);

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
