using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>What Vulkan's validation layer has complained about.</summary>
internal static unsafe class ValidationLog
{
    /// <summary>The variable that switches validation on.</summary>
    public const string Variable = "KERNEL_VALIDATE";

    /// <summary>The layer.</summary>
    public const string Layer = "VK_LAYER_KHRONOS_validation";

    private static readonly List<string> Lines = [];

    /// <summary>Whether validation is asked for.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) is "1" or "true";

    /// <summary>All complaints since the start.</summary>
    public static IReadOnlyList<string> Messages
    {
        get
        {
            lock (Lines)
                return [.. Lines];
        }
    }

    /// <summary>How the layer is to report.</summary>
    public static DebugUtilsMessengerCreateInfoEXT Description => new(
        StructureType.DebugUtilsMessengerCreateInfoExt,
        messageSeverity: DebugUtilsMessageSeverityFlagsEXT.WarningBitExt
            | DebugUtilsMessageSeverityFlagsEXT.ErrorBitExt,
        messageType: DebugUtilsMessageTypeFlagsEXT.ValidationBitExt
            | DebugUtilsMessageTypeFlagsEXT.PerformanceBitExt,
        pfnUserCallback: new PfnDebugUtilsMessengerCallbackEXT(&Receive));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Bool32 Receive(
        DebugUtilsMessageSeverityFlagsEXT severity, DebugUtilsMessageTypeFlagsEXT types,
        DebugUtilsMessengerCallbackDataEXT* data, void* user)
    {
        var line = Marshal.PtrToStringUTF8((nint)data->PMessage) ?? "?";
        lock (Lines)
            Lines.Add(line);
        return Vk.False;
    }
}
