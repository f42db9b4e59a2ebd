using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// The order in which the elements of a reduction are combined; it depends on how many they are and on nothing else.
/// Elements are cut into chunks; those of a chunk go to lanes in turn, the lanes of a chunk are folded in halves, and
/// so are the chunks. Errors of a sum grow as those of a pairwise one.
/// </summary>
internal readonly struct ReductionOrder
{
    /// <summary>Elements of a chunk; the last one may be shorter.</summary>
    public const int ChunkLength = 4096;

    public ReductionOrder(long elements)
    {
        Elements = elements;
        Lanes = elements <= 8 ? 1 : elements <= 128 ? 16 : 64;
        Chunks = Math.Max(1, (elements + ChunkLength - 1) / ChunkLength);
    }

    /// <summary>How many are reduced to one.</summary>
    public long Elements { get; }

    /// <summary>How many states a chunk is reduced to at first.</summary>
    public int Lanes { get; }

    /// <summary>How many chunks there are.</summary>
    public long Chunks { get; }

    /// <summary>The length of a chunk.</summary>
    public int LengthOf(long chunk) => (int)Math.Min(ChunkLength, Elements - (chunk * ChunkLength));

    /// <summary>Where to fold: states from there on are combined with those from the start.</summary>
    public static long Half(long states) => (long)(BitOperations.RoundUpToPowerOf2((ulong)states) / 2);
}
