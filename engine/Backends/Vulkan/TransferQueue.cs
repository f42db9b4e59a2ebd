using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A queue of a device, with who may use it.</summary>
/// <param name="Handle">The queue.</param>
/// <param name="Family">The index of its family.</param>
/// <param name="Gate">Held by who submits to it.</param>
internal sealed record DeviceQueue(Queue Handle, uint Family, object Gate);

/// <summary>Whether copies go through a queue of a family that only copies.</summary>
internal static class TransferQueue
{
    /// <summary>
    /// The variable that says otherwise, for tests: <c>never</c>, or <c>always</c>, as if each device had such a queue
    /// and memory that the host does not see. Where there is none, copies go to the computing queue in submissions of
    /// their own, which only semaphores order.
    /// </summary>
    public const string Variable = "KERNEL_VULKAN_TRANSFER";

    /// <summary>Whether every device is treated as if it had one.</summary>
    public static bool IsForced => Wanted == "always";

    private static string? Wanted => EnvironmentWord.Of(Variable, "always", "never");

    /// <summary>The family; null where there is none, or it is not to be used.</summary>
    public static uint? FamilyOf(VulkanAdapter adapter) => Wanted != "never"
        && adapter.FamilyWith(QueueFlags.TransferBit, QueueFlags.GraphicsBit | QueueFlags.ComputeBit) is var family
        && family >= 0 ? (uint)family : null;
}
