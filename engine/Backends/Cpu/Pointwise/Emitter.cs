using System.Diagnostics.CodeAnalysis;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>A compiled program over blocks.</summary>
/// <param name="slots">The addresses of operands and uniforms.</param>
/// <param name="padded">How many elements to run, a multiple of 16.</param>
/// <param name="exact">How many there are.</param>
internal unsafe delegate void EmittedCode(byte** slots, nint padded, nint exact);

/// <summary>
/// Writes a program as one loop over vectors, with every value in a local. All vectors of a loop have the same number
/// of lanes; where 64-bit values occur, 32-bit ones take vectors of half the width.
/// </summary>
[RequiresDynamicCode("emits code")]
internal sealed class Emitter
{
    private readonly CpuProgram program;
    private readonly ulong repeated;
    private readonly int lanes;
    private readonly ILGenerator il;
    private readonly Dictionary<int, LocalBuilder> addresses = [];
    private readonly Dictionary<(int Slot, Type Type), LocalBuilder> values = [];
    private readonly Dictionary<int, LocalBuilder> current = [];
    private readonly LocalBuilder index;
    private readonly Dictionary<Type, (LocalBuilder Ones, LocalBuilder Zeros)> spreads = [];
    private LocalBuilder? scratch; // room for four vectors, for steps that have no vector form

    private Emitter(CpuProgram program, ulong repeated, int lanes, ILGenerator il)
    {
        (this.program, this.repeated, this.lanes, this.il) = (program, repeated, lanes, il);
        index = il.DeclareLocal(typeof(nint));
    }

    /// <summary>How many lanes a program's vectors have here; 0 where there are no vectors for it.</summary>
    public static int LanesOf(CpuProgram program)
    {
        var widest = program.Lanes.Max(Lanes.SizeOf);
        var narrowest = program.Lanes.Min(Lanes.SizeOf);
        var bytes = Vector512.IsHardwareAccelerated ? 64 : Vector256.IsHardwareAccelerated ? 32 :
            Vector128.IsHardwareAccelerated ? 16 : 0;
        var count = bytes / widest;
        return count * narrowest >= 16 ? count : 0;
    }

    /// <summary>Emits and compiles a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="repeated">The inputs, bit by bit, that have one element for all.</param>
    /// <param name="streams">Whether outputs are written past the caches: they must lie at multiples of 64 bytes then.
    /// </param>
    public static EmittedCode Compile(CpuProgram program, ulong repeated, bool streams = false) =>
        Make(program, repeated, e => e.Write(streams));

    /// <summary>
    /// Emits and compiles the step of a reduction over whole rounds: element after element goes to lane after lane,
    /// and the states stay in registers from the first round to the last.
    /// </summary>
    /// <param name="program">The step; its first inputs are the states, its outputs too.</param>
    /// <param name="width">How many lanes the states have: the elements of a round.</param>
    public static EmittedCode CompileRounds(CpuProgram program, int width) =>
        Make(program, 0, e => e.WriteRounds(width));

    private static unsafe EmittedCode Make(CpuProgram program, ulong repeated, Action<Emitter> write)
    {
        var method = new DynamicMethod(
            program.Source.Name, typeof(void), [typeof(byte**), typeof(nint), typeof(nint)],
            typeof(Emitter).Module, skipVisibility: true);
        write(new Emitter(program, repeated, LanesOf(program), method.GetILGenerator()));
        var code = method.CreateDelegate<EmittedCode>();

        // The JIT runs now, on this thread, not when the first frame calls it.
        var slots = stackalloc byte*[program.SlotCount];
        var zeros = stackalloc byte[8192];
        new Span<byte>(zeros, 8192).Clear();
        for (var i = 0; i < program.SlotCount; i++)
            slots[i] = zeros;
        code(slots, 0, 0);
        return code;
    }

    private void WriteRounds(int width)
    {
        int states = program.OutputCount, all = Math.Max(1, width / lanes);
        for (var k = 0; k < program.InputCount; k++)
            WriteAddress(k);
        WriteUniforms();

        // Several vectors at once hide how long one step takes, as long as there are registers for them.
        var together = all;
        while (together > 1 && together * program.Steps.Length > 48)
            together /= 2;
        var group = il.DeclareLocal(typeof(nint));
        var held = new LocalBuilder[together, states];
        for (var s = 0; s < states; s++)
        {
            for (var u = 0; u < together; u++)
                held[u, s] = il.DeclareLocal(VectorTypes.Of(program.OutputLanes[s], lanes));
        }

        WriteCount(0, group);
        WriteLoop(group, together * lanes, () => il.Emit(OpCodes.Ldc_I4, width), () =>
        {
            il.Emit(OpCodes.Ldloc, group);
            il.Emit(OpCodes.Stloc, index);
            MoveStates(reads: true);
            WriteLoop(index, width, () => il.Emit(OpCodes.Ldarg_1), () =>
            {
                for (var u = 0; u < together; u++)
                {
                    for (var s = 0; s < states; s++)
                        current[s] = held[u, s];
                    WriteInputs(states, u * lanes);
                    WriteSteps();
                    for (var s = 0; s < states; s++)
                    {
                        WriteValue(program.InputCount + s, held[u, s].LocalType);
                        il.Emit(OpCodes.Stloc, held[u, s]);
                    }
                }
            });
            il.Emit(OpCodes.Ldloc, group);
            il.Emit(OpCodes.Stloc, index);
            MoveStates(reads: false);
        });
        il.Emit(OpCodes.Ret);

        void MoveStates(bool reads)
        {
            for (var s = 0; s < states; s++)
            {
                for (var u = 0; u < together; u++)
                {
                    WriteElement(s, program.OutputLanes[s], u * lanes);
                    if (reads)
                    {
                        il.Emit(OpCodes.Ldobj, held[u, s].LocalType);
                        il.Emit(OpCodes.Stloc, held[u, s]);
                    }
                    else
                    {
                        il.Emit(OpCodes.Ldloc, held[u, s]);
                        il.Emit(OpCodes.Stobj, held[u, s].LocalType);
                    }
                }
            }
        }
    }

    private void WriteCount(int count, LocalBuilder local)
    {
        il.Emit(OpCodes.Ldc_I4, count);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Stloc, local);
    }

    private void WriteLoop(LocalBuilder counter, int step, Action limit, Action body)
    {
        Label next = il.DefineLabel(), test = il.DefineLabel();
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(next);
        body();
        il.Emit(OpCodes.Ldloc, counter);
        il.Emit(OpCodes.Ldc_I4, step);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, counter);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, counter);
        limit();
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Blt, next);
    }

    private void Write(bool streams)
    {
        for (var k = 0; k < program.InputCount; k++)
        {
            if (program.LastReads[k] < 0)
                continue;
            if ((repeated >> k & 1) != 0)
                WriteRepeated(k);
            else
                WriteAddress(k);
        }

        for (var k = 0; k < program.OutputCount; k++)
            WriteAddress(program.InputCount + k);
        WriteUniforms();
        WriteCount(0, index);
        WriteLoop(index, lanes, () => il.Emit(OpCodes.Ldarg_1), () => WriteBody(streams));
        il.Emit(OpCodes.Ret);
    }

    private void WriteUniforms()
    {
        for (var i = 0; i < program.Uniforms.Length; i++)
        {
            var slot = program.FirstUniform + i;
            WriteSlot(slot);
            var type = VectorTypes.Of(program.Uniforms[i].Lane, lanes);
            il.Emit(OpCodes.Ldobj, type);
            il.Emit(OpCodes.Stloc, current[slot] = il.DeclareLocal(type));
        }

        for (var i = 0; i < program.Steps.Length; i++)
        {
            if (IsSpread(i))
                WriteSpread(VectorTypes.Of(program.Steps[i].Lane, lanes));
        }
    }

    // All bits set and none, from the count, so that the JIT does not know them: it would make them anew where they are
    // used, or leave a source open, and the processor would wait for what was in that register before.
    private void WriteSpread(Type type)
    {
        if (spreads.ContainsKey(type))
            return;
        var zeros = il.DeclareLocal(type);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldc_I4, 63);
        il.Emit(OpCodes.Shr);
        il.Emit(type == typeof(Vector512<long>) ? OpCodes.Conv_I8 : OpCodes.Conv_I4);
        il.Emit(OpCodes.Call, VectorTypes.Broadcast(
            type == typeof(Vector512<long>) ? Lane.Int64 : Lane.Int32, lanes));
        il.Emit(OpCodes.Stloc, zeros);
        var ones = il.DeclareLocal(type);
        il.Emit(OpCodes.Ldloc, zeros);
        il.Emit(OpCodes.Call, VectorTypes.Complement(type));
        il.Emit(OpCodes.Stloc, ones);
        spreads[type] = (ones, zeros);
    }

    // Whether a step compares vectors of 64 bytes, and not just for the select after it, which takes a mask register.
    private bool IsSpread(int place)
    {
        var step = program.Steps[place];
        var form = step.Code?.Vector?.Invoke(lanes)?.DeclaringType;
        if (form != typeof(EqForm) && form != typeof(NeForm) && form != typeof(LtForm) && form != typeof(LeForm))
            return false;
        var type = VectorTypes.Of(step.Lane, lanes);
        if (type != typeof(Vector512<int>) && type != typeof(Vector512<long>))
            return false;
        for (var i = place + 1; i < program.Steps.Length; i++)
        {
            var next = program.Steps[i];
            var reads = next.A == step.Result || (next.ArgumentCount > 1 && next.B == step.Result) ||
                (next.ArgumentCount > 2 && next.C == step.Result);
            var selects = next.Code?.Vector?.Invoke(lanes)?.DeclaringType == typeof(SelectForm);
            if (i == place + 1 ? !selects || next.A != step.Result || next.B == step.Result || next.C == step.Result
                : reads)
            {
                return true;
            }

            if (next.Code is not null && next.Result == step.Result)
                return false;
        }

        return step.Result < program.FirstTemporary;
    }

    private void WriteBody(bool streams)
    {
        // Inputs are read before anything is written: an output may be the same memory.
        WriteInputs(0, 0);
        WriteSteps();
        for (var k = 0; k < program.OutputCount; k++)
        {
            var slot = program.InputCount + k;
            var lane = program.OutputLanes[k];
            var type = VectorTypes.Of(lane, lanes);
            if (streams)
            {
                WriteValue(slot, type);
                WriteElement(slot, lane, 0);
                il.Emit(OpCodes.Call, VectorTypes.Stream(lane, lanes));
                continue;
            }

            WriteElement(slot, lane, 0);
            WriteValue(slot, type);
            il.Emit(OpCodes.Stobj, type);
        }
    }

    private void WriteInputs(int first, int offset)
    {
        for (var k = first; k < program.InputCount; k++)
        {
            if (!addresses.ContainsKey(k))
                continue;
            var lane = program.InputLanes[k];
            var type = VectorTypes.Of(lane, lanes);
            WriteElement(k, lane, offset);
            il.Emit(OpCodes.Ldobj, type);
            il.Emit(OpCodes.Stloc, current[k] = Local(k, type));
        }
    }

    private void WriteSteps()
    {
        var labels = new Dictionary<int, Label>();
        for (var i = 0; i < program.Steps.Length; i++)
        {
            if (labels.TryGetValue(i, out var label))
                il.MarkLabel(label);
            var step = program.Steps[i];
            if (step.Code is null)
            {
                if (!labels.TryGetValue(step.Skip, out var skip))
                    labels[step.Skip] = skip = il.DefineLabel();
                WriteValue(step.A, VectorTypes.Of(step.Lane, lanes));
                il.Emit(OpCodes.Call, VectorTypes.IsClear(step.Lane, lanes));
                il.Emit(OpCodes.Brtrue, skip);
                continue;
            }

            WriteStep(step, IsSpread(i));
        }
    }

    private void WriteStep(in BlockStep step, bool isSpread)
    {
        var type = VectorTypes.Of(step.Lane, lanes);
        if (step.Code!.Vector?.Invoke(lanes) is { } method)
        {
            var parameters = method.GetParameters();
            for (var i = 0; i < parameters.Length; i++)
                WriteValue(i == 0 ? step.A : i == 1 ? step.B : step.C, parameters[i].ParameterType);
            il.Emit(OpCodes.Call, method);
            if (method.ReturnType != type)
                il.Emit(OpCodes.Call, VectorTypes.As(method.ReturnType, type));
            if (isSpread)
            {
                // From a mask register to a vector by a blend. What the JIT takes, vpmovm2d, waits on Intel's
                // processors for what was in its destination before: for the iteration before, to its end.
                il.Emit(OpCodes.Ldloc, spreads[type].Ones);
                il.Emit(OpCodes.Ldloc, spreads[type].Zeros);
                il.Emit(OpCodes.Call, VectorTypes.Choose(type));
            }
        }
        else
        {
            WriteLoopStep(step, type);
        }

        il.Emit(OpCodes.Stloc, current[step.Result] = Local(step.Result, type));
    }

    // A step without a vector form: its loop, over the lanes of one vector in the frame.
    private void WriteLoopStep(in BlockStep step, Type type)
    {
        scratch ??= DeclareScratch();
        var isTable = step.B >= program.FirstTable && step.B < program.FirstTemporary;
        WriteArgument(0, step.A);
        if (step.ArgumentCount > 1 && !isTable)
            WriteArgument(1, step.B);
        if (step.ArgumentCount > 2)
            WriteArgument(2, step.C);
        WriteScratch(3);
        WriteScratch(0);
        if (isTable)
            WriteSlot(step.B);
        else
            WriteScratch(1);
        WriteScratch(2);

        // No more lanes than there are elements.
        Label all = il.DefineLabel(), counted = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldloc, index);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ldc_I4, lanes);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Bge, all);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldloc, index);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Br, counted);
        il.MarkLabel(all);
        il.Emit(OpCodes.Ldc_I4, lanes);
        il.Emit(OpCodes.Conv_I);
        il.MarkLabel(counted);
        il.Emit(OpCodes.Ldc_I8, (long)step.Loop);
        il.Emit(OpCodes.Conv_I);
        il.EmitCalli(OpCodes.Calli, System.Reflection.CallingConventions.Standard, typeof(void),
            [typeof(byte*), typeof(byte*), typeof(byte*), typeof(byte*), typeof(nint)], null);
        WriteScratch(3);
        il.Emit(OpCodes.Ldobj, type);
    }

    private LocalBuilder DeclareScratch() => il.DeclareLocal(typeof(Scratch));

    private void WriteArgument(int place, int slot)
    {
        WriteScratch(place);
        il.Emit(OpCodes.Ldloc, current[slot]);
        il.Emit(OpCodes.Stobj, current[slot].LocalType);
    }

    private void WriteScratch(int place)
    {
        il.Emit(OpCodes.Ldloca, scratch!);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldc_I4, place * 64);
        il.Emit(OpCodes.Add);
    }

    // A value as a vector of a type; a mask may be wanted as what it chooses among.
    private void WriteValue(int slot, Type type)
    {
        var local = current[slot];
        il.Emit(OpCodes.Ldloc, local);
        if (local.LocalType != type)
            il.Emit(OpCodes.Call, VectorTypes.As(local.LocalType, type));
    }

    private void WriteRepeated(int input)
    {
        var lane = program.InputLanes[input];
        var type = VectorTypes.Of(lane, lanes);
        WriteSlot(input);
        il.Emit(OpCodes.Ldobj, Lanes.TypeOf(lane));
        il.Emit(OpCodes.Call, VectorTypes.Broadcast(lane, lanes));
        il.Emit(OpCodes.Stloc, current[input] = il.DeclareLocal(type));
    }

    private void WriteAddress(int slot)
    {
        WriteSlot(slot);
        il.Emit(OpCodes.Stloc, addresses[slot] = il.DeclareLocal(typeof(byte*)));
    }

    private void WriteSlot(int slot)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, slot * IntPtr.Size);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldind_I);
    }

    private void WriteElement(int slot, Lane lane, int offset)
    {
        il.Emit(OpCodes.Ldloc, addresses[slot]);
        if (offset != 0)
        {
            il.Emit(OpCodes.Ldc_I4, offset * Lanes.SizeOf(lane));
            il.Emit(OpCodes.Add);
        }

        il.Emit(OpCodes.Ldloc, index);
        il.Emit(OpCodes.Ldc_I4, Lanes.SizeOf(lane));
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Add);
    }

    // Few locals: the JIT gives up keeping track of them beyond some hundreds.
    private LocalBuilder Local(int slot, Type type)
    {
        if (!values.TryGetValue((slot, type), out var local))
            values[(slot, type)] = local = il.DeclareLocal(type);
        return local;
    }

    [System.Runtime.CompilerServices.InlineArray(256)]
    private struct Scratch
    {
        private byte first;
    }
}
