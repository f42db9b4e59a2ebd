using KernelEngine.Vulkan;
using Silk.NET.Core.Native;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Tests.Gpu;

/// <summary>A program with a Vulkan device of its own, that it shares with the engine.</summary>
internal sealed unsafe class HostApplication : IDisposable
{
    private readonly Vk api = VulkanLoader.Api!;
    private readonly Vk deviceApi;
    private readonly Instance instance;
    private readonly Device device;
    private readonly Queue queue;
    private readonly VulkanAdapter adapter;
    private readonly ulong listener;

    public HostApplication(VulkanFeatures without = VulkanFeatures.None)
    {
        _ = VulkanBench.Adapter;
        var application = new ApplicationInfo(
            StructureType.ApplicationInfo, apiVersion: VulkanRequirements.ApiVersion);
        var validates = VulkanBackend.IsValidating;
        var layer = SilkMarshal.StringArrayToPtr([ValidationLog.Layer]);
        var extension = SilkMarshal.StringArrayToPtr([ValidationLog.Extension]);
        var messenger = ValidationLog.Description;
        var info = new InstanceCreateInfo(
            StructureType.InstanceCreateInfo, validates ? &messenger : null, pApplicationInfo: &application,
            enabledLayerCount: validates ? 1U : 0, ppEnabledLayerNames: (byte**)layer,
            enabledExtensionCount: validates ? 1U : 0, ppEnabledExtensionNames: (byte**)extension);
        Instance made;
        api.CreateInstance(&info, null, &made).Check("vkCreateInstance");
        instance = made;
        if (validates)
            listener = ValidationLog.Listen(api, instance);
        uint count = 1;
        PhysicalDevice physical;
        api.EnumeratePhysicalDevices(instance, &count, &physical);
        adapter = new VulkanAdapter(physical);

        using var requirements = VulkanRequirements.For(physical);
        Assert.Null(requirements.WhyUnusable);
        var names = SilkMarshal.StringArrayToPtr(requirements.Extensions);
        var priority = 1f;
        var queueInfo = new DeviceQueueCreateInfo(
            StructureType.DeviceQueueCreateInfo, queueFamilyIndex: (uint)adapter.QueueFamily, queueCount: 1,
            pQueuePriorities: &priority);
        var deviceInfo = new DeviceCreateInfo(
            StructureType.DeviceCreateInfo, requirements.FeaturesChain, queueCreateInfoCount: 1,
            pQueueCreateInfos: &queueInfo, enabledExtensionCount: (uint)requirements.Extensions.Count,
            ppEnabledExtensionNames: (byte**)names);
        Device madeDevice;
        api.CreateDevice(physical, &deviceInfo, null, &madeDevice).Check("vkCreateDevice");
        device = madeDevice;
        deviceApi = VulkanLoader.ForDevice(device);
        Queue madeQueue;
        deviceApi.GetDeviceQueue(device, (uint)adapter.QueueFamily, 0, &madeQueue);
        queue = madeQueue;
        SilkMarshal.Free(layer);
        SilkMarshal.Free(extension);
        SilkMarshal.Free(names);
        Host = new VulkanHost
        {
            Instance = instance.Handle,
            PhysicalDevice = physical.Handle,
            Device = device.Handle,
            Queue = queue.Handle,
            QueueFamily = (uint)adapter.QueueFamily,
            SubmitLock = new(),
            Features = requirements.Features & ~without,
            Extensions = requirements.Extensions,
        };
    }

    /// <summary>
    /// The engine's device over it, used as if it had a queue for copies and memory that the host does not see.
    /// </summary>
    public ComputeDevice WithHiddenMemory()
    {
        var outer = Environment.GetEnvironmentVariable(TransferQueue.Variable);
        Environment.SetEnvironmentVariable(TransferQueue.Variable, "always");
        try
        {
            return ComputeDevice.Vulkan(Host);
        }
        finally
        {
            Environment.SetEnvironmentVariable(TransferQueue.Variable, outer);
        }
    }

    /// <summary>What it hands in.</summary>
    public VulkanHost Host { get; }

    /// <summary>Reads a tensor's memory as a renderer would: its commands wait for the semaphore's value.</summary>
    public float[] Read(VulkanTensor tensor)
    {
        using var local = new VulkanDriver(LogicalDevice.From(Host), "the host");
        var back = (VulkanMemory)local.Allocate((long)tensor.ByteCount, KernelEngine.Gpu.MemoryKind.Readback);
        var poolInfo = new CommandPoolCreateInfo(
            StructureType.CommandPoolCreateInfo, queueFamilyIndex: (uint)adapter.QueueFamily);
        CommandPool pool;
        deviceApi.CreateCommandPool(device, &poolInfo, null, &pool).Check("vkCreateCommandPool");
        var bufferInfo = new CommandBufferAllocateInfo(
            StructureType.CommandBufferAllocateInfo, commandPool: pool, level: CommandBufferLevel.Primary,
            commandBufferCount: 1);
        CommandBuffer commands;
        deviceApi.AllocateCommandBuffers(device, &bufferInfo, &commands).Check("vkAllocateCommandBuffers");
        var begin = new CommandBufferBeginInfo(StructureType.CommandBufferBeginInfo);
        deviceApi.BeginCommandBuffer(commands, &begin).Check("vkBeginCommandBuffer");
        var region = new BufferCopy(tensor.Offset, 0, tensor.ByteCount);
        deviceApi.CmdCopyBuffer(commands, new Buffer(tensor.Buffer), back.Buffer, 1, &region);
        var barrier = new MemoryBarrier(
            StructureType.MemoryBarrier, srcAccessMask: AccessFlags.TransferWriteBit,
            dstAccessMask: AccessFlags.HostReadBit);
        deviceApi.CmdPipelineBarrier(
            commands, PipelineStageFlags.TransferBit, PipelineStageFlags.HostBit, 0, 1, &barrier, 0, null, 0, null);
        deviceApi.EndCommandBuffer(commands).Check("vkEndCommandBuffer");

        var (semaphore, value) = (new Silk.NET.Vulkan.Semaphore(tensor.Semaphore), tensor.Value);
        var stage = PipelineStageFlags.TransferBit;
        var timeline = new TimelineSemaphoreSubmitInfo(
            StructureType.TimelineSemaphoreSubmitInfo, waitSemaphoreValueCount: 1, pWaitSemaphoreValues: &value);
        var submit = new SubmitInfo(
            StructureType.SubmitInfo, &timeline, waitSemaphoreCount: 1, pWaitSemaphores: &semaphore,
            pWaitDstStageMask: &stage, commandBufferCount: 1, pCommandBuffers: &commands);
        lock (Host.SubmitLock)
        {
            deviceApi.QueueSubmit(queue, 1, &submit, default).Check("vkQueueSubmit");
            deviceApi.QueueWaitIdle(queue).Check("vkQueueWaitIdle");
        }

        deviceApi.DestroyCommandPool(device, pool, null);
        return VulkanBench.Floats(back).ToArray();
    }

    public void Dispose()
    {
        deviceApi.DestroyDevice(device, null);
        if (listener != 0)
        {
            ((delegate* unmanaged<Instance, ulong, void*, void>)
                api.GetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT").Handle)(instance, listener, null);
        }

        api.DestroyInstance(instance, null);
    }
}
