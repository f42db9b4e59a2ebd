namespace KernelEngine.Gpu;

/// <summary>
/// Writes a generated kernel as SPIR-V for Vulkan 1.2. Parameters lie in a uniform block of 1024 vectors of four words
/// (set 0, binding 0); buffers are addresses among them.
/// </summary>
/// <remarks>
/// No float operation may be contracted. Those that Vulkan lets be less exact than a processor's are made exact by
/// <see cref="GpuLimits.Floats"/>: fused multiplication and addition, division, square roots.
/// </remarks>
internal sealed partial class SpirvWriter : KernelWriter
{
    private readonly string name;
    private readonly int buffers;
    private readonly (int X, int Y, int Z) threads;
    private readonly GpuFloats floats;
    private readonly bool hasFloat64;
    private readonly SpirvModule module = new();
    private readonly Dictionary<(int Word, ValueKind Kind), Value> parameters = new(16);
    private readonly Dictionary<(int Builtin, int Axis), Value> indices = new(4);
    private readonly uint entry;
    private readonly bool looksUp;
    private SpirvWords code;
    private uint parameterBlock;
    private uint block; // the label of the block that is being written

    /// <summary>Begins a kernel.</summary>
    /// <param name="name">What it is called in profiles.</param>
    /// <param name="buffers">How many buffers it has, those of lists of tensors not counted.</param>
    /// <param name="threads">The threads of a group.</param>
    /// <param name="limits">The device that it is for.</param>
    /// <param name="looksUp">Whether it looks numbers up: the address of the tables stands behind the buffers then.
    /// </param>
    public SpirvWriter(
        string name, int buffers, (int X, int Y, int Z) threads, GpuLimits limits, bool looksUp = false)
    {
        (this.name, this.buffers, this.threads, this.looksUp) = (name, buffers, threads, looksUp);
        (floats, hasFloat64) = (limits.Floats, limits.HasFloat64);
        code = module.Body;
        block = entry = module.NewId();
    }

    /// <inheritdoc/>
    public override int FirstWord(int buffers) => ParameterLayout.Own(looksUp ? buffers + 1 : buffers);

    /// <inheritdoc/>
    public override Value Constant(long bits, ValueKind kind) => new((int)module.Constant(kind, bits), kind);

    /// <inheritdoc/>
    public override Value GlobalIndex(int axis) => Builtin(28, axis);

    /// <inheritdoc/>
    public override Value GroupIndex(int axis) => Builtin(26, axis);

    /// <inheritdoc/>
    public override Value LocalIndex(int axis) => Builtin(27, axis);

    /// <inheritdoc/>
    public override Value Parameter(int word) => Parameter(word, ValueKind.Int32);

    /// <inheritdoc/>
    public override Value ParameterAt(Value word) =>
        new((int)ReadParameter(
            Do(SpirvOp.ShiftRightLogical, ValueKind.Int32, (uint)word.Id, Int(2)),
            Do(SpirvOp.BitwiseAnd, ValueKind.Int32, (uint)word.Id, Int(3))), ValueKind.Int32);

    /// <inheritdoc/>
    public override Value Parameter(int word, ValueKind kind)
    {
        if (parameters.TryGetValue((word, kind), out var known))
            return known;

        // At the beginning, so that every block knows it.
        var before = code;
        code = module.Prologue;
        uint id;
        if (kind is ValueKind.Int64 or ValueKind.Float64)
        {
            var (low, high) = ((uint)Parameter(word).Id, (uint)Parameter(word + 1).Id);
            id = Do(SpirvOp.Bitcast, kind, Emit(SpirvOp.CompositeConstruct, module.Pair, low, high));
        }
        else if (kind == ValueKind.Int32)
        {
            id = ReadParameter(Int(word >> 2), Int(word & 3));
        }
        else
        {
            var bits = (uint)Parameter(word).Id;
            id = kind == ValueKind.Bool
                ? Do(SpirvOp.INotEqual, ValueKind.Bool, bits, Int(0))
                : Do(SpirvOp.Bitcast, kind, bits);
        }

        code = before;
        var value = new Value((int)id, kind);
        parameters.Add((word, kind), value);
        return value;
    }

    /// <inheritdoc/>
    public override void For(Value from, Value to, Value step, Action<Value> body)
    {
        var (head, first, next, end) = (module.NewId(), module.NewId(), module.NewId(), module.NewId());
        var (index, following) = (module.NewId(), module.NewId());
        var before = block;
        code.Add(SpirvOp.Branch, head);

        code.Add(SpirvOp.Label, head);
        code.AddResult(SpirvOp.Phi, module.Int32, index, (uint)from.Id, before, following, next);
        var condition = Do(SpirvOp.SLessThan, ValueKind.Bool, index, (uint)to.Id);
        code.Add(SpirvOp.LoopMerge, end, next, 0);
        code.Add(SpirvOp.BranchConditional, condition, first, end);

        Begin(first);
        body(new((int)index, ValueKind.Int32));
        code.Add(SpirvOp.Branch, next);

        // Beyond the largest number it stays there, where no loop goes on.
        Begin(next);
        var one = Int(1);
        if ((uint)step.Id == one)
        {
            code.AddResult(SpirvOp.IAdd, module.Int32, following, index, one);
        }
        else
        {
            var sum = Do(SpirvOp.IAdd, ValueKind.Int32, index, (uint)step.Id);
            var wrapped = Do(SpirvOp.SLessThan, ValueKind.Bool, sum, index);
            code.AddResult(SpirvOp.Select, module.Int32, following, wrapped, Int(int.MaxValue), sum);
        }

        code.Add(SpirvOp.Branch, head);
        Begin(end);
    }

    /// <inheritdoc/>
    public override void If(Value condition, Action then, Action? otherwise = null)
    {
        var (first, end) = (module.NewId(), module.NewId());
        var second = otherwise is null ? end : module.NewId();
        code.Add(SpirvOp.SelectionMerge, end, 0);
        code.Add(SpirvOp.BranchConditional, (uint)condition.Id, first, second);
        Begin(first);
        then();
        code.Add(SpirvOp.Branch, end);
        if (otherwise is not null)
        {
            Begin(second);
            otherwise();
            code.Add(SpirvOp.Branch, end);
        }

        Begin(end);
    }

    /// <inheritdoc/>
    public override void Barrier()
    {
        const int Workgroup = 2, AcquireReleaseOfGroupMemory = 0x108;
        code.Add(SpirvOp.ControlBarrier, Int(Workgroup), Int(Workgroup), Int(AcquireReleaseOfGroupMemory));
    }

    /// <inheritdoc/>
    public override KernelCode Finish(UInt128 key)
    {
        const uint LocalSize = 17, DenormPreserve = 4459, SignedZeroInfNanPreserve = 4461;
        module.AddMode(LocalSize, (uint)threads.X, (uint)threads.Y, (uint)threads.Z);
        foreach (var (flag, mode, width) in (ReadOnlySpan<(GpuFloats, uint, uint)>)[
            (GpuFloats.Denormals32, DenormPreserve, 32), (GpuFloats.Denormals64, DenormPreserve, 64),
            (GpuFloats.Special32, SignedZeroInfNanPreserve, 32), (GpuFloats.Special64, SignedZeroInfNanPreserve, 64)])
        {
            if ((floats & flag) == 0 || (width == 64 && !hasFloat64))
                continue;
            module.Need(mode == DenormPreserve
                ? SpirvCapability.DenormPreserve
                : SpirvCapability.SignedZeroInfNanPreserve);
            module.AddMode(mode, width);
        }

        return new(name, KernelLanguage.SpirV, module.ToArray(entry), null, buffers, threads, key)
        {
            Tables = looksUp ? tableBytes : null,
        };
    }

    private Value Builtin(int builtin, int axis)
    {
        if (indices.TryGetValue((builtin, axis), out var known))
            return known;
        const int Whole = -1; // where the variable is kept
        if (!indices.TryGetValue((builtin, Whole), out var variable))
        {
            var vector = module.VectorOf(3);
            variable = new((int)module.GlobalVariable(vector, SpirvStorage.Input), ValueKind.Int32);
            module.Decorate((uint)variable.Id, SpirvDecoration.BuiltIn, (uint)builtin);
            indices.Add((builtin, Whole), variable);
        }

        var id = module.NewId();
        var whole = module.NewId();
        module.Prologue.AddResult(SpirvOp.Load, module.VectorOf(3), whole, (uint)variable.Id);
        module.Prologue.AddResult(SpirvOp.CompositeExtract, module.Int32, id, whole, (uint)axis);
        return indices[(builtin, axis)] = new((int)id, ValueKind.Int32);
    }

    private uint ReadParameter(uint vector, uint component)
    {
        if (parameterBlock == 0)
        {
            var array = module.Declare(SpirvOp.TypeArray, module.VectorOf(4), Int(GpuLimits.ParameterBytes / 16));
            module.Decorate(array, SpirvDecoration.ArrayStride, 16);
            var structure = module.Declare(SpirvOp.TypeStruct, array);
            module.Decorate(structure, SpirvDecoration.Block);
            module.DecorateOnlyMember(structure);
            parameterBlock = module.GlobalVariable(structure, SpirvStorage.Uniform);
            module.Decorate(parameterBlock, SpirvDecoration.DescriptorSet, 0);
            module.Decorate(parameterBlock, SpirvDecoration.Binding, 0);
        }

        var pointer = module.PointerTo(module.Int32, SpirvStorage.Uniform);
        var place = Emit(SpirvOp.AccessChain, pointer, parameterBlock, Int(0), vector, component);
        return Emit(SpirvOp.Load, module.Int32, place);
    }

    // Begins a block.
    private void Begin(uint label)
    {
        code.Add(SpirvOp.Label, label);
        block = label;
    }

    private uint Int(int value) => module.Constant(ValueKind.Int32, value);

    private uint Number(ValueKind kind, long bits) => module.Constant(kind, bits);

    // A whole number as the kind's.
    private uint Small(ValueKind kind, int value) => module.Constant(kind, kind switch
    {
        ValueKind.Float32 => BitConverter.SingleToInt32Bits(value),
        ValueKind.Float64 => BitConverter.DoubleToInt64Bits(value),
        _ => value,
    });

    private uint Emit(SpirvOp op, uint type, params ReadOnlySpan<uint> operands)
    {
        var id = module.NewId();
        code.AddResult(op, type, id, operands);
        return id;
    }

    private uint Do(SpirvOp op, ValueKind kind, params ReadOnlySpan<uint> operands) =>
        Emit(op, module.TypeOf(kind), operands);

    // Of floats: never contracted, never taken for another that is only as good as equal.
    private uint Exact(SpirvOp op, ValueKind kind, params ReadOnlySpan<uint> operands)
    {
        var id = Emit(op, module.TypeOf(kind), operands);
        module.Decorate(id, SpirvDecoration.NoContraction);
        return id;
    }

    private uint Call(SpirvFunction function, ValueKind kind, uint a)
    {
        var id = Emit(SpirvOp.ExtInst, module.TypeOf(kind), module.Functions, (uint)function, a);
        if (Primitive.IsReal(kind))
            module.Decorate(id, SpirvDecoration.NoContraction);
        return id;
    }

    private uint Call(SpirvFunction function, ValueKind kind, uint a, uint b) =>
        Emit(SpirvOp.ExtInst, module.TypeOf(kind), module.Functions, (uint)function, a, b);
}
