using Silk.NET.Vulkan;
using Semaphore = Silk.NET.Vulkan.Semaphore;

namespace KernelEngine.Vulkan;

/// <summary>A timeline semaphore whose value is the ticket of the last batch that is done.</summary>
internal sealed unsafe class Timeline : IDisposable
{
    private const ulong WaitNanoseconds = 1_000_000_000;

    private readonly LogicalDevice device;
    private readonly string name;
    private volatile string? lost;
    private long completed;

    public Timeline(LogicalDevice device, string name)
    {
        (this.device, this.name) = (device, name);
        var type = new SemaphoreTypeCreateInfo(
            StructureType.SemaphoreTypeCreateInfo, semaphoreType: SemaphoreType.Timeline, initialValue: 0);
        var info = new SemaphoreCreateInfo(StructureType.SemaphoreCreateInfo, &type);
        Semaphore semaphore;
        device.Api.CreateSemaphore(device.Handle, &info, null, &semaphore).Check("vkCreateSemaphore");
        Semaphore = semaphore;
    }

    /// <summary>The semaphore.</summary>
    public Semaphore Semaphore { get; }

    /// <summary>The last batch that is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public long Completed
    {
        get
        {
            ThrowIfLost();
            ulong value = 0;
            Check(device.Api.GetSemaphoreCounterValue(device.Handle, Semaphore, &value),
                "vkGetSemaphoreCounterValue");
            return Advance((long)value);
        }
    }

    /// <summary>Waits until a batch is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Wait(long ticket)
    {
        if (Volatile.Read(ref completed) >= ticket)
            return;
        var (semaphore, value) = (Semaphore, (ulong)ticket);
        var info = new SemaphoreWaitInfo(
            StructureType.SemaphoreWaitInfo, semaphoreCount: 1, pSemaphores: &semaphore, pValues: &value);
        Result result;
        do
        {
            // By another thread, perhaps; some drivers do not wake those who wait already.
            ThrowIfLost();
            result = device.Api.WaitSemaphores(device.Handle, &info, WaitNanoseconds);
        }
        while (result == Result.Timeout);
        Check(result, "vkWaitSemaphores");
        Advance(ticket);
    }

    /// <summary>Throws what a function's answer means.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Check(Result result, string function)
    {
        if (result == Result.ErrorDeviceLost)
            Lose($"{function} answered {result.Text()}");
        ThrowIfLost();
        result.Check(function);
    }

    /// <summary>Notes that the device is lost; from now on everything throws that.</summary>
    public void Lose(string reason) => lost ??= reason;

    /// <summary>Throws if the device is lost.</summary>
    public void ThrowIfLost()
    {
        if (lost is { } reason)
            throw new DeviceLostException(name, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => device.Api.DestroySemaphore(device.Handle, Semaphore, null);

    private long Advance(long ticket)
    {
        var known = Volatile.Read(ref completed);
        while (known < ticket)
        {
            var seen = Interlocked.CompareExchange(ref completed, ticket, known);
            if (seen == known)
                return ticket;
            known = seen;
        }

        return known;
    }
}
