using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Viewing;

/// <summary>Who uses a piece of memory.</summary>
internal enum MemoryUse
{
    /// <summary>The device alone.</summary>
    Device,

    /// <summary>The host writes, the device reads.</summary>
    FromHost,

    /// <summary>The device writes, the host reads.</summary>
    ToHost,
}

/// <summary>A buffer of the renderer over memory of its own.</summary>
internal sealed unsafe class RenderMemory : IDisposable
{
    private readonly RenderDevice device;
    private readonly MemoryUse use;
    private readonly Dictionary<Format, BufferView> views = [];
    private DeviceMemory memory;
    private byte* pointer;

    public RenderMemory(RenderDevice device, MemoryUse use) => (this.device, this.use) = (device, use);

    public Buffer Buffer { get; private set; }

    /// <summary>Where it begins, for shaders.</summary>
    public ulong Address { get; private set; }

    /// <summary>How much there is.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The bytes from an offset on, as the host sees them.</summary>
    public Span<T> At<T>(long offset, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + ((long)count * sizeof(T)), ByteCount);
        return new(pointer + offset, count);
    }

    /// <summary>Makes it hold at least so much. What it held is gone if it was less; nothing may be using it then.</summary>
    /// <returns>Whether it is another one now.</returns>
    public bool Reserve(long byteCount)
    {
        if (byteCount <= ByteCount)
            return false;
        Dispose();
        try
        {
            Create((ulong)byteCount);
        }
        catch
        {
            Dispose();
            throw;
        }

        ByteCount = byteCount;
        return true;
    }

    /// <summary>All of it as words for shaders.</summary>
    public BufferView View(Format format)
    {
        if (!views.TryGetValue(format, out var view))
            views[format] = view = device.CreateView(Buffer, format, 0, (ulong)ByteCount, out _);
        return view;
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        foreach (var view in views.Values)
            device.Api.DestroyBufferView(device.Handle, view, null);
        views.Clear();
        device.Api.DestroyBuffer(device.Handle, Buffer, null);
        device.Api.FreeMemory(device.Handle, memory, null);
        (Buffer, memory, Address, ByteCount) = (default, default, 0, 0);
        pointer = null;
    }

    private void Create(ulong byteCount)
    {
        var api = device.Api;
        var info = new BufferCreateInfo(
            StructureType.BufferCreateInfo, size: byteCount, sharingMode: SharingMode.Exclusive,
            usage: BufferUsageFlags.StorageBufferBit | BufferUsageFlags.ShaderDeviceAddressBit
                | BufferUsageFlags.UniformTexelBufferBit | BufferUsageFlags.StorageTexelBufferBit
                | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit);
        Buffer buffer;
        device.Check(api.CreateBuffer(device.Handle, &info, null, &buffer), "vkCreateBuffer");
        Buffer = buffer;

        api.GetBufferMemoryRequirements(device.Handle, buffer, out var needs);
        const MemoryPropertyFlags Visible =
            MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;
        var (needed, good) = use switch
        {
            MemoryUse.Device => (MemoryPropertyFlags.None, MemoryPropertyFlags.DeviceLocalBit),
            MemoryUse.FromHost => (Visible, MemoryPropertyFlags.DeviceLocalBit),
            _ => (Visible, MemoryPropertyFlags.HostCachedBit),
        };
        var flags = new MemoryAllocateFlagsInfo(
            StructureType.MemoryAllocateFlagsInfo, flags: MemoryAllocateFlags.DeviceAddressBit);
        var allocate = new MemoryAllocateInfo(
            StructureType.MemoryAllocateInfo, &flags, needs.Size,
            device.MemoryType(needs.MemoryTypeBits, needed, good));
        DeviceMemory made;
        device.Check(api.AllocateMemory(device.Handle, &allocate, null, &made), "vkAllocateMemory");
        memory = made;
        device.Check(api.BindBufferMemory(device.Handle, buffer, made, 0), "vkBindBufferMemory");
        if (use != MemoryUse.Device)
        {
            void* mapped;
            device.Check(api.MapMemory(device.Handle, made, 0, Vk.WholeSize, 0, &mapped), "vkMapMemory");
            pointer = (byte*)mapped;
        }

        var address = new BufferDeviceAddressInfo(StructureType.BufferDeviceAddressInfo, buffer: buffer);
        Address = api.GetBufferDeviceAddress(device.Handle, &address);
    }
}
