using KernelEngine.Vulkan;
using Silk.NET.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>The training's Vulkan device as the renderer uses it: beside the engine, on the same queue.</summary>
internal sealed unsafe class RenderDevice
{
    private readonly PhysicalDeviceMemoryProperties memory;
    private readonly uint maxTexels;
    private readonly ulong texelAlignment;

    /// <exception cref="TensorRuntimeException">It is no Vulkan device.</exception>
    public RenderDevice(ComputeDevice device)
    {
        Computing = device;
        Handles = device.VulkanHandles();
        Api = Handles.Functions();
        Handle = new Device(Handles.Device);
        Api.GetPhysicalDeviceMemoryProperties(Adapter, out memory);
        Api.GetPhysicalDeviceProperties(Adapter, out var properties);
        (maxTexels, texelAlignment) = (
            properties.Limits.MaxTexelBufferElements, properties.Limits.MinTexelBufferOffsetAlignment);
    }

    /// <summary>As the engine knows it.</summary>
    public ComputeDevice Computing { get; }

    /// <summary>What the engine runs on.</summary>
    public VulkanHost Handles { get; }

    /// <summary>The functions of the device and its instance.</summary>
    public Vk Api { get; }

    public Device Handle { get; }

    /// <summary>The training's queue: whoever uses it holds the lock of <see cref="Handles"/>.</summary>
    public Queue Queue => new(Handles.Queue);

    public PhysicalDevice Adapter => new(Handles.PhysicalDevice);

    /// <summary>Whether it is no GPU, but the processor in its place.</summary>
    public bool IsProcessor => Computing.Type is DeviceType.SoftwareGpu or DeviceType.Cpu;

    /// <summary>Throws unless a function succeeded.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    /// <exception cref="TensorRuntimeException">Something else was wrong.</exception>
    public void Check(Result result, string function)
    {
        if (result == Result.ErrorDeviceLost)
            throw new DeviceLostException(Computing.ToString(), $"{function} answered VK_ERROR_DEVICE_LOST");
        if (result < Result.Success)
            throw new TensorRuntimeException($"{function} answered {result}");
    }

    /// <summary>Submits commands.</summary>
    public void Submit(SubmitInfo info, Fence fence)
    {
        Result result;
        lock (Handles.SubmitLock)
            result = Api.QueueSubmit(Queue, 1, &info, fence);
        Check(result, "vkQueueSubmit");
    }

    /// <summary>A view of a buffer's words, for shaders.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="format">What a word is.</param>
    /// <param name="offset">Where they begin, in bytes.</param>
    /// <param name="byteCount">How much there is.</param>
    /// <param name="start">The place of the first word in the view.</param>
    /// <exception cref="TensorRuntimeException">There are too many for the device.</exception>
    public BufferView CreateView(
        Silk.NET.Vulkan.Buffer buffer, Format format, ulong offset, ulong byteCount, out int start)
    {
        var skipped = offset % texelAlignment;
        start = (int)(skipped / sizeof(uint));
        var words = (skipped + byteCount) / sizeof(uint);
        if (words > maxTexels)
            throw new TensorRuntimeException($"{Computing} draws at most {maxTexels} elements, and not {words}");
        var info = new BufferViewCreateInfo(
            StructureType.BufferViewCreateInfo, buffer: buffer, format: format, offset: offset - skipped,
            range: words * sizeof(uint));
        BufferView view;
        Check(Api.CreateBufferView(Handle, &info, null, &view), "vkCreateBufferView");
        return view;
    }

    /// <summary>The type of memory that has what is needed, and most of what is good.</summary>
    /// <exception cref="TensorRuntimeException">There is none.</exception>
    public uint MemoryType(uint allowed, MemoryPropertyFlags needed, MemoryPropertyFlags good)
    {
        var (best, most) = (-1, -1);
        for (var i = 0; i < memory.MemoryTypeCount; i++)
        {
            var flags = memory.MemoryTypes[i].PropertyFlags;
            var score = uint.PopCount((uint)(flags & good));
            if ((allowed >> i & 1) != 0 && (flags & needed) == needed && (int)score > most)
                (best, most) = (i, (int)score);
        }

        return best >= 0 ? (uint)best : throw new TensorRuntimeException($"{Computing} has no memory for pictures");
    }
}
