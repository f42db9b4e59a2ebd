namespace KernelEngine.Gpu;

/// <summary>Something is to compute in float64 on a device that has none.</summary>
internal sealed class NoFloat64Exception(string name, ComputeDevice device)
    : TensorNotImplementedException(
        $"{name} cannot run in float64 on {device}: {device.Name} has no float64",
        "use float32, as in x.To(DType.Float32) before x goes to the device, or a device that has float64");
