using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Queries of Vulkan for the times between the commands of a batch.</summary>
internal sealed unsafe class VulkanTimestamps : TimestampQueries
{
    private readonly LogicalDevice device;

    public VulkanTimestamps(LogicalDevice device, int capacity)
        : base(capacity)
    {
        this.device = device;
        var info = new QueryPoolCreateInfo(queryType: QueryType.Timestamp, queryCount: (uint)capacity);
        device.Api.CreateQueryPool(device.Handle, &info, null, out var pool).Check("vkCreateQueryPool");
        Pool = pool;
    }

    /// <summary>The pool.</summary>
    public QueryPool Pool { get; }

    /// <inheritdoc/>
    public override bool TryRead(Span<ulong> ticks)
    {
        fixed (ulong* pointer = ticks)
        {
            return device.Api.GetQueryPoolResults(
                device.Handle, Pool, 0, (uint)ticks.Length, (nuint)(ticks.Length * sizeof(ulong)), pointer,
                sizeof(ulong), QueryResultFlags.Result64Bit) == Result.Success;
        }
    }

    /// <inheritdoc/>
    public override void Release() => device.Api.DestroyQueryPool(device.Handle, Pool, null);
}
