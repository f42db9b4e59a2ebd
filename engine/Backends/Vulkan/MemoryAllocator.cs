using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Vulkan;

/// <summary>Allocates memory of every kind, from the heap that suits it best.</summary>
internal sealed unsafe class MemoryAllocator(LogicalDevice device) : IDisposable
{
    private const MemoryPropertyFlags Visible =
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    private readonly Lock gate = new();
    private readonly ulong[] held = new ulong[16];
    private readonly HashSet<VulkanMemory> live = [];
    private uint count;

    /// <summary>Allocates memory.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public VulkanMemory Allocate(long byteCount, MemoryKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(byteCount);
        if (byteCount > device.Adapter.MaxMemoryBytes)
        {
            throw new GpuMemoryException(byteCount,
                $"{device.Adapter.Name} gives at most {device.Adapter.MaxMemoryBytes} at once");
        }

        var buffer = CreateBuffer(byteCount, kind);
        try
        {
            device.Api.GetBufferMemoryRequirements(device.Handle, buffer, out var needs);
            var reason = "no memory type suits it";
            foreach (var type in TypesFor(kind, needs.MemoryTypeBits))
            {
                if (TryAllocate(type, needs.Size, out var memory) is { } why)
                {
                    reason = why;
                    continue;
                }

                return Finish(byteCount, kind, buffer, memory, type, needs.Size);
            }

            throw new GpuMemoryException(byteCount, reason);
        }
        catch
        {
            device.Api.DestroyBuffer(device.Handle, buffer, null);
            throw;
        }
    }

    /// <summary>Gives memory back.</summary>
    public void Free(VulkanMemory memory)
    {
        lock (gate)
        {
            if (!live.Remove(memory))
                return;
        }

        memory.Binding?.Dispose();
        device.Api.DestroyBuffer(device.Handle, memory.Buffer, null);
        device.Api.FreeMemory(device.Handle, memory.Memory, null);
        Release(memory.Heap, memory.HeapBytes);
    }

    /// <summary>Gives back all that is left.</summary>
    public void Dispose()
    {
        foreach (var memory in live.ToArray())
            Free(memory);
    }

    private Buffer CreateBuffer(long byteCount, MemoryKind kind)
    {
        var usage = BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit;
        if (kind is MemoryKind.Device or MemoryKind.Parameters)
            usage |= BufferUsageFlags.StorageBufferBit | BufferUsageFlags.ShaderDeviceAddressBit;
        // Tensors are a renderer's vertices, uniforms, texels and arguments too.
        if (kind == MemoryKind.Device)
        {
            usage |= BufferUsageFlags.UniformBufferBit | BufferUsageFlags.VertexBufferBit
                | BufferUsageFlags.IndexBufferBit | BufferUsageFlags.IndirectBufferBit
                | BufferUsageFlags.UniformTexelBufferBit | BufferUsageFlags.StorageTexelBufferBit;
        }

        if (kind == MemoryKind.Parameters)
            usage |= BufferUsageFlags.UniformBufferBit;
        uint[] families = kind == MemoryKind.Parameters ? [] :
        [
            .. new[] { device.Computing.Family, device.Transfers?.Family ?? device.Computing.Family }
                .Concat(kind == MemoryKind.Device ? device.Handles.OtherFamilies : []).Distinct(),
        ];
        fixed (uint* pointer = families)
        {
            var isShared = families.Length > 1;
            var info = new BufferCreateInfo(
                StructureType.BufferCreateInfo, size: (ulong)byteCount, usage: usage,
                sharingMode: isShared ? SharingMode.Concurrent : SharingMode.Exclusive,
                queueFamilyIndexCount: isShared ? (uint)families.Length : 0,
                pQueueFamilyIndices: isShared ? pointer : null);
            Buffer buffer;
            var result = device.Api.CreateBuffer(device.Handle, &info, null, &buffer);
            if (result is Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory)
                throw new GpuMemoryException(byteCount, result.Text());
            result.Check("vkCreateBuffer");
            return buffer;
        }
    }

    /// <summary>The types of memory for a kind, the best first.</summary>
    private IEnumerable<int> TypesFor(MemoryKind kind, uint allowed)
    {
        var memory = device.Adapter.Memory;
        return Enumerable.Range(0, (int)memory.MemoryTypeCount)
            .Where(i => (allowed >> i & 1) != 0)
            .Select(i => (Type: i, Score: Score(kind, memory.MemoryTypes[i].PropertyFlags)))
            .Where(t => t.Score >= 0)
            .OrderByDescending(t => t.Score)
            .Select(t => t.Type);
    }

    private int Score(MemoryKind kind, MemoryPropertyFlags flags)
    {
        // Memory for protected content, of render targets, and what AMD keeps uncached for debugging.
        if ((flags & (MemoryPropertyFlags.ProtectedBit | MemoryPropertyFlags.DeviceUncachedBitAmd
            | MemoryPropertyFlags.LazilyAllocatedBit)) != 0)
            return -1;
        var isLocal = flags.HasFlag(MemoryPropertyFlags.DeviceLocalBit);
        var isVisible = flags.HasFlag(Visible);
        var isCached = flags.HasFlag(MemoryPropertyFlags.HostCachedBit);
        if (kind == MemoryKind.Device)
        {
            // The host reads tensors in place where that is as fast as any memory of its own.
            var inPlace = ReadsInPlace && isVisible && isCached;
            return (isLocal ? 4 : 0) + (inPlace ? 2 : 0) + (isVisible && !inPlace ? 0 : 1);
        }

        if (!isVisible)
            return -1;
        return kind switch
        {
            MemoryKind.Readback => isCached ? 2 : isLocal ? 0 : 1,
            MemoryKind.Parameters => isLocal ? 2 : isCached ? 0 : 1,
            // The host only writes: what it writes past its caches arrives sooner.
            _ => (isLocal ? 0 : 2) + (isCached ? 0 : 1),
        };
    }

    private bool ReadsInPlace => device.Adapter.Type is not DeviceType.DiscreteGpu && !device.HidesMemory;

    /// <summary>Allocates from a type; says why not.</summary>
    private string? TryAllocate(int type, ulong bytes, out DeviceMemory memory)
    {
        memory = default;
        var heap = (int)device.Adapter.Memory.MemoryTypes[type].HeapIndex;
        var size = device.Adapter.Memory.MemoryHeaps[heap].Size;
        if (device.HasBudget && device.Adapter.HeapBudget(heap) is var (used, budget) && used + bytes > budget)
            return $"{used} of {budget} are in use by this program";
        lock (gate)
        {
            // Software devices promise what the machine has not, and are killed when it is used.
            if (held[heap] + bytes > size)
                return $"{held[heap]} of {size} are in use";
            if (count >= device.Adapter.Properties.Limits.MaxMemoryAllocationCount)
                return $"the driver takes no more than {count} allocations";
            held[heap] += bytes;
            count++;
        }

        var flags = new MemoryAllocateFlagsInfo(
            StructureType.MemoryAllocateFlagsInfo, flags: MemoryAllocateFlags.DeviceAddressBit);
        var info = new MemoryAllocateInfo(StructureType.MemoryAllocateInfo, &flags, bytes, (uint)type);
        DeviceMemory made;
        var result = device.Api.AllocateMemory(device.Handle, &info, null, &made);
        memory = made;
        if (result == Result.Success)
            return null;
        Release(heap, bytes);
        if (result is Result.ErrorDeviceLost)
            result.Check("vkAllocateMemory");
        return result.Text();
    }

    private VulkanMemory Finish(
        long byteCount, MemoryKind kind, Buffer buffer, DeviceMemory memory, int type, ulong heapBytes)
    {
        var heap = (int)device.Adapter.Memory.MemoryTypes[type].HeapIndex;
        try
        {
            device.Api.BindBufferMemory(device.Handle, buffer, memory, 0).Check("vkBindBufferMemory");
            void* pointer = null;
            if (kind != MemoryKind.Device || IsReadInPlace(type))
                device.Api.MapMemory(device.Handle, memory, 0, Vk.WholeSize, 0, &pointer).Check("vkMapMemory");
            ulong address = 0;
            if (kind is MemoryKind.Device or MemoryKind.Parameters)
            {
                var info = new BufferDeviceAddressInfo(StructureType.BufferDeviceAddressInfo, buffer: buffer);
                address = device.Api.GetBufferDeviceAddress(device.Handle, &info);
            }

            var made = new VulkanMemory(
                this, byteCount, kind, buffer, memory, heap, heapBytes, (nint)pointer, address);
            lock (gate)
                live.Add(made);
            return made;
        }
        catch
        {
            device.Api.FreeMemory(device.Handle, memory, null);
            Release(heap, heapBytes);
            throw;
        }
    }

    private bool IsReadInPlace(int type) => ReadsInPlace
        && device.Adapter.Memory.MemoryTypes[type].PropertyFlags.HasFlag(
            Visible | MemoryPropertyFlags.HostCachedBit);

    private void Release(int heap, ulong bytes)
    {
        lock (gate)
        {
            held[heap] -= bytes;
            count--;
        }
    }
}
