using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>Writers by language.</summary>
internal static class KernelWriters
{
    /// <summary>The writer of a kernel; it has to be known beforehand whether that looks numbers up.</summary>
    public static KernelWriter For(
        KernelLanguage language, GpuLimits limits, string name, ImmutableArray<Access> accesses,
        (int X, int Y, int Z) threads, bool looksUp) => language switch
        {
            KernelLanguage.SpirV => new SpirvWriter(name, accesses.Length, threads, limits, looksUp),
            KernelLanguage.Ptx => new PtxWriter(name, accesses.Length, threads),
            _ => new SourceWriter((KernelDialect)Dialect.Of(language), name, threads, accesses.Length),
        };
}
