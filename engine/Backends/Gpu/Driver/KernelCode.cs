namespace KernelEngine.Gpu;

/// <summary>A kernel as a driver is given it.</summary>
/// <param name="Name">What it is called in profiles; the entry point is <c>main</c> in SPIR-V and <c>k_main</c> in
/// sources.</param>
/// <param name="Language">What it is written in.</param>
/// <param name="Words">The words of what is compiled already: SPIR-V, or DXBC for HLSL; empty otherwise.</param>
/// <param name="Source">The text of what the driver compiles; null where there are words.</param>
/// <param name="Buffers">How many buffers are bound, where kernels take no addresses.</param>
/// <param name="Threads">The threads of a group along x, y and z.</param>
/// <param name="Key">Tells it from every other kernel, in this process and all others.</param>
public sealed record KernelCode(
    string Name, KernelLanguage Language, ReadOnlyMemory<uint> Words, string? Source, int Buffers,
    (int X, int Y, int Z) Threads, UInt128 Key)
{
    /// <summary>
    /// What a generated kernel in SPIR-V looks up; null if nothing. The driver keeps it in memory, and launches give its
    /// address behind those of the buffers (<see cref="GpuKernel.TableAddress"/>): lavapipe, for one, fills constant
    /// arrays element by element, in each thread.
    /// </summary>
    public byte[]? Tables { get; init; }

    /// <summary>What is thrown where a device does not take it.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="call">The function that was asked.</param>
    /// <param name="answer">What that answered.</param>
    internal TensorRuntimeException RefusedBy(string device, string call, string answer) =>
        new($"{device} does not take the kernel {Name}: {call} answered {answer}");
}

/// <summary>A kernel that a driver has made ready.</summary>
public abstract class GpuKernel(KernelCode code)
{
    /// <summary>What it was made of.</summary>
    public KernelCode Code { get; } = code;

    /// <summary>Where <see cref="KernelCode.Tables"/> lie in the device's memory; null where there are none.</summary>
    public ulong? TableAddress { get; internal set; }

    /// <summary>Whether the driver found it compiled in its cache on disk.</summary>
    public bool WasCached { get; init; }

    internal void Free() => Release();

    /// <summary>Gives back what the driver made.</summary>
    protected virtual void Release()
    {
    }
}

/// <summary>A kernel that is a handle of the driver's, and nothing else.</summary>
internal sealed class HandleKernel<THandle>(KernelCode code, THandle handle, Action<THandle> release) : GpuKernel(code)
{
    /// <summary>What the driver knows it by.</summary>
    public THandle Handle => handle;

    /// <inheritdoc/>
    protected override void Release() => release(handle);
}
