using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>What Vulkan's validation layer has complained about.</summary>
internal static unsafe class ValidationLog
{
    /// <summary>The layer, and the extension that it reports by.</summary>
    public const string Layer = "VK_LAYER_KHRONOS_validation", Extension = "VK_EXT_debug_utils";

    private static readonly ConcurrentQueue<string> Lines = [];

    /// <summary>All complaints since the start.</summary>
    public static IReadOnlyList<string> Messages => [.. Lines];

    /// <summary>How the layer is to report.</summary>
    public static DebugUtilsMessengerCreateInfoEXT Description => new(
        StructureType.DebugUtilsMessengerCreateInfoExt,
        messageSeverity: DebugUtilsMessageSeverityFlagsEXT.WarningBitExt
            | DebugUtilsMessageSeverityFlagsEXT.ErrorBitExt,
        messageType: DebugUtilsMessageTypeFlagsEXT.ValidationBitExt
            | DebugUtilsMessageTypeFlagsEXT.PerformanceBitExt,
        pfnUserCallback: new PfnDebugUtilsMessengerCallbackEXT(&Receive));

    /// <summary>Has the layer report what an instance does.</summary>
    public static ulong Listen(Vk api, Instance instance)
    {
        var create = (delegate* unmanaged<Instance, DebugUtilsMessengerCreateInfoEXT*, void*, ulong*, Result>)
            api.GetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT").Handle;
        var messenger = Description;
        ulong made = 0;
        if (create != null)
            create(instance, &messenger, null, &made).Check("vkCreateDebugUtilsMessengerEXT");
        return made;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Bool32 Receive(
        DebugUtilsMessageSeverityFlagsEXT severity, DebugUtilsMessageTypeFlagsEXT types,
        DebugUtilsMessengerCallbackDataEXT* data, void* user)
    {
        Lines.Enqueue(VulkanLoader.Text(data->PMessage));
        return Vk.False;
    }
}
