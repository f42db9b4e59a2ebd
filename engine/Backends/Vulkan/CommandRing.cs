using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Command buffers, each recorded anew once its batch is done.</summary>
internal sealed unsafe class CommandRing(LogicalDevice device, uint family) : IDisposable
{
    private readonly Queue<Slot> busy = new();
    private readonly Stack<Slot> idle = new();

    /// <summary>A command buffer that nothing in flight uses, begun.</summary>
    /// <param name="completed">The last batch that is done.</param>
    public Slot Begin(long completed)
    {
        while (busy.TryPeek(out var first) && first.Ticket <= completed)
            idle.Push(busy.Dequeue());
        if (idle.TryPop(out var slot))
            device.Api.ResetCommandPool(device.Handle, slot.Pool, 0).Check("vkResetCommandPool");
        else
            slot = Create();
        try
        {
            var info = new CommandBufferBeginInfo(
                StructureType.CommandBufferBeginInfo, flags: CommandBufferUsageFlags.OneTimeSubmitBit);
            device.Api.BeginCommandBuffer(slot.Commands, &info).Check("vkBeginCommandBuffer");
            return slot;
        }
        catch
        {
            idle.Push(slot);
            throw;
        }
    }

    /// <summary>Keeps a command buffer until the batch that was submitted with it is done.</summary>
    public void Submitted(Slot slot, long ticket)
    {
        slot.Ticket = ticket;
        busy.Enqueue(slot);
    }

    /// <summary>Takes back a command buffer that was not submitted.</summary>
    public void Drop(Slot slot) => idle.Push(slot);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in busy.Concat(idle))
            device.Api.DestroyCommandPool(device.Handle, slot.Pool, null);
        busy.Clear();
        idle.Clear();
    }

    private Slot Create()
    {
        var poolInfo = new CommandPoolCreateInfo(
            StructureType.CommandPoolCreateInfo, flags: CommandPoolCreateFlags.TransientBit,
            queueFamilyIndex: family);
        CommandPool pool;
        device.Api.CreateCommandPool(device.Handle, &poolInfo, null, &pool).Check("vkCreateCommandPool");
        var info = new CommandBufferAllocateInfo(
            StructureType.CommandBufferAllocateInfo, commandPool: pool, level: CommandBufferLevel.Primary,
            commandBufferCount: 1);
        CommandBuffer commands;
        var result = device.Api.AllocateCommandBuffers(device.Handle, &info, &commands);
        if (result != Result.Success)
            device.Api.DestroyCommandPool(device.Handle, pool, null);
        result.Check("vkAllocateCommandBuffers");
        return new Slot(pool, commands);
    }

    /// <summary>A command buffer with the pool that it is recorded from.</summary>
    internal sealed class Slot(CommandPool pool, CommandBuffer commands)
    {
        /// <summary>The pool.</summary>
        public CommandPool Pool { get; } = pool;

        /// <summary>The command buffer.</summary>
        public CommandBuffer Commands { get; } = commands;

        /// <summary>The batch that it was submitted for.</summary>
        public long Ticket { get; set; }
    }
}
