namespace KernelEngine.Gpu;

/// <summary>
/// A pointwise program within a kernel that is being written: constants at once, its other steps each time that it is
/// applied.
/// </summary>
internal sealed class WrittenProgram
{
    // Rare sides of fewer steps are computed in any case: that is cheaper than a jump.
    private const int ShortSide = 4;

    private readonly KernelWriter writer;
    private readonly PointwiseProgram program;
    private readonly Value[] values;
    private readonly int[] region;

    /// <summary>Writes the constants.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="program">The program.</param>
    /// <param name="parameters">The values of its parameters.</param>
    public WrittenProgram(KernelWriter writer, PointwiseProgram program, ReadOnlySpan<Value> parameters)
    {
        (this.writer, this.program) = (writer, program);
        values = new Value[program.Code.Length];
        region = Regions.Of(program);
        Flatten();
        for (var i = 0; i < values.Length; i++)
        {
            var step = program.Code[i];
            if (step.Primitive == Primitive.Constant)
                values[i] = writer.Constant(step.Payload, step.Kind);
            else if (step.Primitive == Primitive.Parameter)
                values[i] = parameters[(int)step.Payload];
        }
    }

    /// <summary>Writes the steps.</summary>
    /// <param name="inputs">The values of the inputs.</param>
    /// <returns>The results.</returns>
    public Value[] Apply(ReadOnlySpan<Value> inputs)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (program.Code[i].Primitive == Primitive.Input)
                values[i] = inputs[(int)program.Code[i].Payload];
        }

        WriteRegion(-1);
        var results = new Value[program.Results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = values[program.Results[i]];
        return results;
    }

    private void WriteRegion(int owner)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (region[i] != owner || program.Code[i].Primitive.Arity == 0)
                continue;
            var step = program.Code[i];
            if (step.Primitive == Primitive.Branch && Array.IndexOf(region, i) >= 0)
            {
                var result = writer.Declare(values[step.C]);
                writer.If(values[step.A], () =>
                {
                    WriteRegion(i);
                    writer.Set(result, values[step.B]);
                });
                values[i] = writer.Get(result);
                continue;
            }

            var primitive = step.Primitive == Primitive.Branch ? Primitive.Select : step.Primitive;
            values[i] = primitive.Arity switch
            {
                1 => writer.Apply(primitive, step.Kind, [values[step.A]], step.Payload, step.Table),
                2 => writer.Apply(primitive, step.Kind, [values[step.A], values[step.B]]),
                _ => writer.Apply(primitive, step.Kind, [values[step.A], values[step.B], values[step.C]]),
            };
        }
    }

    // Inner branches come before those that enclose them.
    private void Flatten()
    {
        for (var branch = 0; branch < region.Length; branch++)
        {
            if (program.Code[branch].Primitive != Primitive.Branch)
                continue;
            var steps = 0;
            foreach (var owner in region)
            {
                if (owner == branch)
                    steps++;
            }

            if (steps > ShortSide)
                continue;
            for (var i = 0; i < region.Length; i++)
            {
                if (region[i] == branch && !HasOwnSide(i))
                    region[i] = region[branch];
            }
        }
    }

    private bool HasOwnSide(int step) => program.Code[step].Primitive == Primitive.Branch &&
        Array.IndexOf(region, step) >= 0;
}
