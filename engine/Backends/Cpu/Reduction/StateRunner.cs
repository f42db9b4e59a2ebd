using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>Runs a program of a reduction over registers in a thread's scratch memory, a few lanes at a time.</summary>
internal readonly unsafe ref struct StateRunner
{
    /// <summary>The most lanes it runs at once.</summary>
    public const int MostLanes = 1024;

    private const int Pad = 16;

    private readonly CpuProgram program;
    private readonly EmittedCode? code;
    private readonly byte** slots;
    private readonly byte** results; // blocks for results that must not go where they belong at once
    private readonly bool isInPlace;
    private readonly int length;

    /// <summary>Makes a runner.</summary>
    /// <param name="program">The program; its outputs are states.</param>
    /// <param name="workspace">Where its blocks lie.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="lanes">How many lanes it runs at once at most.</param>
    /// <param name="elements">How many elements it is going to be run for, roughly.</param>
    public StateRunner(
        CpuProgram program, Workspace workspace, ReadOnlySpan<long> parameters, int lanes, long elements)
    {
        this.program = program;
        code = program.IsDirect ? null : Compilation.Find(program, 0, elements);
        length = (Math.Min(lanes, code is null ? program.BlockLength : MostLanes) + Pad - 1) & -Pad;
        slots = (byte**)workspace.Take((program.SlotCount + program.OutputCount) * sizeof(byte*));
        results = slots + program.SlotCount;
        for (var i = 0; i < program.OutputCount; i++)
            results[i] = workspace.Take(length * program.WidthOf(program.InputCount + i));
        for (var i = 0; i < program.Uniforms.Length; i++)
        {
            ref readonly var uniform = ref program.Uniforms[i];
            var count = code is null ? length : Pad;
            var block = workspace.Take(count * Lanes.SizeOf(uniform.Lane));
            slots[program.FirstUniform + i] = block;
            uniform.Fill(block, parameters, count);
        }

        for (var i = 0; i < program.Tables.Length; i++)
        {
            slots[program.FirstTable + i] =
                (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(program.Tables[i]));
        }

        isInPlace = true;
        if (code is not null)
            return;
        for (var i = program.FirstTemporary; i < program.SlotCount; i++)
            slots[i] = workspace.Take(length * sizeof(long));

        // Step by step, a result over a state must wait until nobody reads that state any more.
        for (var i = 0; i < program.OutputCount; i++)
        {
            for (var k = 0; k < program.InputCount; k++)
                isInPlace &= program.LastReads[k] <= program.Makers[i];
        }
    }

    /// <summary>The most lanes it runs at once.</summary>
    public int Length => length;

    /// <summary>Sets where an input lies: as many elements as are run, and up to the next 16 to be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetInput(int input, byte* place) => slots[input] = place;

    /// <summary>Where an input lies.</summary>
    public byte* InputAt(int input) => slots[input];

    /// <summary>Sets where an output goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetOutput(int output, byte* place) => slots[program.InputCount + output] = place;

    /// <summary>Runs some lanes.</summary>
    public void Run(nint count)
    {
        if (isInPlace && (count & (Pad - 1)) == 0)
        {
            Compute(count, count);
            return;
        }

        int inputs = program.InputCount, outputs = program.OutputCount;
        Exchange(slots + inputs, results, outputs);
        Compute((count + Pad - 1) & -Pad, count);
        Exchange(slots + inputs, results, outputs);
        for (var i = 0; i < outputs; i++)
            Unsafe.CopyBlockUnaligned(slots[inputs + i], results[i], (uint)(count * program.WidthOf(inputs + i)));
    }

    /// <summary>Runs whole rounds by code that was emitted for them.</summary>
    public void RunRounds(EmittedCode rounds, nint elements) => rounds(slots, elements, nint.MaxValue);

    /// <summary>Combines states with those some places behind.</summary>
    /// <param name="states">The states.</param>
    /// <param name="other">Where the second ones begin.</param>
    /// <param name="count">How many.</param>
    public void Combine(StateMemory states, long other, long count)
    {
        var values = program.OutputCount;
        for (var done = 0L; done < count; done += length)
        {
            for (var i = 0; i < values; i++)
            {
                slots[i] = slots[program.InputCount + i] = states.At(i, done);
                slots[values + i] = states.At(i, other + done);
            }

            Run((nint)Math.Min(length, count - done));
        }
    }

    /// <summary>Folds rows of states in halves until one is left.</summary>
    /// <param name="states">The states, row after row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="width">How many states in a row.</param>
    public void Fold(StateMemory states, long rows, long width)
    {
        while (rows > 1)
        {
            var half = ReductionOrder.Half(rows);
            Combine(states, half * width, (rows - half) * width);
            rows = half;
        }
    }

    private static void Exchange(byte** a, byte** b, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var place = a[i];
            a[i] = b[i];
            b[i] = place;
        }
    }

    private void Compute(nint padded, nint exact)
    {
        if (code is not null)
        {
            code(slots, padded, exact);
            return;
        }

        var steps = program.Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var step = ref steps[i];
            if (step.Loop == 0)
            {
                if (!SegmentRunner.IsAnySet(slots[step.A], padded * Lanes.SizeOf(step.Lane)))
                    i = step.Skip - 1;
                continue;
            }

            ((delegate*<byte*, byte*, byte*, byte*, nint, void>)step.Loop)(
                slots[step.Result], slots[step.A], slots[step.B], slots[step.C], step.IsExact ? exact : padded);
        }
    }
}
