namespace KernelEngine.SoftwareCuda;

/// <summary>A kernel of a module, ready to be run.</summary>
internal sealed class PtxKernel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The bytes of its parameters, one behind the other as a launch packs them.</summary>
    public required (int Offset, int Size)[] Parameters { get; init; }

    /// <summary>The most threads of a group along each axis; 0 where it does not say.</summary>
    public required (int X, int Y, int Z) MostThreads { get; init; }

    /// <summary>Its instructions.</summary>
    public required PtxInstruction[] Code { get; init; }

    /// <summary>Memory that a group shares, in bytes.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>What a thread's registers are at the beginning: numbers stand behind what can be written.</summary>
    public required ulong[] Registers { get; init; }

    /// <summary>How many registers can be written.</summary>
    public required int RegisterCount { get; init; }

    /// <summary>Whether threads wait for each other, so that each needs registers of its own.</summary>
    public bool HasBarriers => Array.Exists(Code, i => i.Flow is PtxFlow.Barrier or PtxFlow.Warp);
}
