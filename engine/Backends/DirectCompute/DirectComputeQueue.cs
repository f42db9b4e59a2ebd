using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>A command list, with the allocator that it is recorded from.</summary>
internal sealed record DirectComputeList(ComObject Allocator, ComObject Commands);

/// <summary>A queue of a device. Each batch is one command list, behind which a fence gets its ticket.</summary>
internal sealed unsafe class DirectComputeQueue : ListQueue<DirectComputeList, DirectComputeTimestamps>
{
    private readonly ComObject device;
    private readonly int type;

    /// <summary>A queue of the engine's own, or a host's.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="device">The device.</param>
    /// <param name="queue">A host's <c>ID3D12CommandQueue</c>, which it holds; none to make one.</param>
    public DirectComputeQueue(DirectComputeDriver driver, ComObject device, ComObject queue)
        : base(driver.Loss)
    {
        this.device = device;
        Handle = queue.IsNull ? Create(device) : queue.Retain();
        type = TypeOf(Handle);
        var answer = device.Make(DeviceSlots.CreateFence, Interfaces.Fence, out var fence, 0, 0);
        if (answer < 0)
            Handle.Release();
        DirectComputeErrors.Check(answer, "CreateFence");
        Fence = fence;
        ulong frequency = 0;
        var tells = Handle.Call(QueueSlots.GetTimestampFrequency, (nint)(&frequency)) == 0 && frequency > 0;
        Times = new(tells ? 1e9 / frequency : 0, 64, n => DirectComputeTimestamps.Make(driver, device, n));
    }

    /// <summary>The <c>ID3D12CommandQueue</c>.</summary>
    public ComObject Handle { get; }

    /// <summary>The <c>ID3D12Fence</c>.</summary>
    public ComObject Fence { get; }

    /// <summary>Refuses what a host hands in that nothing can be computed with.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    public static void CheckHost(ComObject device, ComObject queue)
    {
        if (device.IsNull || queue.IsNull)
            throw new ArgumentException("the host's ID3D12Device or its ID3D12CommandQueue is null");
        if (TypeOf(queue) is not (QueueDescription.Direct or QueueDescription.Compute) and var type)
        {
            throw new ArgumentException(
                $"the host's queue is of type {type}, and takes no kernels: it must be DIRECT or COMPUTE");
        }

        queue.Make(QueueSlots.GetDevice, Interfaces.Device, out var owner);
        var isItsOwn = owner.Is(device);
        owner.Release();
        if (!isItsOwn)
            throw new ArgumentException("the host's queue belongs to another ID3D12Device than the host's");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Fence.Release();
        Handle.Release();
    }

    /// <inheritdoc/>
    protected override TimestampRing<DirectComputeTimestamps> Times { get; }

    /// <inheritdoc/>
    protected override long Poll()
    {
        var value = (long)Fence.Call(FenceSlots.GetCompletedValue);

        // All fences of a removed device have the largest value.
        return value == -1 ? throw Removed("its fence") : value;
    }

    /// <inheritdoc/>
    protected override void Sleep(long ticket)
    {
        using var done = new FenceEvent();
        Check((int)Fence.Call(FenceSlots.SetEventOnCompletion, (nint)ticket, done.Handle), "SetEventOnCompletion");
        done.Wait();

        // It may have been removed meanwhile.
        Poll();
    }

    /// <inheritdoc/>
    protected override DirectComputeList Create()
    {
        Check(
            device.Make(DeviceSlots.CreateCommandAllocator, Interfaces.CommandAllocator, out var allocator, type),
            "CreateCommandAllocator");
        var answer = device.Make(
            DeviceSlots.CreateCommandList, Interfaces.CommandList, out var list, 0, type, allocator.Handle, 0);
        if (answer < 0)
            allocator.Release();
        Check(answer, "CreateCommandList");
        list.Call(ListSlots.Close);
        return new(allocator, list);
    }

    /// <inheritdoc/>
    protected override void Record(DirectComputeList list, GpuBatch batch)
    {
        var (allocator, commands) = list;
        Check((int)allocator.Call(ListSlots.ResetAllocator), "ID3D12CommandAllocator::Reset");
        Check((int)commands.Call(ListSlots.Reset, allocator.Handle), "ID3D12GraphicsCommandList::Reset");
        try
        {
            var times = Times.Begin(batch, Completed);
            var barriers = stackalloc ResourceBarrier[DirectComputeWriter.MaxBarriers];
            var writer = new DirectComputeWriter(commands, batch, times, barriers);
            batch.WriteTo(ref writer);
            times?.Resolve(commands, batch.Commands.Length + 1);
        }
        finally
        {
            Check((int)commands.Call(ListSlots.Close), "ID3D12GraphicsCommandList::Close");
        }
    }

    /// <inheritdoc/>
    protected override void Send(DirectComputeList? list, long ticket, long after)
    {
        if (list is { Commands.Handle: var commands })
            Handle.Call(QueueSlots.ExecuteCommandLists, 1, (nint)(&commands));
        Check((int)Handle.Call(QueueSlots.Signal, Fence.Handle, (nint)ticket), "ID3D12CommandQueue::Signal");
    }

    /// <inheritdoc/>
    protected override void Release(DirectComputeList list)
    {
        list.Commands.Release();
        list.Allocator.Release();
    }

    private static int TypeOf(ComObject queue)
    {
        QueueDescription description;
        queue.Call(QueueSlots.GetDescription, (nint)(&description));
        return description.Type;
    }

    private static ComObject Create(ComObject device)
    {
        // A large product may take longer than the two seconds after which Windows takes the device away; not every
        // process may ask for more.
        var description = new QueueDescription
        {
            Type = QueueDescription.Compute,
            Flags = QueueDescription.WithoutTimeout,
        };
        if (device.Make(
                DeviceSlots.CreateCommandQueue, Interfaces.CommandQueue, out var queue, (nint)(&description)) < 0)
        {
            description.Flags = 0;
            DirectComputeErrors.Check(
                device.Make(DeviceSlots.CreateCommandQueue, Interfaces.CommandQueue, out queue, (nint)(&description)),
                "CreateCommandQueue");
        }

        return queue;
    }

    private void Check(int answer, string call)
    {
        if (DirectComputeErrors.IsLost(answer))
            throw Removed(call);
        DirectComputeErrors.Check(answer, call);
    }

    private DeviceLostException Removed(string call)
    {
        var reason = DirectComputeErrors.NameOf((int)device.Call(DeviceSlots.GetDeviceRemovedReason));
        return Loss.Lose($"{call} found it removed: {reason}");
    }
}
