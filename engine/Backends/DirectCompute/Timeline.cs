namespace KernelEngine.DirectCompute;

/// <summary>A fence whose value is the ticket of the last batch that is done.</summary>
internal sealed class Timeline : IDisposable
{
    private readonly ComObject device;
    private readonly string name;
    private volatile string? lost;
    private long completed;

    /// <summary>A fence of a device that is called so in messages.</summary>
    public Timeline(ComObject device, string name)
    {
        (this.device, this.name) = (device, name);
        Results.Check(device.Make(DeviceSlots.CreateFence, Interfaces.Fence, out var fence, 0, 0), "CreateFence");
        Fence = fence;
    }

    /// <summary>The <c>ID3D12Fence</c>.</summary>
    public ComObject Fence { get; }

    /// <summary>The last batch that is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public long Completed
    {
        get
        {
            ThrowIfLost();
            var value = (long)Fence.Call(FenceSlots.GetCompletedValue);

            // All fences of a removed device have the largest value.
            if (value == -1)
                throw Lose("its fence");
            Volatile.Write(ref completed, value);
            return value;
        }
    }

    /// <summary>Sleeps until a batch is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Wait(long ticket)
    {
        if (Volatile.Read(ref completed) >= ticket || Completed >= ticket)
            return;
        using var done = new FenceEvent();
        Check((int)Fence.Call(FenceSlots.SetEventOnCompletion, (nint)ticket, done.Handle), "SetEventOnCompletion");
        done.Wait();

        // Fences of a device that is removed meanwhile get the largest value.
        _ = Completed;
    }

    /// <summary>Throws what an answer means.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Check(int answer, string call)
    {
        if (Results.IsLost(answer))
            throw Lose(call);
        ThrowIfLost();
        Results.Check(answer, call);
    }

    /// <summary>Notes why the device is gone; from now on everything throws that.</summary>
    public void Close(string reason) => lost ??= reason;

    /// <summary>Throws if the device is lost.</summary>
    public void ThrowIfLost()
    {
        if (lost is { } reason)
            throw new DeviceLostException(name, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => Fence.Release();

    private DeviceLostException Lose(string call)
    {
        var reason = Results.NameOf((int)device.Call(DeviceSlots.GetDeviceRemovedReason));
        return new(name, lost ??= $"{call} found it removed: {reason}");
    }
}
