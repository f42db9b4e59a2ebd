using System.Collections.Immutable;

namespace KernelEngine.Tests.Cpu;

/// <summary>Programs made by chance, over every dtype and primitive.</summary>
internal sealed class RandomPrograms(int seed)
{
    private static readonly int[] Table = [.. Enumerable.Range(0, 16).Select(i => (i * 37) - 100)];
    private static readonly float[] Reals = [.. Enumerable.Range(0, 16).Select(i => (i * 0.37f) - 2)];
    private static readonly double[] Doubles = [.. Enumerable.Range(0, 16).Select(i => (i * 0.37) - 2)];

    private readonly Random random = new(seed);

    public static ValueKind[] Kinds { get; } = Enum.GetValues<ValueKind>();

    /// <summary>A program with 1 to 4 inputs and 1 to 3 outputs.</summary>
    public PointwiseProgram Next(int steps, ValueKind? only = null)
    {
        var inputs = Enumerable.Range(0, random.Next(1, 5)).Select(_ => NextDType(only)).ToImmutableArray();
        var parameters = Enumerable.Range(0, random.Next(3)).Select(_ => only ?? NextKind()).ToImmutableArray();
        var pool = Kinds.ToDictionary(k => k, k => new List<Expr> { Expr.ConstantBits(NextBits(k), k) });
        for (var i = 0; i < inputs.Length; i++)
            pool[inputs[i].Register].Add(Expr.Input(i, inputs[i].Register));
        for (var i = 0; i < parameters.Length; i++)
            pool[parameters[i]].Add(Expr.Parameter(i, parameters[i]));
        for (var i = 0; i < steps; i++)
        {
            var e = NextStep(pool, only);
            pool[e.Kind].Add(e);
        }

        var outputs = Enumerable.Range(0, random.Next(1, 4)).Select(_ => NextDType(only)).ToImmutableArray();
        var results = outputs.Select(d => pool[d.Register][^random.Next(1, Math.Min(4, pool[d.Register].Count) + 1)]);
        return PointwiseProgram.Of($"random{seed}", inputs, parameters, outputs, [.. results]);
    }

    public long NextBits(ValueKind kind) => kind switch
    {
        ValueKind.Bool => random.Next(2),
        ValueKind.Int32 => (uint)NextWhole(),
        ValueKind.Int64 => random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : NextWhole(),
        ValueKind.Float32 => BitConverter.SingleToUInt32Bits((float)NextReal()),
        _ => BitConverter.DoubleToInt64Bits(NextReal()),
    };

    /// <summary>Memory full of values worth trying.</summary>
    public byte[] NextBytes(DType dtype, long count)
    {
        var bytes = new byte[count * dtype.Size];
        for (var i = 0L; i < count; i++)
        {
            var target = bytes.AsSpan((int)(i * dtype.Size), dtype.Size);
            var bits = dtype.Code switch
            {
                DTypeCode.Float16 => BitConverter.HalfToUInt16Bits((Half)NextReal()),
                DTypeCode.BFloat16 => ((BFloat16)NextReal()).Bits,
                _ => NextBits(dtype.Register),
            };
            BitConverter.GetBytes(bits).AsSpan(0, dtype.Size).CopyTo(target);
        }

        return bytes;
    }

    /// <summary>A layout of a shape: permuted, broadcast (for inputs), with gaps and offset, or contiguous.</summary>
    public Layout NextLayout(Shape shape, bool isInput)
    {
        var kind = random.Next(4);
        if (kind == 0)
            return Layout.Contiguous(shape);
        var order = Enumerable.Range(0, shape.Rank).ToArray();
        if (kind >= 2)
            random.Shuffle(order);
        var strides = new long[shape.Rank];
        var step = kind == 3 ? random.Next(1, 4) : 1L;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            strides[order[i]] = step;
            step *= Math.Max(1, shape[order[i]]) + (kind == 3 ? random.Next(2) : 0);
        }

        if (isInput && random.Next(2) == 0 && shape.Rank > 0)
            strides[random.Next(shape.Rank)] = 0;
        return new(shape, strides, random.Next(3));
    }

    private DType NextDType(ValueKind? only)
    {
        while (true)
        {
            var dtype = DType.All[random.Next(DType.All.Count)];
            if (only is null || dtype.Register == only)
                return dtype;
        }
    }

    private ValueKind NextKind() => Kinds[random.Next(Kinds.Length)];

    private int NextWhole() => random.Next(8) switch
    {
        0 => int.MinValue,
        1 => int.MaxValue,
        2 => -1,
        3 => random.Next(),
        _ => random.Next(-40, 40),
    };

    private double NextReal() => random.Next(12) switch
    {
        0 => double.NaN,
        1 => double.PositiveInfinity,
        2 => double.NegativeInfinity,
        3 => -0.0,
        4 => 0.0,
        5 => (random.NextDouble() - 0.5) * 1e12,
        6 => random.Next(-9, 9) + 0.5,
        _ => (random.NextDouble() - 0.5) * 10,
    };

    private Expr NextStep(Dictionary<ValueKind, List<Expr>> pool, ValueKind? only)
    {
        var kind = only ?? NextKind();
        Expr Any(ValueKind k) => pool[k][random.Next(pool[k].Count)];
        Expr a = Any(kind), b = Any(kind), c = Any(kind), truth = Any(ValueKind.Bool);
        var isReal = Primitive.IsReal(kind);
        var isWhole = kind is ValueKind.Int32 or ValueKind.Int64;
        switch (random.Next(22))
        {
            case 0: return Primitive.Add.Of(a, b);
            case 1: return kind == ValueKind.Bool ? a ^ b : a - b;
            case 2: return Primitive.Mul.Of(a, b);
            case 3: return isReal ? a / b : isWhole ? a / Primitive.Or.Of(b, One(kind)) : a & b;
            case 4: return isReal ? a % b : isWhole ? a % Primitive.Or.Of(b, One(kind)) : a | b;
            case 5: return isReal ? Pointwise.Fma(a, b, c) : Pointwise.Min(a, b);
            case 6: return kind == ValueKind.Bool ? !a : -a;
            case 7: return kind == ValueKind.Bool ? !a : Pointwise.Abs(a);
            case 8: return Pointwise.Min(a, b);
            case 9: return Pointwise.Max(a, b);
            case 10: return isReal ? Pointwise.Sqrt(a) : Pointwise.Max(a, b);
            case 11: return isReal ? Pointwise.Floor(a) : Primitive.And.Of(a, b);
            case 12: return isReal ? Pointwise.Ceil(a) : Primitive.Or.Of(a, b);
            case 13: return isReal ? Pointwise.Trunc(a) : Primitive.Xor.Of(a, b);
            case 14: return isReal ? Pointwise.Round(a) : Primitive.Not.Of(a);
            case 15:
                return random.Next(4) switch
                {
                    0 => a < b,
                    1 => a <= b,
                    2 => Pointwise.Equal(a, b),
                    _ => Pointwise.NotEqual(a, b),
                };
            case 16: return isWhole ? random.Next(3) switch { 0 => a << b, 1 => a >> b, _ => a >>> b } : a < b;
            case 17: return Pointwise.Select(truth, a, b);
            case 18: return Pointwise.Branch(truth, Primitive.Add.Of(Primitive.Mul.Of(a, b), c), c);
            case 19: return only is { } k ? Pointwise.Select(truth, a, c) : Pointwise.Convert(a, NextKind());
            case 20: return Narrowed(a);
            default: return only is null ? LookedUp(kind, Any(ValueKind.Int32)) : Pointwise.Max(a, c);
        }
    }

    private Expr Narrowed(Expr a)
    {
        DType[] candidates = [.. DType.All.Where(d => d.Register == a.Kind)];
        return Pointwise.Narrow(a, candidates[random.Next(candidates.Length)]);
    }

    private static Expr LookedUp(ValueKind kind, Expr index)
    {
        var place = Primitive.And.Of(index, Expr.Constant(15, ValueKind.Int32));
        return Pointwise.Lookup(
            kind == ValueKind.Float32 ? Reals : kind == ValueKind.Float64 ? Doubles : Table, place);
    }

    private static Expr One(ValueKind kind) => Expr.Constant(1, kind);
}
