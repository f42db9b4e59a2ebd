using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>What the processor is and has.</summary>
internal static class Processor
{
    /// <summary>The device <c>cpu</c>.</summary>
    public static ComputeDevice Describe(Backend backend)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new(backend, 0, FindName(), DeviceType.Cpu,
            new(memory, Math.Min(memory, 64L * Array.MaxLength), HasFloat64: true, Features()),
            RuntimeInformation.FrameworkDescription);
    }

    /// <summary>The instruction sets that the kernels use, and the threads.</summary>
    public static string Features()
    {
        var sets = new List<string>();
        if (Vector512.IsHardwareAccelerated)
            sets.Add("avx512");
        if (Avx2.IsSupported)
            sets.Add("avx2");
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported)
            sets.Add("fma");
        if (AdvSimd.IsSupported)
            sets.Add("neon");
        if (sets.Count == 0)
            sets.Add(Vector128.IsHardwareAccelerated ? "128-bit vectors" : "no vectors");
        return $"{string.Join(" ", sets)}, {Environment.ProcessorCount} threads";
    }

    private static string FindName()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                foreach (var line in File.ReadLines("/proc/cpuinfo"))
                {
                    if (line.StartsWith("model name", StringComparison.Ordinal))
                        return line[(line.IndexOf(':') + 1)..].Trim();
                }
            }
        }
        catch (IOException)
        {
            // A name is only a courtesy.
        }
        catch (UnauthorizedAccessException)
        {
        }

        return FromProcessor() ?? $"{RuntimeInformation.ProcessArchitecture} processor";
    }

    // Processors of the x86 family spell their own name.
    private static string? FromProcessor()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < 0x80000004)
            return null;
        Span<int> words = stackalloc int[12];
        for (var i = 0; i < 3; i++)
        {
            (words[i * 4], words[(i * 4) + 1], words[(i * 4) + 2], words[(i * 4) + 3]) =
                X86Base.CpuId(unchecked((int)0x80000002) + i, 0);
        }

        return System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
    }
}
