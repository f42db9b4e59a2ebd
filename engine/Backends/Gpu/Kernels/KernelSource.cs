using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>
/// A kernel before any driver has seen it: a variant of a text in <c>shaders/</c>, or one that is generated from an
/// expression. There is one object for each, which keeps what the devices made of it.
/// </summary>
internal abstract class KernelSource(string name, ImmutableArray<Access> accesses, (int X, int Y, int Z) threads)
{
    private GpuKernel?[] built = [];

    /// <summary>Held by the thread that has it built.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What it is called in profiles and messages.</summary>
    public string Name { get; } = name;

    /// <summary>How it uses each of its buffers; the error record, where it has one, is the last of them.</summary>
    public ImmutableArray<Access> Accesses { get; } = accesses;

    /// <summary>The threads of a group.</summary>
    public (int X, int Y, int Z) Threads { get; } = threads;

    /// <summary>Whether its last buffer is the device's error record, which the engine adds to each launch.</summary>
    public bool HasFaults { get; init; }

    /// <summary>Whether it computes in float64.</summary>
    public abstract bool NeedsFloat64 { get; }

    /// <summary>Writes it in a language.</summary>
    public abstract KernelCode Render(KernelLanguage language, GpuLimits limits);

    /// <summary>What the device of a number made of it, if it has.</summary>
    public GpuKernel? BuiltFor(int device) => device < built.Length ? built[device] : null;

    /// <summary>Keeps what a device made of it; called by who holds <see cref="Gate"/>.</summary>
    public void Keep(int device, GpuKernel kernel)
    {
        if (device >= built.Length)
            Array.Resize(ref built, device + 1);
        built[device] = kernel;
    }
}
