namespace KernelEngine.Cpu;

/// <summary>Makes the steps of a <see cref="CpuProgram"/>.</summary>
internal sealed class Lowering
{
    private readonly PointwiseProgram source;
    private readonly int[] values; // the value of each instruction
    private readonly bool[] waits; // comparisons that are lowered with the one select that they are for
    private readonly List<Value> made = [];
    private readonly List<Draft> drafts = [];
    private readonly List<Uniform> uniforms = [];
    private readonly List<Array> tables = [];
    private readonly Dictionary<(int Value, Lane Lane), int> converted = [];
    private readonly int maskSize;
    private readonly int stateInputs;
    private readonly bool hasStateOutputs;
    private int depth; // of regions: what is converted in one is not known outside

    /// <summary>Begins with a program.</summary>
    /// <param name="source">The program.</param>
    /// <param name="stateInputs">
    /// How many of its first inputs are states of a reduction, which lie in memory as registers do.
    /// </param>
    /// <param name="hasStateOutputs">Whether its outputs are states.</param>
    public Lowering(PointwiseProgram source, int stateInputs = 0, bool hasStateOutputs = false)
    {
        (this.source, this.stateInputs, this.hasStateOutputs) = (source, stateInputs, hasStateOutputs);
        values = new int[source.Code.Length];
        var wide = source.Code.Any(c => c.Kind is ValueKind.Int64 or ValueKind.Float64);
        var narrow = source.Code.Any(c => c.Kind is ValueKind.Int32 or ValueKind.Float32);
        maskSize = wide && !narrow && stateInputs == 0 ? 8 : 4;
        waits = FindWaiting(source);
    }

    private enum Home : byte
    {
        Input,
        Output,
        Uniform,
        Table,
        Temporary,
    }

    public CpuProgram Run()
    {
        var inputLanes = source.Inputs.Select(d => Lanes.Of(d.Register, maskSize)).ToArray();
        for (var i = 0; i < inputLanes.Length; i++)
            made.Add(new(inputLanes[i], Home.Input, i));

        var regions = Regions.Of(source);
        var guards = new Stack<(int Branch, int Draft)>();
        foreach (var place in Regions.Order(source, regions))
        {
            if (place < 0)
            {
                var condition = values[source.Code[~place].A];
                guards.Push((~place, drafts.Count));
                drafts.Add(new(null, made[condition].Lane, -1, condition, -1, -1, 0));
                depth++;
                continue;
            }

            if (guards.TryPeek(out var guard) && guard.Branch == place)
            {
                guards.Pop();
                drafts[guard.Draft] = drafts[guard.Draft] with { Skip = drafts.Count };
                depth--;
            }

            if (!waits[place])
                values[place] = Lower(source.Code[place]);
        }

        var outputLanes = new Lane[source.Outputs.Length];
        var makers = new int[outputLanes.Length];
        for (var i = 0; i < outputLanes.Length; i++)
            outputLanes[i] = Deliver(i, values[source.Results[i]], out makers[i]);
        return Assign(inputLanes, outputLanes);
    }

    private int Lower(in Instruction step)
    {
        if (step.Primitive == Primitive.Input)
            return (int)step.Payload;
        if (step.Primitive == Primitive.Parameter)
            return AddUniform(new(Lanes.Of(step.Kind, maskSize), 0, (int)step.Payload));
        if (step.Primitive == Primitive.Constant)
            return AddUniform(new(Lanes.Of(step.Kind, maskSize), step.Payload, -1));
        if (step.Primitive == Primitive.Lookup)
        {
            tables.Add(Pinned(step.Table!));
            made.Add(new(default, Home.Table, tables.Count - 1));
            return Emit(step, Lane.Int32, Lanes.Of(step.Kind, maskSize), values[step.A], made.Count - 1, -1);
        }

        var selects = step.Primitive == Primitive.Select || step.Primitive == Primitive.Branch;
        if (selects && waits[step.A])
            values[step.A] = Lower(source.Code[step.A]);
        var a = values[step.A];
        var b = step.B >= 0 ? values[step.B] : -1;
        var c = step.C >= 0 ? values[step.C] : -1;
        var from = made[selects ? b : a].Lane;
        if (Lanes.IsMask(from) && step.Primitive == Primitive.Bitcast)
            return a;
        if (selects)
        {
            a = In(a, Mask(from));
            c = In(c, from);
        }
        else if (step.Primitive != Primitive.Convert)
        {
            // Masks of different widths meet only here; other arguments are of one kind already.
            if (b >= 0)
                b = In(b, from);
            if (c >= 0)
                c = In(c, from);
        }

        Lane to;
        if (step.Kind != ValueKind.Bool)
            to = Lanes.Of(step.Kind, 0);
        else if (Lanes.IsMask(from))
            to = from;
        else
            to = Mask(from);
        return Emit(step, from, to, a, b, c);
    }

    // A comparison right before its only use stays in a mask register, where there are such.
    private static bool[] FindWaiting(PointwiseProgram source)
    {
        var uses = new int[source.Code.Length];
        foreach (var result in source.Results)
            uses[result] = 2;
        foreach (var step in source.Code)
        {
            foreach (var argument in (ReadOnlySpan<int>)[step.A, step.B, step.C])
            {
                if (argument >= 0)
                    uses[argument]++;
            }
        }

        var waits = new bool[uses.Length];
        foreach (var step in source.Code)
        {
            if (step.Primitive != Primitive.Select || uses[step.A] != 1)
                continue;
            var condition = source.Code[step.A];
            waits[step.A] = condition.Primitive == Primitive.Eq || condition.Primitive == Primitive.Ne ||
                condition.Primitive == Primitive.Lt || condition.Primitive == Primitive.Le;
        }

        return waits;
    }

    private static Lane Mask(Lane lane) => Lanes.SizeOf(lane) == 8 ? Lane.Mask64 : Lane.Mask32;

    private int Emit(in Instruction step, Lane from, Lane to, int a, int b, int c)
    {
        var code = step.Primitive.Simd?.Of(step, from, to) ?? throw new TensorNotImplementedException(
            $"{step.Primitive} is not implemented for {step.Kind} on cpu", "convert to another dtype first");
        return Add(code, to, a, b, c);
    }

    private int Add(SimdCode code, Lane to, int a, int b, int c)
    {
        made.Add(new(to, Home.Temporary, 0));
        drafts.Add(new(code, to, made.Count - 1, a, b, c, 0));
        return made.Count - 1;
    }

    private int AddUniform(Uniform uniform)
    {
        var known = uniforms.IndexOf(uniform);
        if (known < 0)
        {
            known = uniforms.Count;
            uniforms.Add(uniform);
        }

        made.Add(new(uniform.Lane, Home.Uniform, known));
        return made.Count - 1;
    }

    // A value in other lanes: masks change their width here.
    private int In(int value, Lane lane)
    {
        var from = made[value].Lane;
        if (from == lane)
            return value;
        if (made[value].Home == Home.Uniform)
            return AddUniform(uniforms[made[value].Place] with { Lane = lane });
        if (converted.TryGetValue((value, lane), out var known))
            return known;
        var result = Add(SimdCasts.Between(from, lane), lane, value, -1, -1);
        if (depth == 0)
            converted[(value, lane)] = result;
        return result;
    }

    // Each output has a step of its own: what is no temporary, or is an output already, is copied.
    private Lane Deliver(int output, int value, out int maker)
    {
        if (hasStateOutputs && Lanes.IsMask(made[value].Lane))
            value = In(value, Lane.Mask32);
        var lane = made[value].Lane;
        if (made[value].Home != Home.Temporary)
            value = Add(SimdCasts.CopyOf(lane), lane, value, -1, -1);
        made[value] = new(lane, Home.Output, output);
        maker = drafts.FindIndex(d => d.Result == value);
        return lane;
    }

    private CpuProgram Assign(Lane[] inputLanes, Lane[] outputLanes)
    {
        var lastUse = new int[made.Count];
        Array.Fill(lastUse, -1);
        for (var i = 0; i < drafts.Count; i++)
        {
            foreach (var argument in (ReadOnlySpan<int>)[drafts[i].A, drafts[i].B, drafts[i].C])
            {
                if (argument >= 0)
                    lastUse[argument] = i;
            }
        }

        int firstUniform = inputLanes.Length + outputLanes.Length, firstTable = firstUniform + uniforms.Count;
        var firstTemporary = firstTable + tables.Count;
        var slots = new int[made.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = made[i].Place + made[i].Home switch
            {
                Home.Input => 0,
                Home.Output => inputLanes.Length,
                Home.Uniform => firstUniform,
                _ => firstTable,
            };
        }

        var free = new Stack<int>();
        var temporaries = 0;
        var steps = new BlockStep[drafts.Count];
        var makers = new int[outputLanes.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var d = drafts[i];
            if (d.Result >= 0 && made[d.Result].Home == Home.Output)
                makers[made[d.Result].Place] = i;
            else if (d.Result >= 0)
                slots[d.Result] = free.TryPop(out var slot) ? slot : firstTemporary + temporaries++;
            steps[i] = new(d.Code, d.Lane, Slot(d.Result), Slot(d.A), Slot(d.B), Slot(d.C), d.Skip,
                d.C >= 0 ? 3 : d.B >= 0 ? 2 : 1);

            // A result never takes the place of its own arguments: widths may differ.
            Release(d.A, i);
            if (d.B != d.A)
                Release(d.B, i);
            if (d.C != d.A && d.C != d.B)
                Release(d.C, i);
            if (d.Result >= 0 && lastUse[d.Result] < 0)
                Release(d.Result, lastUse[d.Result]);
        }

        // What a block touches stays within the first-level cache.
        var width = Math.Max(4, made.Max(v => Lanes.SizeOf(v.Lane)));
        var length = 40 * 1024 / (width * (firstTemporary + temporaries));
        return new()
        {
            Source = source,
            Steps = steps,
            InputLanes = inputLanes,
            OutputLanes = outputLanes,
            Loads = [.. inputLanes.Select((lane, i) =>
                i < stateInputs ? 0 : SimdCasts.Load(source.Inputs[i].Code, lane))],
            Stores = [.. outputLanes.Select((lane, i) =>
                hasStateOutputs ? 0 : SimdCasts.Store(source.Outputs[i].Code, lane))],
            Uniforms = [.. uniforms],
            Tables = [.. tables],
            TemporaryCount = temporaries,
            Lanes = [.. made.Where(v => v.Home != Home.Table).Select(v => v.Lane)],
            LastReads = [.. inputLanes.Select((_, i) => lastUse[i])],
            Makers = makers,
            IsDirect = steps.Length == outputLanes.Length && uniforms.Count == 0 && tables.Count == 0,
            BlockLength = Math.Clamp(length & ~63, 128, 1024),
        };

        int Slot(int value) => value < 0 ? 0 : slots[value];

        void Release(int value, int step)
        {
            if (value >= 0 && made[value].Home == Home.Temporary && lastUse[value] == step)
                free.Push(slots[value]);
        }
    }

    // Tables lie where the collector does not move them, for as long as the program lives.
    private static Array Pinned(Array table)
    {
        return table switch
        {
            int[] t => Copy(t),
            long[] t => Copy(t),
            float[] t => Copy(t),
            _ => Copy((double[])table),
        };

        static T[] Copy<T>(T[] t)
        {
            var copy = GC.AllocateUninitializedArray<T>(t.Length, pinned: true);
            t.CopyTo(copy, 0);
            return copy;
        }
    }

    private readonly record struct Value(Lane Lane, Home Home, int Place);

    private readonly record struct Draft(SimdCode? Code, Lane Lane, int Result, int A, int B, int C, int Skip);
}
