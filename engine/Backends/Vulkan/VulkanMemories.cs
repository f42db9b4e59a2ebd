using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Vulkan;

/// <summary>Makes memory of every kind, from the heap that suits it best.</summary>
internal sealed unsafe class VulkanMemories(LogicalDevice device)
{
    private const MemoryPropertyFlags Visible =
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    /// <summary>Makes a buffer over memory of its own.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public VulkanMemory Make(long byteCount, MemoryKind kind)
    {
        var buffer = CreateBuffer(byteCount, kind);
        DeviceMemory memory = default;
        try
        {
            device.Api.GetBufferMemoryRequirements(device.Handle, buffer, out var needs);
            memory = Allocate(byteCount, kind, needs, out var type);
            device.Api.BindBufferMemory(device.Handle, buffer, memory, 0).Check("vkBindBufferMemory");
            void* pointer = null;
            if (kind != MemoryKind.Device || IsReadInPlace(FlagsOf(type)))
                device.Api.MapMemory(device.Handle, memory, 0, Vk.WholeSize, 0, &pointer).Check("vkMapMemory");
            var info = new BufferDeviceAddressInfo(buffer: buffer);
            var address = kind is MemoryKind.Device or MemoryKind.Parameters
                ? device.Api.GetBufferDeviceAddress(device.Handle, &info)
                : 0;
            return new(device, byteCount, kind, buffer, memory, (nint)pointer, address);
        }
        catch
        {
            device.Api.DestroyBuffer(device.Handle, buffer, null);
            device.Api.FreeMemory(device.Handle, memory, null);
            throw;
        }
    }

    private Buffer CreateBuffer(long byteCount, MemoryKind kind)
    {
        const BufferUsageFlags Copied = BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit;
        const BufferUsageFlags Computed = Copied | BufferUsageFlags.StorageBufferBit
            | BufferUsageFlags.UniformBufferBit | BufferUsageFlags.ShaderDeviceAddressBit;
        var usage = kind switch
        {
            // Tensors are a renderer's vertices, uniforms, texels and arguments too.
            MemoryKind.Device => Computed | BufferUsageFlags.VertexBufferBit | BufferUsageFlags.IndexBufferBit
                | BufferUsageFlags.IndirectBufferBit | BufferUsageFlags.UniformTexelBufferBit
                | BufferUsageFlags.StorageTexelBufferBit,
            MemoryKind.Parameters => Computed,
            _ => Copied,
        };
        uint[] families = kind == MemoryKind.Parameters ? [] :
        [
            .. new[] { device.Computing.Family, device.Transfers?.Family ?? device.Computing.Family }
                .Concat(kind == MemoryKind.Device ? device.Handles.OtherFamilies : []).Distinct(),
        ];
        fixed (uint* pointer = families)
        {
            var info = new BufferCreateInfo(
                size: (ulong)byteCount, usage: usage,
                sharingMode: families.Length > 1 ? SharingMode.Concurrent : SharingMode.Exclusive,
                queueFamilyIndexCount: (uint)families.Length, pQueueFamilyIndices: pointer);
            var result = device.Api.CreateBuffer(device.Handle, &info, null, out var buffer);
            if (result is Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory)
                throw new GpuMemoryException(byteCount, result.Text());
            result.Check("vkCreateBuffer");
            return buffer;
        }
    }

    private MemoryPropertyFlags FlagsOf(int type) => device.Adapter.Memory.MemoryTypes[type].PropertyFlags;

    private int Score(MemoryKind kind, MemoryPropertyFlags flags)
    {
        // Memory for protected content, of render targets, and what AMD keeps uncached for debugging.
        if ((flags & (MemoryPropertyFlags.ProtectedBit | MemoryPropertyFlags.DeviceUncachedBitAmd
            | MemoryPropertyFlags.LazilyAllocatedBit)) != 0)
            return -1;
        var isLocal = flags.HasFlag(MemoryPropertyFlags.DeviceLocalBit);
        var isVisible = flags.HasFlag(Visible);
        var isCached = flags.HasFlag(MemoryPropertyFlags.HostCachedBit);
        return kind switch
        {
            // The host reads tensors in place where that is as fast as any memory of its own.
            MemoryKind.Device => (isLocal ? 4 : 0) + (IsReadInPlace(flags) ? 3 : isVisible ? 0 : 1),
            _ when !isVisible => -1,
            MemoryKind.Readback => isCached ? 2 : isLocal ? 0 : 1,
            MemoryKind.Parameters => isLocal ? 2 : isCached ? 0 : 1,
            // The host only writes: what it writes past its caches arrives sooner.
            _ => (isLocal ? 0 : 2) + (isCached ? 0 : 1),
        };
    }

    // From the best type that has as much.
    private DeviceMemory Allocate(long byteCount, MemoryKind kind, MemoryRequirements needs, out int type)
    {
        var flags = new MemoryAllocateFlagsInfo(flags: MemoryAllocateFlags.DeviceAddressBit);
        var reason = "no memory type suits it";
        var types = Enumerable.Range(0, (int)device.Adapter.Memory.MemoryTypeCount)
            .Where(i => (needs.MemoryTypeBits >> i & 1) != 0 && Score(kind, FlagsOf(i)) >= 0)
            .OrderByDescending(i => Score(kind, FlagsOf(i)));
        foreach (var candidate in types)
        {
            type = candidate;
            var heap = (int)device.Adapter.Memory.MemoryTypes[type].HeapIndex;
            if (device.Has("VK_EXT_memory_budget")
                && device.Adapter.HeapBudget(heap) is var (used, budget) && used + needs.Size > budget)
            {
                reason = $"{used} of {budget} are in use by this program";
                continue;
            }

            var info = new MemoryAllocateInfo(pNext: &flags, allocationSize: needs.Size, memoryTypeIndex: (uint)type);
            var result = device.Api.AllocateMemory(device.Handle, &info, null, out var memory);
            if (result == Result.Success)
                return memory;
            if (result == Result.ErrorDeviceLost)
                result.Check("vkAllocateMemory");
            reason = result.Text();
        }

        throw new GpuMemoryException(byteCount, reason);
    }

    // The host reads and writes it where it lies.
    private bool IsReadInPlace(MemoryPropertyFlags flags) => device.Adapter.Type is not DeviceType.DiscreteGpu
        && !device.HidesMemory && flags.HasFlag(Visible | MemoryPropertyFlags.HostCachedBit);
}
