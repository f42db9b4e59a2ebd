namespace KernelEngine.SoftwareCuda;

/// <summary>What an instruction does with a thread's registers.</summary>
internal unsafe delegate void PtxStep(ulong* registers, PtxInstruction instruction);

/// <summary>What an instruction does with the registers of all threads of a warp.</summary>
internal unsafe delegate void PtxWarpStep(ReadOnlySpan<nint> registers, PtxInstruction instruction);

/// <summary>An instruction of a kernel, its operands as places among a thread's registers.</summary>
internal sealed class PtxInstruction
{
    /// <summary>What it does; null for what decides where the thread goes on.</summary>
    public PtxStep? Step { get; set; }

    /// <summary>What a warp does together.</summary>
    public PtxWarpStep? WarpStep { get; set; }

    /// <summary>What decides where the thread goes on.</summary>
    public PtxFlow Flow { get; set; }

    /// <summary>The predicate under which it is done; -1 for always.</summary>
    public int Guard { get; set; } = -1;

    /// <summary>Whether it is done where the predicate is false.</summary>
    public bool IsNegated { get; set; }

    /// <summary>Its operands in their order; of vectors each element.</summary>
    public int[] Operands { get; private set; } = [];

    /// <summary>The first operand: mostly the result.</summary>
    public int D { get; private set; }

    /// <summary>The second operand.</summary>
    public int A { get; private set; }

    /// <summary>The third operand.</summary>
    public int B { get; private set; }

    /// <summary>The fourth operand.</summary>
    public int C { get; private set; }

    /// <summary>What is added to the register of its address.</summary>
    public long Offset { get; set; }

    /// <summary>Where a branch goes.</summary>
    public int Target { get; set; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Sets the operands.</summary>
    public void SetOperands(List<int> operands)
    {
        Operands = [.. operands];
        int At(int i) => i < Operands.Length ? Operands[i] : 0;
        (D, A, B, C) = (At(0), At(1), At(2), At(3));
    }
}

/// <summary>Where a thread goes on after an instruction.</summary>
internal enum PtxFlow : byte
{
    /// <summary>At the next one.</summary>
    Next,
    /// <summary>Where the branch goes.</summary>
    Branch,
    /// <summary>Nowhere.</summary>
    Return,
    /// <summary>At the next one, when all threads of the group are here.</summary>
    Barrier,
    /// <summary>At the next one, when all threads of the warp are here and did it together.</summary>
    Warp,
}
