using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>A kernel of a reduction, for one of its passes.</summary>
/// <remarks>
/// Each pass reduces chunks: a stretch of the columns of a stretch of rows, where columns are the last reduced
/// dimension (or all of them, gone through flat) and rows the others. Its words, behind those of the buffers: see
/// <see cref="Header"/>; then the place of the first element (two words, in a first pass that wants it), the sizes of
/// the kept dimensions but the first, those of the reduced ones but the first, for each input of a first pass the
/// strides of the kept dimensions and of the reduced ones, for each output of a last pass its strides, the parameters
/// of the lift in a first pass, and those of the finish in a last one.
/// </remarks>
internal sealed class ReductionKernel : KernelSource
{
    private readonly ReductionProgram program;

    /// <summary>Declares it; it is written when it is built.</summary>
    public ReductionKernel(ReductionProgram program, ReductionPass pass)
        : base(program.Name, AccessesOf(program, pass), (pass.Threads, 1, 1)) =>
        (this.program, Pass) = (program, pass);

    /// <summary>What tells it from the reduction's other kernels.</summary>
    public ReductionPass Pass { get; }

    /// <summary>Those of a reduction.</summary>
    public static GeneratedKernels<ReductionPass, ReductionKernel> Of(ReductionProgram program) =>
        GeneratedKernels<ReductionPass, ReductionKernel>.Of(
            ref program.DeviceCode, program, static of => new(pass => new(of, pass)));

    /// <inheritdoc/>
    public override bool NeedsFloat64 =>
        (Pass.IsFirst && program.Step.UsesFloat64) || program.Combine.UsesFloat64
        || (Pass.IsLast && program.Finish.UsesFloat64);

    /// <inheritdoc/>
    public override KernelCode Render(KernelLanguage language, GpuLimits limits)
    {
        var looksUp = program.Step.LooksUp || program.Combine.LooksUp || program.Finish.LooksUp;
        var writer = KernelWriters.For(language, limits, Name, Accesses, Threads, looksUp);
        Write(writer);
        var key = new KernelKey(Name).Add(program.Step).Add(program.Combine).Add(program.Finish).Add(
            (long)Pass.Teamwork, Pass.IsFirst ? 1 : 0, Pass.IsLast ? 1 : 0, Pass.IsFlat ? 1 : 0,
            Pass.IsLong ? 1 : 0, Pass.Kept, Pass.Reduced, Pass.Threads, Pass.Width, (long)Pass.Paces);
        for (var i = 0; i < program.State.Length; i++)
            key = key.Add(program.Identity[i].ToRegister(program.State[i].Register));
        return writer.Finish(key.Value);
    }

    /// <summary>Writes it.</summary>
    internal void Write(KernelWriter writer) => new WrittenReduction(writer, program, Pass).Write();

    private static ImmutableArray<Access> AccessesOf(ReductionProgram program, ReductionPass pass)
    {
        var inputs = pass.IsFirst ? program.Inputs.Length : program.State.Length;
        var outputs = pass.IsLast ? program.Outputs.Length : program.State.Length;
        return [.. Enumerable.Repeat(Access.Read, inputs), .. Enumerable.Repeat(Access.Write, outputs)];
    }

    /// <summary>The first words of a launch.</summary>
    internal enum Header
    {
        /// <summary>How many elements are kept.</summary>
        Kept,
        /// <summary>How many tasks there are: a chunk of a kept element, or of some neighbours among them.</summary>
        Tasks,
        /// <summary>How many of them a group does, where threads reduce by themselves.</summary>
        TasksOfGroup,
        /// <summary>How many columns there are.</summary>
        Columns,
        /// <summary>How many of them a chunk has.</summary>
        ColumnsOfChunk,
        /// <summary>How many chunks lie side by side.</summary>
        ColumnChunks,
        /// <summary>How many rows there are.</summary>
        Rows,
        /// <summary>How many of them a chunk has.</summary>
        RowsOfChunk,
        /// <summary>Across: the size of the last kept dimension.</summary>
        KeptInner,
        /// <summary>Across: the product of the others.</summary>
        KeptOuter,
        /// <summary>Across: how many tasks the last kept dimension is.</summary>
        Blocks,
        /// <summary>How many words these are.</summary>
        Count,
    }
}
