using Silk.NET.Core.Native;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A <c>VkDevice</c> with its queue, made by the engine or handed in.</summary>
internal sealed unsafe class LogicalDevice : IDisposable
{
    private readonly bool isOwned;
    private readonly object gate;

    private LogicalDevice(VulkanAdapter adapter, VulkanHost host, bool isOwned)
    {
        (Adapter, Handles, this.isOwned) = (adapter, host, isOwned);
        Handle = new Device(host.Device);
        Queue = new Queue(host.Queue);
        gate = host.SubmitLock;
        Api = VulkanLoader.ForDevice(Loader, Handle);
        HasBudget = host.Extensions.Contains("VK_EXT_memory_budget");
        HasFeedback = host.Extensions.Contains("VK_EXT_pipeline_creation_feedback");
    }

    /// <summary>The functions of instances.</summary>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public static Vk Loader =>
        VulkanLoader.Api ?? throw new TensorRuntimeException("the Vulkan loader is not installed");

    /// <summary>The physical device.</summary>
    public VulkanAdapter Adapter { get; }

    /// <summary>The device's own functions.</summary>
    public Vk Api { get; }

    /// <summary>The device.</summary>
    public Device Handle { get; }

    /// <summary>The queue.</summary>
    public Queue Queue { get; }

    /// <summary>All of it, for others.</summary>
    public VulkanHost Handles { get; }

    /// <summary>Whether the features that are on include one.</summary>
    public bool Has(VulkanFeatures feature) => Handles.Features.HasFlag(feature);

    /// <summary>Whether the driver tells how much memory is left.</summary>
    public bool HasBudget { get; }

    /// <summary>Whether the driver tells where a pipeline came from.</summary>
    public bool HasFeedback { get; }

    /// <summary>Makes a device with everything on that the engine uses.</summary>
    /// <exception cref="TensorRuntimeException">The driver refuses, or the adapter cannot be used.</exception>
    public static LogicalDevice Create(VulkanInstance instance, VulkanAdapter adapter)
    {
        if (adapter.WhyUnusable is { } why)
            throw new TensorRuntimeException($"{adapter.Name} {why}");
        using var features = new FeatureChain(adapter.Features);
        var names = SilkMarshal.StringArrayToPtr(adapter.Extensions);
        try
        {
            var priority = 1f;
            var queueInfo = new DeviceQueueCreateInfo(
                StructureType.DeviceQueueCreateInfo, queueFamilyIndex: (uint)adapter.QueueFamily, queueCount: 1,
                pQueuePriorities: &priority);
            var info = new DeviceCreateInfo(
                StructureType.DeviceCreateInfo, features.First, queueCreateInfoCount: 1,
                pQueueCreateInfos: &queueInfo, enabledExtensionCount: (uint)adapter.Extensions.Count,
                ppEnabledExtensionNames: (byte**)names);
            Device device;
            instance.Api.CreateDevice(adapter.Handle, &info, null, &device).Check("vkCreateDevice");
            Queue queue;
            instance.Api.GetDeviceQueue(device, (uint)adapter.QueueFamily, 0, &queue);
            return new LogicalDevice(adapter, new VulkanHost
            {
                Instance = instance.Handle.Handle,
                PhysicalDevice = adapter.Handle.Handle,
                Device = device.Handle,
                Queue = queue.Handle,
                QueueFamily = (uint)adapter.QueueFamily,
                SubmitLock = new(),
                Features = adapter.Features,
                Extensions = adapter.Extensions,
            }, isOwned: true);
        }
        finally
        {
            SilkMarshal.Free(names);
        }
    }

    /// <summary>Takes a host's device.</summary>
    /// <exception cref="TensorValueException">A feature that the engine needs is not on, or the queue does not
    /// compute.</exception>
    public static LogicalDevice From(VulkanHost host)
    {
        var adapter = new VulkanAdapter(Loader, new PhysicalDevice(host.PhysicalDevice));
        var missing = VulkanFeatures.Required & ~host.Features;
        if (missing != VulkanFeatures.None)
        {
            throw new TensorValueException(
                $"the host's Vulkan device has not switched on {missing}",
                "VulkanRequirements.For says what to switch on");
        }

        if (host.QueueFamily >= adapter.QueueFamilies.Length
            || !adapter.QueueFamilies[host.QueueFamily].QueueFlags.HasFlag(QueueFlags.ComputeBit))
        {
            throw new TensorValueException($"the queue family {host.QueueFamily} of {adapter.Name} does not compute");
        }

        return new LogicalDevice(adapter, host, isOwned: false);
    }

    /// <summary>Holds the queue: nobody else submits.</summary>
    public QueueHold Hold() => new(gate);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOwned)
            Api.DestroyDevice(Handle, null);
    }

    /// <summary>The queue's lock, while it is held.</summary>
    internal readonly ref struct QueueHold
    {
        private readonly object gate;

        public QueueHold(object gate)
        {
            this.gate = gate;
            Monitor.Enter(gate);
        }

        public void Dispose() => Monitor.Exit(gate);
    }
}
