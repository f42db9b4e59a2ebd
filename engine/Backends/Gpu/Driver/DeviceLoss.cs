namespace KernelEngine.Gpu;

/// <summary>Whether a device is lost; once it is, everything that is asked of it throws so.</summary>
/// <param name="name">What the device is called in messages: <c>vulkan:0</c>.</param>
public sealed class DeviceLoss(string name)
{
    private volatile string? reason;

    /// <summary>What the device is called in messages.</summary>
    public string Name => name;

    /// <summary>Why it is lost; null while it is there.</summary>
    public string? Reason => reason;

    /// <summary>Notes that it is lost. The first reason stays.</summary>
    /// <returns>What is to be thrown.</returns>
    public DeviceLostException Lose(string why) => new(name, reason ??= why);

    /// <summary>Throws if it is lost.</summary>
    /// <exception cref="DeviceLostException">It is.</exception>
    public void ThrowIfLost()
    {
        if (reason is { } known)
            throw new DeviceLostException(name, known);
    }
}
