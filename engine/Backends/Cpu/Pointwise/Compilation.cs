using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>What runs programs.</summary>
internal enum ExecutorChoice
{
    /// <summary>The interpreter at first; emitted code once a background thread has compiled it.</summary>
    Automatic,
    /// <summary>The interpreter always.</summary>
    Interpreter,
    /// <summary>Emitted code always; the first run waits for it.</summary>
    Emitted,
}

/// <summary>Decides when a program is compiled, and has it done in the background.</summary>
internal static class Compilation
{
    private const int RunsBefore = 3;
    private const long ElementsBefore = 16 * 1024;
    private const int LongestProgram = 4000;

    /// <summary>What runs programs; tests set it.</summary>
    public static ExecutorChoice Choice { get; set; } = ExecutorChoice.Automatic;

    /// <summary>The emitted code of a program, or null where the interpreter is to run it now.</summary>
    /// <param name="program">The program.</param>
    /// <param name="repeated">The inputs, bit by bit, that have one element for all.</param>
    /// <param name="elements">How many elements are to be run.</param>
    /// <param name="rounds">Of a reduction's step: how many lanes its states have; see
    /// <see cref="Emitter.CompileRounds"/>. Or <see cref="EmittedEntry.Streaming"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EmittedCode? Find(CpuProgram program, ulong repeated, long elements, int rounds = 0)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || Choice == ExecutorChoice.Interpreter)
            return null;
        for (var entry = program.Emitted; entry is not null; entry = entry.Next)
        {
            if (entry.Repeated == repeated && entry.Rounds == rounds)
                return entry.Code ?? Await(program, entry, elements);
        }

        return Await(program, program.Add(repeated, rounds), elements);
    }

    private static EmittedCode? Await(CpuProgram program, EmittedEntry entry, long elements)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return null;
        if (Choice == ExecutorChoice.Emitted)
        {
            if (entry.Code is null && Emitter.LanesOf(program) > 0)
                entry.Code = entry.Emit(program);
            return entry.Code;
        }

        if ((++entry.Runs >= RunsBefore || elements >= ElementsBefore) && !entry.IsOrdered)
        {
            entry.IsOrdered = true;
            if (program.Steps.Length <= LongestProgram && Emitter.LanesOf(program) > 0)
                ThreadPool.UnsafeQueueUserWorkItem(static o => o.Entry.Compile(o.Program), new Order(program, entry),
                    preferLocal: false);
        }

        return null;
    }

    private sealed record Order(CpuProgram Program, EmittedEntry Entry);
}

/// <summary>The emitted code of a program for one pattern of repeated inputs.</summary>
internal sealed class EmittedEntry(ulong repeated, int rounds, EmittedEntry? next)
{
    /// <summary>In place of a number of rounds: results are written past the caches.</summary>
    public const int Streaming = -1;

    public readonly int Rounds = rounds;
    public readonly ulong Repeated = repeated;
    public readonly EmittedEntry? Next = next;
    public EmittedCode? Code;
    public int Runs;
    public bool IsOrdered;

    /// <summary>Compiles, here and now.</summary>
    [RequiresDynamicCode("emits code")]
    public EmittedCode Emit(CpuProgram program) =>
        Rounds > 0 ? Emitter.CompileRounds(program, Rounds)
            : Emitter.Compile(program, Repeated, Rounds == Streaming);

    /// <summary>Compiles; the interpreter goes on serving where that fails.</summary>
    public void Compile(CpuProgram program)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return;
        try
        {
            Code = Emit(program);
        }
#pragma warning disable CA1031 // An exception on a thread of the pool would end the application.
        catch (Exception e)
#pragma warning restore CA1031
        {
            System.Diagnostics.Debug.Fail(e.ToString());
        }
    }
}
