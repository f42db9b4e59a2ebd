namespace KernelEngine.Cpu;

/// <summary>The CPU backend.</summary>
public static class CpuBackend
{
    /// <summary>Makes the device <c>cpu</c> known.</summary>
    public static void Register() { }
}
