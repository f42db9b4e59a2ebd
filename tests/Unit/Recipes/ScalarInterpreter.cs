namespace KernelEngine.Tests.Recipes;

/// <summary>
/// What a program means, one element at a time and one step after the other, as plainly as it can be said: the
/// reference that backends are compared with. Values are the bits of registers, the 32-bit kinds in the low half.
/// </summary>
internal static class ScalarInterpreter
{
    /// <summary>Runs a program on many elements.</summary>
    /// <param name="program">The program.</param>
    /// <param name="inputs">For each input the registers of the elements.</param>
    /// <param name="parameters">The registers of the parameters.</param>
    /// <returns>For each output the registers of the elements, rounded to its dtype.</returns>
    public static long[][] Run(PointwiseProgram program, long[][] inputs, params long[] parameters)
    {
        var count = inputs[0].Length;
        var values = new long[program.Code.Length][];
        for (var step = 0; step < values.Length; step++)
        {
            var code = program.Code[step];
            var result = new long[count];
            values[step] = result;
            if (code.Primitive == Primitive.Input)
            {
                values[step] = inputs[code.Payload];
                continue;
            }

            if (code.Primitive == Primitive.Parameter || code.Primitive == Primitive.Constant)
            {
                Array.Fill(result, code.Primitive == Primitive.Constant ? code.Payload : parameters[code.Payload]);
                continue;
            }

            var evaluate = Evaluator(code, program.Code[code.A].Kind);
            var a = values[code.A];
            var b = code.B >= 0 ? values[code.B] : a;
            var c = code.C >= 0 ? values[code.C] : a;
            for (var i = 0; i < count; i++)
                result[i] = evaluate(a[i], b[i], c[i]);
        }

        var outputs = new long[program.Results.Length][];
        for (var i = 0; i < outputs.Length; i++)
        {
            var dtype = program.Outputs[i];
            outputs[i] = Array.ConvertAll(values[program.Results[i]], v => Narrow(v, dtype));
        }

        return outputs;
    }

    /// <summary>A function of one number, on many.</summary>
    public static float[] Run(PointwiseProgram program, params float[][] x) => Array.ConvertAll(
        Run(program, Array.ConvertAll(x, column => Array.ConvertAll(column, Bits)))[0], Single);

    /// <summary>A function of one number, on many.</summary>
    public static double[] Run(PointwiseProgram program, params double[][] x) => Array.ConvertAll(
        Run(program, Array.ConvertAll(x, column => Array.ConvertAll(column, Bits)))[0], Double);

    private static Func<long, long, long, long> Evaluator(Instruction code, ValueKind argument)
    {
        if (code.Primitive == Primitive.Select || code.Primitive == Primitive.Branch)
            return (a, b, c) => a != 0 ? b : c;
        if (code.Primitive == Primitive.Lookup)
            return LookupIn(code.Table!);
        if (code.Primitive == Primitive.Narrow)
            return (a, _, _) => Narrow(a, DType.Of((DTypeCode)code.Payload));
        if (code.Primitive == Primitive.Bitcast)
            return code.Kind is ValueKind.Int32 or ValueKind.Float32 ? (a, _, _) => (uint)a : (a, _, _) => a;
        if (code.Primitive == Primitive.Convert)
            return (a, _, _) => Convert(a, argument, code.Kind);
        return argument switch
        {
            ValueKind.Float32 => OfSingle(code.Primitive),
            ValueKind.Float64 => OfDouble(code.Primitive),
            ValueKind.Int32 => OfInt32(code.Primitive),
            ValueKind.Int64 => OfInt64(code.Primitive),
            _ => OfBool(code.Primitive),
        };
    }

    private static Func<long, long, long, long> OfSingle(Primitive p) =>
        p == Primitive.Add ? (a, b, _) => Bits(Single(a) + Single(b)) :
        p == Primitive.Sub ? (a, b, _) => Bits(Single(a) - Single(b)) :
        p == Primitive.Mul ? (a, b, _) => Bits(Single(a) * Single(b)) :
        p == Primitive.Div ? (a, b, _) => Bits(Single(a) / Single(b)) :
        p == Primitive.Rem ? (a, b, _) => Bits(Single(a) % Single(b)) :
        p == Primitive.Fma ? (a, b, c) => Bits(MathF.FusedMultiplyAdd(Single(a), Single(b), Single(c))) :
        p == Primitive.Neg ? (a, _, _) => Bits(-Single(a)) :
        p == Primitive.Abs ? (a, _, _) => Bits(MathF.Abs(Single(a))) :
        p == Primitive.Min ? (a, b, _) => Bits(MathF.Min(Single(a), Single(b))) :
        p == Primitive.Max ? (a, b, _) => Bits(MathF.Max(Single(a), Single(b))) :
        p == Primitive.Sqrt ? (a, _, _) => Bits(MathF.Sqrt(Single(a))) :
        p == Primitive.Floor ? (a, _, _) => Bits(MathF.Floor(Single(a))) :
        p == Primitive.Ceil ? (a, _, _) => Bits(MathF.Ceiling(Single(a))) :
        p == Primitive.Trunc ? (a, _, _) => Bits(MathF.Truncate(Single(a))) :
        p == Primitive.Round ? (a, _, _) => Bits(MathF.Round(Single(a), MidpointRounding.ToEven)) :
        p == Primitive.Eq ? (a, b, _) => Single(a) == Single(b) ? 1 : 0 :
        p == Primitive.Ne ? (a, b, _) => Single(a) != Single(b) ? 1 : 0 :
        p == Primitive.Lt ? (a, b, _) => Single(a) < Single(b) ? 1 : 0 :
        p == Primitive.Le ? (a, b, _) => Single(a) <= Single(b) ? 1 : 0 :
        throw Unknown(p);

    private static Func<long, long, long, long> OfDouble(Primitive p) =>
        p == Primitive.Add ? (a, b, _) => Bits(Double(a) + Double(b)) :
        p == Primitive.Sub ? (a, b, _) => Bits(Double(a) - Double(b)) :
        p == Primitive.Mul ? (a, b, _) => Bits(Double(a) * Double(b)) :
        p == Primitive.Div ? (a, b, _) => Bits(Double(a) / Double(b)) :
        p == Primitive.Rem ? (a, b, _) => Bits(Double(a) % Double(b)) :
        p == Primitive.Fma ? (a, b, c) => Bits(Math.FusedMultiplyAdd(Double(a), Double(b), Double(c))) :
        p == Primitive.Neg ? (a, _, _) => Bits(-Double(a)) :
        p == Primitive.Abs ? (a, _, _) => Bits(Math.Abs(Double(a))) :
        p == Primitive.Min ? (a, b, _) => Bits(Math.Min(Double(a), Double(b))) :
        p == Primitive.Max ? (a, b, _) => Bits(Math.Max(Double(a), Double(b))) :
        p == Primitive.Sqrt ? (a, _, _) => Bits(Math.Sqrt(Double(a))) :
        p == Primitive.Floor ? (a, _, _) => Bits(Math.Floor(Double(a))) :
        p == Primitive.Ceil ? (a, _, _) => Bits(Math.Ceiling(Double(a))) :
        p == Primitive.Trunc ? (a, _, _) => Bits(Math.Truncate(Double(a))) :
        p == Primitive.Round ? (a, _, _) => Bits(Math.Round(Double(a), MidpointRounding.ToEven)) :
        p == Primitive.Eq ? (a, b, _) => Double(a) == Double(b) ? 1 : 0 :
        p == Primitive.Ne ? (a, b, _) => Double(a) != Double(b) ? 1 : 0 :
        p == Primitive.Lt ? (a, b, _) => Double(a) < Double(b) ? 1 : 0 :
        p == Primitive.Le ? (a, b, _) => Double(a) <= Double(b) ? 1 : 0 :
        throw Unknown(p);

    private static Func<long, long, long, long> OfInt32(Primitive p)
    {
        if (p == Primitive.Shl)
            return (a, b, _) => (uint)(b is >= 0 and < 32 ? (int)a << (int)b : 0);
        if (p == Primitive.Shr)
            return (a, b, _) => (uint)((int)a >> (b is >= 0 and < 32 ? (int)b : 31));
        if (p == Primitive.ShrLogical)
            return (a, b, _) => b is >= 0 and < 32 ? (uint)a >> (int)b : 0;
        var wide = OfInt64(p);
        return IsTruth(p)
            ? (a, b, c) => wide((int)a, (int)b, (int)c)
            : (a, b, c) => (uint)wide((int)a, (int)b, (int)c);
    }

    private static Func<long, long, long, long> OfInt64(Primitive p) =>
        p == Primitive.Add ? (a, b, _) => a + b :
        p == Primitive.Sub ? (a, b, _) => a - b :
        p == Primitive.Mul ? (a, b, _) => a * b :
        p == Primitive.Div ? (a, b, _) => b == 0 ? 0 : b == -1 ? -a : a / b :
        p == Primitive.Rem ? (a, b, _) => b is 0 or -1 ? 0 : a % b :
        p == Primitive.Fma ? (a, b, c) => (a * b) + c :
        p == Primitive.Neg ? (a, _, _) => -a :
        p == Primitive.Abs ? (a, _, _) => a < 0 ? -a : a :
        p == Primitive.Min ? (a, b, _) => Math.Min(a, b) :
        p == Primitive.Max ? (a, b, _) => Math.Max(a, b) :
        p == Primitive.Floor || p == Primitive.Ceil || p == Primitive.Trunc || p == Primitive.Round ? (a, _, _) => a :
        p == Primitive.Eq ? (a, b, _) => a == b ? 1 : 0 :
        p == Primitive.Ne ? (a, b, _) => a != b ? 1 : 0 :
        p == Primitive.Lt ? (a, b, _) => a < b ? 1 : 0 :
        p == Primitive.Le ? (a, b, _) => a <= b ? 1 : 0 :
        p == Primitive.And ? (a, b, _) => a & b :
        p == Primitive.Or ? (a, b, _) => a | b :
        p == Primitive.Xor ? (a, b, _) => a ^ b :
        p == Primitive.Not ? (a, _, _) => ~a :
        p == Primitive.Shl ? (a, b, _) => b is >= 0 and < 64 ? a << (int)b : 0 :
        p == Primitive.Shr ? (a, b, _) => a >> (b is >= 0 and < 64 ? (int)b : 63) :
        p == Primitive.ShrLogical ? (a, b, _) => b is >= 0 and < 64 ? a >>> (int)b : 0 :
        throw Unknown(p);

    private static Func<long, long, long, long> OfBool(Primitive p) =>
        p == Primitive.Not ? (a, _, _) => a ^ 1 : OfInt64(p);

    private static Func<long, long, long, long> LookupIn(Array table) => table switch
    {
        int[] t => (a, _, _) => (uint)t[a],
        long[] t => (a, _, _) => t[a],
        float[] t => (a, _, _) => Bits(t[a]),
        double[] t => (a, _, _) => Bits(t[a]),
        _ => throw new ArgumentException("no such table", nameof(table)),
    };

    private static long Convert(long a, ValueKind from, ValueKind to)
    {
        var isReal = from >= ValueKind.Float32;
        var real = from == ValueKind.Float32 ? Single(a) : from == ValueKind.Float64 ? Double(a) : 0;
        var whole = from == ValueKind.Int32 ? (int)a : a;
        return to switch
        {
            ValueKind.Bool => (isReal ? real != 0 : whole != 0) ? 1 : 0,
            // C#'s own conversions saturate and make NaN 0.
            ValueKind.Int32 => (uint)(isReal ? (int)real : (int)whole),
            ValueKind.Int64 => isReal ? (long)real : whole,
            ValueKind.Float32 => Bits(isReal ? (float)real : (float)whole),
            _ => Bits(isReal ? real : whole),
        };
    }

    private static long Narrow(long a, DType dtype) => dtype.Code switch
    {
        DTypeCode.UInt8 => (byte)a,
        DTypeCode.Int8 => (uint)(sbyte)a,
        DTypeCode.Int16 => (uint)(short)a,
        DTypeCode.Float16 => Bits((float)(Half)Single(a)),
        DTypeCode.BFloat16 => Bits((float)(BFloat16)Single(a)),
        _ => a,
    };

    private static bool IsTruth(Primitive p) =>
        p == Primitive.Eq || p == Primitive.Ne || p == Primitive.Lt || p == Primitive.Le;

    private static float Single(long bits) => BitConverter.Int32BitsToSingle((int)bits);

    private static double Double(long bits) => BitConverter.Int64BitsToDouble(bits);

    private static long Bits(float value) => (uint)BitConverter.SingleToInt32Bits(value);

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static NotSupportedException Unknown(Primitive p) => new(p.Name);
}
