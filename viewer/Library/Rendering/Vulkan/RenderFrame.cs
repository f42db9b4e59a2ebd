using KernelEngine.Vulkan;
using Silk.NET.Vulkan;
using Semaphore = Silk.NET.Vulkan.Semaphore;

namespace KernelEngine.Viewing;

/// <summary>
/// Commands in flight, at most one submission at a time, with the tensors that they read: those are let go of when the
/// fence has passed.
/// </summary>
internal sealed unsafe class RenderFrame : IDisposable
{
    private const ulong WaitNanoseconds = 1_000_000_000;

    private readonly RenderDevice device;
    private readonly CommandPool pool;
    private readonly Fence fence;
    private readonly Dictionary<Tensor, VulkanTensor> tensors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<VulkanTensor, (BufferView View, int Start)> views = [];

    public RenderFrame(RenderDevice device)
    {
        this.device = device;
        var poolInfo = new CommandPoolCreateInfo(
            StructureType.CommandPoolCreateInfo, flags: CommandPoolCreateFlags.TransientBit,
            queueFamilyIndex: device.Handles.QueueFamily);
        CommandPool made;
        device.Check(device.Api.CreateCommandPool(device.Handle, &poolInfo, null, &made), "vkCreateCommandPool");
        pool = made;
        try
        {
            var info = new CommandBufferAllocateInfo(
                StructureType.CommandBufferAllocateInfo, commandPool: pool, level: CommandBufferLevel.Primary,
                commandBufferCount: 1);
            CommandBuffer commands;
            device.Check(
                device.Api.AllocateCommandBuffers(device.Handle, &info, &commands), "vkAllocateCommandBuffers");
            Commands = commands;
            var fenceInfo = new FenceCreateInfo(StructureType.FenceCreateInfo);
            Fence passed;
            device.Check(device.Api.CreateFence(device.Handle, &fenceInfo, null, &passed), "vkCreateFence");
            fence = passed;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CommandBuffer Commands { get; }

    /// <summary>Whether it was submitted, and its end was not seen yet.</summary>
    public bool IsInFlight { get; private set; }

    /// <summary>Whether nothing is in flight; waits for nothing.</summary>
    public bool IsDone()
    {
        if (!IsInFlight)
            return true;
        var result = device.Api.GetFenceStatus(device.Handle, fence);
        device.Check(result, "vkGetFenceStatus");
        if (result == Result.Success)
            End();
        return !IsInFlight;
    }

    /// <summary>Waits until nothing is in flight, at most so long.</summary>
    public bool Wait(TimeSpan atMost)
    {
        if (!IsInFlight)
            return true;
        var passed = fence;
        var result = device.Api.WaitForFences(
            device.Handle, 1, &passed, true, (ulong)(atMost.TotalMilliseconds * 1_000_000));
        device.Check(result, "vkWaitForFences");
        if (result == Result.Success)
            End();
        return !IsInFlight;
    }

    /// <summary>Waits until nothing is in flight.</summary>
    public void Wait()
    {
        while (!Wait(TimeSpan.FromSeconds(1)))
        {
            // Some drivers do not wake those who wait when the device is lost.
        }
    }

    /// <summary>Begins to record; nothing is in flight.</summary>
    public void Begin()
    {
        device.Check(device.Api.ResetCommandPool(device.Handle, pool, 0), "vkResetCommandPool");
        var info = new CommandBufferBeginInfo(
            StructureType.CommandBufferBeginInfo, flags: CommandBufferUsageFlags.OneTimeSubmitBit);
        device.Check(device.Api.BeginCommandBuffer(Commands, &info), "vkBeginCommandBuffer");
    }

    /// <summary>Records that what comes sees what was written before.</summary>
    public void Barrier(PipelineStageFlags from, AccessFlags wrote, PipelineStageFlags to, AccessFlags uses)
    {
        var barrier = new MemoryBarrier(StructureType.MemoryBarrier, srcAccessMask: wrote, dstAccessMask: uses);
        device.Api.CmdPipelineBarrier(Commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }

    /// <summary>Where a tensor lies, until the frame is done.</summary>
    public VulkanTensor PlaceOf(Tensor tensor)
    {
        if (!tensors.TryGetValue(tensor, out var seen))
            tensors[tensor] = seen = tensor.AsVulkan();
        return seen;
    }

    /// <summary>A tensor's elements for shaders, until the frame is done, and where they begin.</summary>
    public (BufferView View, int Start) ViewOf(Tensor tensor)
    {
        var place = PlaceOf(tensor);
        if (!views.TryGetValue(place, out var view))
        {
            view.View = device.CreateView(
                new(place.Buffer), Format.R32Sfloat, place.Offset, place.ByteCount, out view.Start);
            views[place] = view;
        }

        return view;
    }

    /// <summary>Submits what was recorded: it begins when the tensors are computed.</summary>
    /// <param name="ready">A semaphore that transfers wait for; none where 0.</param>
    /// <param name="done">A semaphore that is signalled; none where 0.</param>
    public void Submit(Semaphore ready = default, Semaphore done = default)
    {
        var commands = Commands;
        device.Check(device.Api.EndCommandBuffer(commands), "vkEndCommandBuffer");
        var passed = fence;
        device.Check(device.Api.ResetFences(device.Handle, 1, &passed), "vkResetFences");

        // All tensors are of one device, which has one timeline.
        var newest = tensors.Values.MaxBy(t => t.Value);
        var waits = stackalloc Semaphore[2];
        var values = stackalloc ulong[2];
        var stages = stackalloc PipelineStageFlags[2];
        uint count = 0;
        if (newest is not null)
        {
            (waits[count], values[count]) = (new Semaphore(newest.Semaphore), newest.Value);
            stages[count++] = PipelineStageFlags.ComputeShaderBit;
        }

        if (ready.Handle != 0)
        {
            waits[count] = ready;
            stages[count++] = PipelineStageFlags.TransferBit;
        }

        var timeline = new TimelineSemaphoreSubmitInfo(
            StructureType.TimelineSemaphoreSubmitInfo, waitSemaphoreValueCount: count, pWaitSemaphoreValues: values);
        var info = new SubmitInfo(
            StructureType.SubmitInfo, &timeline, count, waits, stages, 1, &commands, done.Handle != 0 ? 1U : 0, &done);
        device.Submit(info, fence);
        IsInFlight = true;
    }

    /// <summary>Lets go of everything; waits until nothing is in flight, but for a device that is lost.</summary>
    public void Dispose()
    {
        var passed = fence;
        while (IsInFlight
            && device.Api.WaitForFences(device.Handle, 1, &passed, true, WaitNanoseconds) == Result.Timeout)
        {
            // The training's work before it is not done yet.
        }

        End();
        device.Api.DestroyFence(device.Handle, fence, null);
        device.Api.DestroyCommandPool(device.Handle, pool, null);
    }

    /// <summary>What was recorded is not submitted: lets go of its tensors.</summary>
    public void Drop() => End();

    private void End()
    {
        IsInFlight = false;
        foreach (var (view, _) in views.Values)
            device.Api.DestroyBufferView(device.Handle, view, null);
        views.Clear();
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
        tensors.Clear();
    }
}
