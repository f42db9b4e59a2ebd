using KernelEngine.Gpu;
using Silk.NET.Core.Native;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A <c>VkDevice</c> with its queue, made by the engine or handed in.</summary>
internal sealed unsafe class LogicalDevice : IDisposable
{
    private LogicalDevice(VulkanAdapter adapter, VulkanHost host, bool isOwned, DeviceQueue? transfers = null)
    {
        (Adapter, Handles, IsOwned, Handle) = (adapter, host, isOwned, new Device(host.Device));
        Computing = new(new Queue(host.Queue), host.QueueFamily, host.SubmitLock);
        HidesMemory = TransferQueue.IsForced;
        Transfers = transfers ?? (HidesMemory ? Computing : null);
        Api = VulkanLoader.ForDevice(Handle);
    }

    /// <summary>The physical device.</summary>
    public VulkanAdapter Adapter { get; }

    /// <summary>The device's own functions.</summary>
    public Vk Api { get; }

    /// <summary>The device.</summary>
    public Device Handle { get; }

    /// <summary>The queue that computes.</summary>
    public DeviceQueue Computing { get; }

    /// <summary>The queue that copies beside it; null where there is none.</summary>
    public DeviceQueue? Transfers { get; }

    /// <summary>All of it, for others.</summary>
    public VulkanHost Handles { get; }

    /// <summary>Whether the host is not to see its memory, though it could.</summary>
    public bool HidesMemory { get; }

    /// <summary>Whether the engine made it.</summary>
    public bool IsOwned { get; }

    /// <summary>Whether an extension is on.</summary>
    public bool Has(string extension) => Handles.Extensions.Contains(extension);

    /// <summary>Makes a device with everything on that the engine uses.</summary>
    /// <exception cref="TensorRuntimeException">The driver refuses.</exception>
    public static LogicalDevice Create(VulkanInstance instance, VulkanAdapter adapter)
    {
        using var needs = new VulkanRequirements(adapter);
        var copying = TransferQueue.FamilyOf(adapter);
        var priority = 1f;
        var queues = stackalloc DeviceQueueCreateInfo[]
        {
            new(queueFamilyIndex: (uint)adapter.QueueFamily, queueCount: 1, pQueuePriorities: &priority),
            new(queueFamilyIndex: copying ?? 0, queueCount: 1, pQueuePriorities: &priority),
        };
        var names = SilkMarshal.StringArrayToPtr(adapter.Extensions);
        var info = new DeviceCreateInfo(
            pNext: needs.FeaturesChain, queueCreateInfoCount: copying is null ? 1U : 2U, pQueueCreateInfos: queues,
            enabledExtensionCount: (uint)adapter.Extensions.Count, ppEnabledExtensionNames: (byte**)names);
        var result = VulkanLoader.Required.CreateDevice(adapter.Handle, &info, null, out var device);
        SilkMarshal.Free(names);
        result.Check("vkCreateDevice");
        var computing = QueueOf((uint)adapter.QueueFamily);
        return new LogicalDevice(adapter, new VulkanHost
        {
            Instance = instance.Handle.Handle,
            PhysicalDevice = adapter.Handle.Handle,
            Device = device.Handle,
            Queue = computing.Handle.Handle,
            QueueFamily = computing.Family,
            SubmitLock = computing.Gate,
            Features = adapter.Enabled,
            Extensions = adapter.Extensions,
        }, isOwned: true, copying is { } beside ? QueueOf(beside) : null);

        DeviceQueue QueueOf(uint family)
        {
            VulkanLoader.Required.GetDeviceQueue(device, family, 0, out var queue);
            return new(queue, family, new());
        }
    }

    /// <summary>Takes a host's device.</summary>
    /// <exception cref="TensorValueException">A feature that the engine needs is not on, or the queue does not
    /// compute.</exception>
    public static LogicalDevice From(VulkanHost host)
    {
        var adapter = new VulkanAdapter(new PhysicalDevice(host.PhysicalDevice), host.Features);
        var missing = VulkanFeatures.Required & ~host.Features;
        var family = adapter.QueueFamilies.ElementAtOrDefault((int)host.QueueFamily);
        TensorValueException? refused =
            missing != VulkanFeatures.None ? new(
                $"the host's Vulkan device has not switched on {missing}",
                "VulkanRequirements.For says what to switch on")
            : host.SubmitLock is Lock ? new(
                "the host's SubmitLock is a System.Threading.Lock, which the engine cannot hold as the host does",
                "lock a plain object instead: SubmitLock = new object()")
            : !family.QueueFlags.HasFlag(QueueFlags.ComputeBit) ? new(
                $"the queue family {host.QueueFamily} of {adapter.Name} does not compute")
            : null;
        return refused is null ? new LogicalDevice(adapter, host, isOwned: false) : throw refused;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsOwned)
            Api.DestroyDevice(Handle, null);
    }
}

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
