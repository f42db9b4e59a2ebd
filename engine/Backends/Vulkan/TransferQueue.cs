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

    private static string? Wanted => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => null,
        "always" => "always",
        "never" => "never",
        var other => throw new TensorRuntimeException($"{Variable} is 'always' or 'never', not '{other}'"),
    };

    /// <summary>The family; null where there is none, or it is not to be used.</summary>
    public static uint? FamilyOf(QueueFamilyProperties[] families)
    {
        const QueueFlags others = QueueFlags.GraphicsBit | QueueFlags.ComputeBit;
        var family = Wanted == "never" ? -1 : Array.FindIndex(
            families, f => (f.QueueFlags & others) == 0 && f.QueueFlags.HasFlag(QueueFlags.TransferBit));
        return family < 0 ? null : (uint)family;
    }
}
