namespace KernelEngine.DirectCompute;

/// <summary>Command lists, each with its allocator, recorded anew once their batches are done.</summary>
/// <param name="device">The device.</param>
/// <param name="type">The kind of the queue that they are for.</param>
internal sealed class CommandRing(ComObject device, int type) : IDisposable
{
    private readonly Queue<Slot> busy = new();
    private readonly Stack<Slot> idle = new();

    /// <summary>A list that nothing in flight uses, begun.</summary>
    /// <param name="completed">The last batch that is done.</param>
    public Slot Begin(long completed)
    {
        while (busy.TryPeek(out var first) && first.Ticket <= completed)
            idle.Push(busy.Dequeue());
        if (!idle.TryPop(out var slot))
            return Create();
        Results.Check((int)slot.Allocator.Call(ListSlots.ResetAllocator), "ID3D12CommandAllocator::Reset");
        Results.Check(
            (int)slot.List.Call(ListSlots.Reset, slot.Allocator.Handle), "ID3D12GraphicsCommandList::Reset");
        return slot;
    }

    /// <summary>Keeps a list until the batch that was submitted with it is done.</summary>
    public void Submitted(Slot slot, long ticket)
    {
        slot.Ticket = ticket;
        busy.Enqueue(slot);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in busy.Concat(idle))
            slot.Release();
        busy.Clear();
        idle.Clear();
    }

    private Slot Create()
    {
        Results.Check(
            device.Make(DeviceSlots.CreateCommandAllocator, Interfaces.CommandAllocator, out var allocator, type),
            "CreateCommandAllocator");
        var answer = device.Make(
            DeviceSlots.CreateCommandList, Interfaces.CommandList, out var list, 0, type, allocator.Handle, 0);
        if (answer < 0)
            allocator.Release();
        Results.Check(answer, "CreateCommandList");
        return new(allocator, list);
    }

    /// <summary>A command list with the allocator that it is recorded from.</summary>
    internal sealed class Slot(ComObject allocator, ComObject list)
    {
        /// <summary>The allocator.</summary>
        public ComObject Allocator { get; } = allocator;

        /// <summary>The list.</summary>
        public ComObject List { get; } = list;

        /// <summary>The batch that it was submitted for.</summary>
        public long Ticket { get; set; }

        /// <summary>Lets go of both.</summary>
        public void Release()
        {
            List.Release();
            Allocator.Release();
        }
    }
}
