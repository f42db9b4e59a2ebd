using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Pointwise programs written step by step, without any plan: what a writer is tested with.</summary>
internal static class KernelPrograms
{
    /// <summary>
    /// A kernel of one program over contiguous buffers, first the inputs, then the outputs; its parameters are the
    /// number of elements, then the program's.
    /// </summary>
    public static KernelCode Write(KernelWriter writer, PointwiseProgram program, UInt128 key)
    {
        var buffers = program.Inputs.Length + program.Outputs.Length;
        var own = writer.FirstWord(buffers);
        writer.For(
            writer.GlobalIndex(0), writer.Parameter(own), writer.Parameter(ParameterLayout.GridThreads), i =>
            {
                var results = Run(writer, program,
                    n => writer.Load(n, program.Inputs[n], i),
                    n => writer.Parameter(own + 1 + (2 * n), program.Parameters[n]));
                for (var k = 0; k < results.Length; k++)
                    writer.Store(program.Inputs.Length + k, program.Outputs[k], i, results[k]);
            });
        return writer.Finish(key);
    }

    private static Value[] Run(
        KernelWriter writer, PointwiseProgram program, Func<int, Value> input, Func<int, Value> parameter)
    {
        var values = new Value[program.Code.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var step = program.Code[i];
            Value[] arguments = [.. new[] { step.A, step.B, step.C }.Where(a => a >= 0).Select(a => values[a])];
            values[i] = step.Primitive.Name switch
            {
                "input" => input((int)step.Payload),
                "parameter" => parameter((int)step.Payload),
                "constant" => writer.Constant(step.Payload, step.Kind),
                _ => writer.Apply(step.Primitive, step.Kind, arguments, step.Payload, step.Table),
            };
        }

        return [.. program.Results.Select(r => values[r])];
    }

    /// <summary>Every primitive that a kind has, each with an output of its own.</summary>
    public static PointwiseProgram AllOf(ValueKind kind)
    {
        var dtype = DTypeOf(kind);
        Expr a = Expr.Input(0, kind), b = Expr.Input(1, kind), c = Expr.Input(2, kind);
        var results = new List<Expr>
        {
            Primitive.Add.Of(a, b), Primitive.Sub.Of(a, b), Primitive.Mul.Of(a, b), Primitive.Min.Of(a, b),
            Primitive.Max.Of(a, b), Primitive.Eq.Of(a, b), Primitive.Ne.Of(a, b), Primitive.Lt.Of(a, b),
            Primitive.Le.Of(a, b), Primitive.Select.Of(Primitive.Lt.Of(a, b), b, c),
            Primitive.Branch.Of(Primitive.Eq.Of(a, c), b, c),
        };
        if (kind != ValueKind.Bool)
            results.AddRange([Primitive.Neg.Of(a), Primitive.Abs.Of(a)]);
        if (Primitive.IsReal(kind))
        {
            results.AddRange(
            [
                Primitive.Div.Of(a, b), Primitive.Rem.Of(a, b), Primitive.Fma.Of(a, b, c), Primitive.Sqrt.Of(a),
                Primitive.Floor.Of(a), Primitive.Ceil.Of(a), Primitive.Trunc.Of(a), Primitive.Round.Of(a),
            ]);
        }
        else
        {
            results.AddRange([Primitive.And.Of(a, b), Primitive.Or.Of(a, b), Primitive.Xor.Of(a, b),
                Primitive.Not.Of(a)]);
        }

        if (kind is ValueKind.Int32 or ValueKind.Int64)
        {
            results.AddRange([Primitive.Shl.Of(a, b), Primitive.Shr.Of(a, b), Primitive.ShrLogical.Of(a, b)]);

            // A divisor of 0 must not trap, but what it gives is nobody's.
            var divisor = Primitive.Select.Of(Primitive.Eq.Of(b, 0), 7, b);
            results.AddRange([Primitive.Div.Of(a, divisor), Primitive.Rem.Of(a, divisor)]);
        }

        return PointwiseProgram.Of($"all of {kind}", [dtype, dtype, dtype], [],
            [.. results.Select(r => DTypeOf(r.Kind))], results);
    }

    /// <summary>Every conversion of a kind, and what keeps its bits.</summary>
    public static PointwiseProgram ConversionsOf(ValueKind kind)
    {
        var a = Expr.Input(0, kind);
        var results = Enum.GetValues<ValueKind>().Where(k => k != kind).Select(to => Pointwise.Convert(a, to)).ToList();
        var twin = kind switch
        {
            ValueKind.Int32 => ValueKind.Float32,
            ValueKind.Float32 => ValueKind.Int32,
            ValueKind.Int64 => ValueKind.Float64,
            ValueKind.Float64 => ValueKind.Int64,
            _ => kind,
        };
        if (twin != kind)
            results.Add(Pointwise.Bitcast(a, twin));
        foreach (var dtype in DType.All.Where(d => d.Register == kind && d.Size < 4 && d != DType.Bool))
            results.Add(Pointwise.Narrow(a, dtype));
        return PointwiseProgram.Of($"conversions of {kind}", [DTypeOf(kind)], [],
            [.. results.Select(r => DTypeOf(r.Kind))], results);
    }

    /// <summary>Every dtype read and written; a parameter, a constant and a table of each kind.</summary>
    public static PointwiseProgram Memory()
    {
        var kinds = Enum.GetValues<ValueKind>();
        var results = DType.All.Select((d, i) => Expr.Input(i, d.Register)).ToList();
        var outputs = DType.All.ToList();

        // Each narrow dtype from any number of its register.
        foreach (var dtype in DType.All.Where(d => d.Size < 4 && d != DType.Bool))
        {
            var wide = DTypeOf(dtype.Register);
            results.Add(Expr.Input(DType.All.ToList().IndexOf(wide), wide.Register));
            outputs.Add(dtype);
        }

        foreach (var kind in kinds)
        {
            results.Add(Expr.Parameter((int)kind, kind));
            outputs.Add(DTypeOf(kind));
        }

        var place = Expr.Input(0, ValueKind.Int32) & 3;
        Array[] tables = [new[] { 1, -2, int.MinValue, int.MaxValue }, new[] { 1L, -2, long.MinValue, long.MaxValue },
            new[] { 0.1f, -2, float.NegativeInfinity, float.Epsilon }, new[] { 0.1, -2, double.MaxValue, 5e-324 }];
        foreach (var table in tables)
        {
            results.Add(Pointwise.Lookup(table, place));
            outputs.Add(DTypeOf(results[^1].Kind));
        }

        return PointwiseProgram.Of("memory", [.. DType.All], [.. kinds], [.. outputs], results);
    }

    /// <summary>The dtype that is stored as a kind's registers are.</summary>
    public static DType DTypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Bool => DType.Bool,
        ValueKind.Int32 => DType.Int32,
        ValueKind.Int64 => DType.Int64,
        ValueKind.Float32 => DType.Float32,
        _ => DType.Float64,
    };
}
