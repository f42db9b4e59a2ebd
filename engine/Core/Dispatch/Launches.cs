namespace KernelEngine;

/// <summary>
/// One launch of a pointwise program: over one set of operands, or over a list of sets (all parameters of a network).
/// </summary>
public readonly ref struct PointwiseLaunch
{
    /// <summary>What to compute.</summary>
    public required PointwiseProgram Program { get; init; }

    /// <summary>
    /// The operands of each set in turn: the program's inputs, then its outputs. Within a set all layouts have the
    /// same shape; an output may be the same memory as an input with the same layout.
    /// </summary>
    public required ReadOnlySpan<Operand> Operands { get; init; }

    /// <summary>The program's parameters, as registers hold them; the same for every set.</summary>
    public ReadOnlySpan<long> Parameters { get; init; }

    /// <summary>How many sets there are.</summary>
    public int Sets => Operands.Length / Math.Max(1, Program.Inputs.Length + Program.Outputs.Length);
}

/// <summary>One launch of a reduction.</summary>
public readonly ref struct ReductionLaunch
{
    /// <summary>What to compute.</summary>
    public required ReductionProgram Program { get; init; }

    /// <summary>
    /// The inputs, all of one shape, with the dimensions that are kept first and those that are reduced last.
    /// </summary>
    public required ReadOnlySpan<Operand> Inputs { get; init; }

    /// <summary>The outputs, of the shape of the kept dimensions.</summary>
    public required ReadOnlySpan<Operand> Outputs { get; init; }

    /// <summary>How many of the last dimensions are reduced.</summary>
    public required int ReducedRank { get; init; }

    /// <summary>The parameters of the lift, then those of the finish, as registers hold them.</summary>
    public ReadOnlySpan<long> Parameters { get; init; }
}

/// <summary>One launch of a structural kernel.</summary>
public readonly ref struct StructuralLaunch
{
    /// <summary>Which kernel.</summary>
    public required StructuralKernel Kernel { get; init; }

    /// <summary>The operands in the order of the kernel's interface.</summary>
    public required ReadOnlySpan<Operand> Operands { get; init; }

    /// <summary>The whole-number parameters in the order of the kernel's interface.</summary>
    public ReadOnlySpan<long> Integers { get; init; }

    /// <summary>The real parameters in the order of the kernel's interface.</summary>
    public ReadOnlySpan<double> Reals { get; init; }
}

/// <summary>One launch of a kernel of a user's own.</summary>
public readonly ref struct ComputeLaunch
{
    /// <summary>Which kernel.</summary>
    public required ComputeKernel Kernel { get; init; }

    /// <summary>The operands in the order of the kernel's interface; contiguous, and of its dtypes.</summary>
    public required ReadOnlySpan<Operand> Operands { get; init; }

    /// <summary>
    /// The parameters in the order of the kernel's interface, as registers hold them: 32-bit ones in the low bits.
    /// </summary>
    public ReadOnlySpan<long> Parameters { get; init; }

    /// <summary>How many threads there must be at least.</summary>
    public required long Elements { get; init; }
}
