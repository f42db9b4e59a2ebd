using System.Security.Cryptography;
using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>The tables of kernels, in memory of the device: the same bytes once, until the device goes.</summary>
internal sealed class TableMemory(MemoryAllocator allocator)
{
    private readonly Dictionary<UInt128, VulkanMemory> known = [];

    /// <summary>The address of some tables; 0 where there are none after all.</summary>
    public unsafe ulong AddressOf(ReadOnlySpan<byte> tables)
    {
        if (tables.IsEmpty)
            return 0;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(tables, hash);
        var key = System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(hash);
        lock (known)
        {
            if (!known.TryGetValue(key, out var memory))
            {
                memory = allocator.Allocate(tables.Length, MemoryKind.Parameters);
                tables.CopyTo(new Span<byte>((void*)memory.HostPointer, tables.Length));
                known.Add(key, memory);
            }

            return memory.Address;
        }
    }
}
