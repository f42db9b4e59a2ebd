using System.Numerics;

namespace KernelEngine.Tests.Cpu;

/// <summary>A program evaluated element by element, by the definitions; registers are bits.</summary>
internal static class NaiveProgram
{
    public static long[] Run(PointwiseProgram program, long[] inputs, long[] parameters)
    {
        var values = new long[program.Code.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var step = program.Code[i];
            long At(int place) => place < 0 ? 0 : values[place];
            var from = step.A < 0 ? step.Kind : program.Code[step.A].Kind;
            values[i] = step.Primitive.Name switch
            {
                "input" => inputs[step.Payload],
                "parameter" => parameters[step.Payload],
                "constant" => step.Payload,
                "select" or "branch" => At(step.A) != 0 ? At(step.B) : At(step.C),
                "convert" => Convert(At(step.A), from, step.Kind),
                "bitcast" => At(step.A),
                "narrow" => Load(Store(At(step.A), (DTypeCode)step.Payload), (DTypeCode)step.Payload),
                "lookup" => Look(step.Table!, (int)At(step.A)),
                _ => from switch
                {
                    ValueKind.Bool => Truth(step.Primitive.Name, At(step.A) != 0, At(step.B) != 0) ? 1 : 0,
                    ValueKind.Int32 => Whole(step, (int)At(step.A), (int)At(step.B)),
                    ValueKind.Int64 => Whole(step, At(step.A), At(step.B)),
                    ValueKind.Float32 => Real(step,
                        Single(At(step.A)), Single(At(step.B)), Single(At(step.C))),
                    _ => Real(step, Double(At(step.A)), Double(At(step.B)), Double(At(step.C))),
                },
            };
        }

        return [.. program.Results.Select(r => values[r])];
    }

    /// <summary>What lies in memory as a register's bits.</summary>
    public static long Load(long bits, DTypeCode code) => code switch
    {
        DTypeCode.UInt8 => (byte)bits,
        DTypeCode.Int8 => (uint)(int)(sbyte)bits,
        DTypeCode.Int16 => (uint)(int)(short)bits,
        DTypeCode.Float16 => Bits((float)BitConverter.UInt16BitsToHalf((ushort)bits)),
        DTypeCode.BFloat16 => Bits((float)BFloat16.FromBits((ushort)bits)),
        DTypeCode.Bool => (byte)bits != 0 ? 1 : 0,
        DTypeCode.Int32 or DTypeCode.Float32 => (uint)bits,
        _ => bits,
    };

    /// <summary>A register's bits as they go to memory.</summary>
    public static long Store(long bits, DTypeCode code) => code switch
    {
        DTypeCode.UInt8 or DTypeCode.Int8 => (byte)bits,
        DTypeCode.Int16 => (ushort)bits,
        DTypeCode.Float16 => BitConverter.HalfToUInt16Bits((Half)Single(bits)),
        DTypeCode.BFloat16 => ((BFloat16)Single(bits)).Bits,
        DTypeCode.Int32 or DTypeCode.Float32 => (uint)bits,
        _ => bits,
    };

    private static bool Truth(string name, bool a, bool b) => name switch
    {
        "add" or "max" or "or" => a | b,
        "mul" or "min" or "and" => a & b,
        "sub" or "xor" or "ne" => a ^ b,
        "eq" => a == b,
        "lt" => !a & b,
        "le" => !a | b,
        "not" => !a,
        _ => throw new ArgumentException(name),
    };

    private static long Whole<T>(in Instruction step, T a, T b) where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var width = int.CreateChecked(T.CreateChecked(System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8));
        var inRange = b >= T.Zero && b < T.CreateChecked(width);
        var count = inRange ? int.CreateChecked(b) : 0;
        var result = step.Primitive.Name switch
        {
            "add" => unchecked(a + b),
            "sub" => unchecked(a - b),
            "mul" => unchecked(a * b),
            "div" => b == -T.One ? unchecked(-a) : a / b,
            "rem" => b == -T.One ? T.Zero : a % b,
            "neg" => unchecked(-a),
            "abs" => a < T.Zero ? unchecked(-a) : a,
            "min" => T.Min(a, b),
            "max" => T.Max(a, b),
            "and" => a & b,
            "or" => a | b,
            "xor" => a ^ b,
            "not" => ~a,
            "shl" => inRange ? a << count : T.Zero,
            "shr" => inRange ? a >> count : a < T.Zero ? -T.One : T.Zero,
            "shr_logical" => inRange ? a >>> count : T.Zero,
            "eq" => Flag<T>(a == b),
            "ne" => Flag<T>(a != b),
            "lt" => Flag<T>(a < b),
            "le" => Flag<T>(a <= b),
            _ => throw new ArgumentException(step.Primitive.Name),
        };
        return result is int narrow ? (uint)narrow : long.CreateTruncating(result);
    }

    private static long Real<T>(in Instruction step, T a, T b, T c) where T : struct, IBinaryFloatingPointIeee754<T>
    {
        bool? truth = step.Primitive.Name switch
        {
            "eq" => a == b,
            "ne" => a != b,
            "lt" => a < b,
            "le" => a <= b,
            _ => null,
        };
        if (truth is { } known)
            return known ? 1 : 0;
        var result = step.Primitive.Name switch
        {
            "add" => a + b,
            "sub" => a - b,
            "mul" => a * b,
            "div" => a / b,
            "rem" => a % b,
            "fma" => T.FusedMultiplyAdd(a, b, c),
            "neg" => -a,
            "abs" => T.Abs(a),
            "min" => T.Min(a, b),
            "max" => T.Max(a, b),
            "sqrt" => T.Sqrt(a),
            "floor" => T.Floor(a),
            "ceil" => T.Ceiling(a),
            "trunc" => T.Truncate(a),
            "round" => T.Round(a, MidpointRounding.ToEven),
            _ => throw new ArgumentException(step.Primitive.Name),
        };
        return result is float single ? Bits(single) : BitConverter.DoubleToInt64Bits((double)(object)result);
    }

    private static long Convert(long bits, ValueKind from, ValueKind to)
    {
        if (to == ValueKind.Bool)
        {
            return from switch
            {
                ValueKind.Float32 => Single(bits) != 0,
                ValueKind.Float64 => Double(bits) != 0,
                _ => bits != 0,
            } ? 1 : 0;
        }

        return from switch
        {
            ValueKind.Float32 => FromReal(Single(bits), to),
            ValueKind.Float64 => to == ValueKind.Float32 ? Bits((float)Double(bits)) : FromReal(Double(bits), to),
            _ => FromWhole(from == ValueKind.Int32 ? (int)bits : bits, to),
        };
    }

    private static long FromWhole(long value, ValueKind to) => to switch
    {
        ValueKind.Int32 => (uint)(int)value,
        ValueKind.Int64 => value,
        ValueKind.Float32 => Bits(value),
        _ => BitConverter.DoubleToInt64Bits(value),
    };

    private static long FromReal(double value, ValueKind to) => to switch
    {
        ValueKind.Int32 => (uint)(double.IsNaN(value) ? 0 : (int)Math.Clamp(value, int.MinValue, int.MaxValue)),
        ValueKind.Int64 => double.IsNaN(value) ? 0 : value >= 9.3e18 || value >= long.MaxValue ? long.MaxValue :
            value <= long.MinValue ? long.MinValue : (long)value,
        ValueKind.Float32 => Bits((float)value),
        _ => BitConverter.DoubleToInt64Bits(value),
    };

    private static long Look(Array table, int place) => table switch
    {
        int[] t => (uint)t[place],
        long[] t => t[place],
        float[] t => Bits(t[place]),
        _ => BitConverter.DoubleToInt64Bits(((double[])table)[place]),
    };

    private static T Flag<T>(bool value) where T : INumber<T> => value ? T.One : T.Zero;

    private static long Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static float Single(long bits) => BitConverter.Int32BitsToSingle((int)bits);

    private static double Double(long bits) => BitConverter.Int64BitsToDouble(bits);
}
