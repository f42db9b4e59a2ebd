using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>The functions that d3d12.dll and dxgi.dll export, or libvkd3d-utils in place of the first.</summary>
internal static unsafe partial class Direct3D
{
    /// <summary>The least that a device has, whose shaders are cs_5_0.</summary>
    private const int FeatureLevel = FeatureLevels.Level11_0;

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
        : Vkd3dApi.Utilities + " was not found, which has Direct3D 12 on Linux (libvkd3d-utils1 in Debian)";

    /// <summary>Whether an application has handed a device in.</summary>
    public static bool HasHost { get; set; }

    /// <summary>
    /// Switches Microsoft's debug layer on, if it is installed. Never beside a host's device: it removes all devices
    /// that were made before it.
    /// </summary>
    /// <returns>Whether it was tried.</returns>
    public static bool EnableDebugLayer()
    {
        if (HasHost)
            return false;
        ComObject.Make(Export(Library, "D3D12GetDebugInterface"), Interfaces.Debug, out var debug);
        if (!debug.IsNull)
            debug.Call(3);
        debug.Release();
        return true;
    }

    /// <summary>Opens an adapter; libvkd3d's choice where there is none.</summary>
    public static int CreateDevice(ComObject adapter, out ComObject device) => IsVkd3d
        ? Vkd3d.CreateDevice(FeatureLevel, Library, out device)
        : ComObject.Make(
            Export(Library, "D3D12CreateDevice"), Interfaces.Device, out device, adapter.Handle, FeatureLevel);

    /// <summary>A root signature's bytes.</summary>
    public static byte[] Serialize(in RootSignatureDescription description)
    {
        nint blob = 0, error = 0;
        int answer;
        fixed (RootSignatureDescription* given = &description)
        {
            answer = (int)MicrosoftCall.Invoke(
                Export(Library, "D3D12SerializeRootSignature"), (nint)given, 1, (nint)(&blob), (nint)(&error));
        }

        var said = Encoding.UTF8.GetString(new ComObject(error).TakeBytes()).TrimEnd('\0', '\n');
        DirectComputeErrors.Check(answer, $"D3D12SerializeRootSignature ({said})");
        return new ComObject(blob).TakeBytes();
    }

    /// <summary>What lists adapters; none where there is no DXGI.</summary>
    public static ComObject CreateFactory()
    {
        ComObject made = default;
        if (Dxgi != 0)
            ComObject.Make(Export(Dxgi, "CreateDXGIFactory1"), Interfaces.Factory, out made);
        return made;
    }

    private static nint LoadVkd3d()
    {
        // It writes to the standard error what it does not know of, thousands of lines; who sets these reads them.
        _ = SetVariable("VKD3D_DEBUG", "none", overwrite: 0);
        _ = SetVariable("VKD3D_SHADER_DEBUG", "none", overwrite: 0);
        return Load(Vkd3dApi.Utilities);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static nint Load(string name) => InterfaceLibrary.Load([name], out _);

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
