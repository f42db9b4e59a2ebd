using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>
/// Runs small operators at once: few operands that are registers lying one after the other, no threads, no staging.
/// What an eager operator of some elements costs is what this costs.
/// </summary>
[SkipLocalsInit] // Slots and blocks are filled before they are read.
internal static unsafe class ShortExecution
{
    private const int Pad = 16;
    private const int MostOperands = 4;
    private const int MostUniforms = 8;
    private const int MostSlots = 32;
    private const int BlockBytes = Pad * sizeof(long);

    /// <summary>Runs a program, if it is one for here.</summary>
    /// <returns>Whether it has been run.</returns>
    public static bool TryRun(CpuProgram program, ReadOnlySpan<Operand> operands, ReadOnlySpan<long> parameters)
    {
        if (!program.IsShort)
            return false;
        var elements = operands[0].Layout.ElementCount;
        if (elements * program.Steps.Length > Parallelism.Worthwhile || elements == 0)
            return false;
        foreach (ref readonly var operand in operands)
        {
            if (!operand.Layout.IsContiguous)
                return false;
        }

        var code = program.IsDirect ? null : Compilation.Find(program, 0, elements);
        if (code is null && !program.IsDirect)
            return false;
        fixed (byte* a = &At(operands, 0), b = &At(operands, 1), c = &At(operands, 2), d = &At(operands, 3))
        {
            var data = stackalloc byte*[MostOperands];
            data[0] = a;
            data[1] = b;
            data[2] = c;
            data[3] = d;
            Run(program, code, data, operands.Length, parameters, (nint)elements);
        }

        return true;
    }

    /// <summary>Whether a program may be run here.</summary>
    public static bool Takes(CpuProgram program) =>
        program.InputCount + program.OutputCount <= MostOperands && program.InputCount > 0 &&
        program.Uniforms.Length <= MostUniforms && program.FirstTemporary <= MostSlots &&
        (!program.IsDirect || program.Steps.Length == 1) &&
        Array.TrueForAll(program.Loads, l => l == 0) && Array.TrueForAll(program.Stores, s => s == 0);

    private static void Run(
        CpuProgram program, EmittedCode? code, byte** data, int operands, ReadOnlySpan<long> parameters, nint elements)
    {
        var slots = stackalloc byte*[MostSlots];
        for (var k = 0; k < operands; k++)
            slots[k] = data[k];
        if (code is not null && program.FirstTemporary > operands)
        {
            var blocks = stackalloc byte[MostUniforms * BlockBytes];
            SetUniforms(program, slots, blocks, parameters);
        }

        var whole = elements & -Pad;
        if (whole != 0)
            Compute(program, code, slots, whole, whole);
        if (whole != elements)
            RunTail(program, code, slots, operands, whole, elements - whole);
    }

    private static void SetUniforms(CpuProgram program, byte** slots, byte* blocks, ReadOnlySpan<long> parameters)
    {
        var uniforms = program.Uniforms;
        for (var i = 0; i < uniforms.Length; i++)
        {
            ref readonly var uniform = ref uniforms[i];
            var block = blocks + (i * BlockBytes);
            slots[program.FirstUniform + i] = block;
            uniform.Fill(block, parameters, Pad);
        }

        for (var i = 0; i < program.Tables.Length; i++)
        {
            slots[program.FirstTable + i] =
                (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(program.Tables[i]));
        }
    }

    // Vector loops run over whole vectors only: the last elements go through blocks.
    private static void RunTail(
        CpuProgram program, EmittedCode? code, byte** slots, int operands, nint done, nint count)
    {
        var blocks = stackalloc byte[MostOperands * BlockBytes];
        var ends = stackalloc byte*[MostOperands];
        for (var k = 0; k < operands; k++)
        {
            var width = program.WidthOf(k);
            ends[k] = slots[k] + (done * width);
            slots[k] = blocks + (k * BlockBytes);
            if (k < program.InputCount)
                Unsafe.CopyBlockUnaligned(slots[k], ends[k], (uint)(count * width));
        }

        Compute(program, code, slots, Pad, count);
        for (var k = program.InputCount; k < operands; k++)
            Unsafe.CopyBlockUnaligned(ends[k], slots[k], (uint)(count * program.WidthOf(k)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compute(CpuProgram program, EmittedCode? code, byte** slots, nint padded, nint exact)
    {
        if (code is not null)
        {
            code(slots, padded, exact);
            return;
        }

        ref readonly var step = ref program.Steps[0];
        ((delegate*<byte*, byte*, byte*, byte*, nint, void>)step.Loop)(
            slots[step.Result], slots[step.A], slots[step.B], slots[step.C], step.IsExact ? exact : padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte At(ReadOnlySpan<Operand> operands, int place)
    {
        if ((uint)place >= (uint)operands.Length)
            return ref Unsafe.NullRef<byte>();
        ref readonly var operand = ref operands[place];
        return ref Unsafe.AddByteOffset(
            ref Unsafe.As<HostBuffer>(operand.Buffer).Data, (nint)(operand.Layout.Offset * operand.DType.Size));
    }
}
