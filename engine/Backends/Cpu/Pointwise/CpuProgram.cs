using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>One step of a program over blocks; values are slots of a table of addresses.</summary>
/// <param name="Code">What to run; null for a guard.</param>
/// <param name="Lane">The lanes of the result; of a guard, of its mask.</param>
/// <param name="Result">The slot of the result.</param>
/// <param name="A">The slot of the first argument; of a guard, its mask.</param>
/// <param name="B">The slot of the second argument; of a lookup, its table.</param>
/// <param name="C">The slot of the third argument.</param>
/// <param name="Skip">Of a guard: the step to go to where the mask is nowhere set.</param>
/// <param name="ArgumentCount">How many arguments it has.</param>
internal readonly record struct BlockStep(
    SimdCode? Code, Lane Lane, int Result, int A, int B, int C, int Skip, int ArgumentCount)
{
    /// <summary>The function over blocks; 0 for a guard.</summary>
    public readonly nint Loop = Code?.Loop ?? 0;

    /// <summary>Whether it takes only the elements that there are.</summary>
    public readonly bool IsExact = Code?.IsExact ?? false;
}

/// <summary>A value that is the same for all elements: a constant, or a parameter of the launch.</summary>
internal readonly record struct Uniform(Lane Lane, long Bits, int Parameter)
{
    /// <summary>Fills a block with it.</summary>
    public unsafe void Fill(byte* block, ReadOnlySpan<long> parameters, int count)
    {
        var bits = Parameter < 0 ? Bits : parameters[Parameter];
        if (Lanes.IsMask(Lane))
            bits = bits != 0 ? -1 : 0;
        if (Lanes.SizeOf(Lane) == 8)
            new Span<long>(block, count).Fill(bits);
        else
            new Span<int>(block, count).Fill((int)bits);
    }
}

/// <summary>
/// A pointwise program as this backend runs it: typed lanes, steps over blocks, slots by liveness. Slots are, in
/// this order: inputs, outputs, uniforms, tables, temporaries.
/// </summary>
internal sealed class CpuProgram
{
    public required PointwiseProgram Source { get; init; }
    public required BlockStep[] Steps { get; init; }
    public required Lane[] InputLanes { get; init; }
    public required Lane[] OutputLanes { get; init; }
    public required nint[] Loads { get; init; }
    public required nint[] Stores { get; init; }
    public required Uniform[] Uniforms { get; init; }
    public required Array[] Tables { get; init; }
    public required int TemporaryCount { get; init; }

    /// <summary>The lanes of every value.</summary>
    public required Lane[] Lanes { get; init; }

    /// <summary>The last step that reads each input; -1 where none does.</summary>
    public required int[] LastReads { get; init; }

    /// <summary>The step that makes each output.</summary>
    public required int[] Makers { get; init; }

    /// <summary>Elements a block has.</summary>
    public required int BlockLength { get; init; }

    public int InputCount => InputLanes.Length;

    public int OutputCount => OutputLanes.Length;

    public int FirstUniform => InputLanes.Length + OutputLanes.Length;

    public int FirstTable => FirstUniform + Uniforms.Length;

    public int FirstTemporary => FirstTable + Tables.Length;

    public int SlotCount => FirstTemporary + TemporaryCount;

    /// <summary>Whether it is one step on operands alone, which may run over any length at once.</summary>
    public required bool IsDirect { get; init; }

    /// <summary>Whether a step must not be run for more elements than there are.</summary>
    public bool HasExactSteps => Array.Exists(Steps, s => s.IsExact);

    /// <summary>Whether <see cref="ShortExecution"/> takes it.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Bytes of an operand's elements in registers.</summary>
    public int WidthOf(int operand) => KernelEngine.Lanes.SizeOf(
        operand < InputLanes.Length ? InputLanes[operand] : OutputLanes[operand - InputLanes.Length]);

    /// <summary>What has been compiled of it.</summary>
    public EmittedEntry? Emitted { get; private set; }

    /// <summary>Makes an entry for a pattern of repeated inputs.</summary>
    public EmittedEntry Add(ulong repeated, int rounds)
    {
        // A race loses an entry at worst, which is then made again.
        var entry = new EmittedEntry(repeated, rounds, Emitted);
        Emitted = entry;
        return entry;
    }

    public static CpuProgram Of(PointwiseProgram source) =>
        source.HostCode is { } known ? Unsafe.As<CpuProgram>(known) : Make(source);

    private static CpuProgram Make(PointwiseProgram source)
    {
        var made = new Lowering(source).Run();
        made.IsShort = ShortExecution.Takes(made);
        Interlocked.CompareExchange(ref source.HostCode, made, null);
        return Unsafe.As<CpuProgram>(source.HostCode);
    }
}
