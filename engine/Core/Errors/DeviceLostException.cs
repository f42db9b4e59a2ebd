namespace KernelEngine;

/// <summary>
/// A device went away (the driver reset it, it was unplugged, a kernel ran for too long): nothing on it can be read any
/// more, and everything that is asked of it from now on throws this. Other devices go on.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="reason">What the driver said.</param>
public sealed class DeviceLostException(string device, string reason)
    : TensorRuntimeException(
        $"the device {device} is lost: {reason}", "its tensors are gone; load what was saved and go on on another device")
{
    /// <summary>What the driver said.</summary>
    public string Reason { get; } = reason;
}
