using System.Numerics;

namespace KernelEngine.SoftwareCuda;

/// <summary>What instructions compute, by their full names. Registers narrower than 64 bits hold zeros above.</summary>
internal static unsafe class PtxArithmetic
{
    private static readonly Dictionary<string, PtxStep> Known = new()
    {
        ["add.s16"] = (r, i) => r[i.D] = (ushort)(r[i.A] + r[i.B]),
        ["sub.s16"] = (r, i) => r[i.D] = (ushort)(r[i.A] - r[i.B]),
        ["mul.lo.s16"] = (r, i) => r[i.D] = (ushort)(r[i.A] * r[i.B]),
        ["shl.b16"] = (r, i) => r[i.D] = r[i.B] > 15 ? 0UL : (ushort)(r[i.A] << (int)r[i.B]),
        ["shr.u16"] = (r, i) => r[i.D] = r[i.B] > 15 ? 0 : r[i.A] >> (int)r[i.B],
        ["shr.s16"] = (r, i) => r[i.D] = (ushort)((short)r[i.A] >> (int)Math.Min(r[i.B], 15)),
        ["not.b16"] = (r, i) => r[i.D] = (ushort)~r[i.A],
        ["and.b16"] = (r, i) => r[i.D] = r[i.A] & r[i.B],
        ["or.b16"] = (r, i) => r[i.D] = r[i.A] | r[i.B],
        ["xor.b16"] = (r, i) => r[i.D] = r[i.A] ^ r[i.B],
        ["min.u16"] = (r, i) => r[i.D] = Math.Min(r[i.A], r[i.B]),
        ["max.u16"] = (r, i) => r[i.D] = Math.Max(r[i.A], r[i.B]),
        ["min.s16"] = (r, i) => r[i.D] = (ushort)Math.Min((short)r[i.A], (short)r[i.B]),
        ["max.s16"] = (r, i) => r[i.D] = (ushort)Math.Max((short)r[i.A], (short)r[i.B]),
        ["add.s32"] = (r, i) => r[i.D] = (uint)(r[i.A] + r[i.B]),
        ["add.sat.s32"] = (r, i) => r[i.D] = (uint)(int)Math.Clamp(
            (long)(int)r[i.A] + (int)r[i.B], int.MinValue, int.MaxValue),
        ["sub.s32"] = (r, i) => r[i.D] = (uint)(r[i.A] - r[i.B]),
        ["mul.lo.s32"] = (r, i) => r[i.D] = (uint)(r[i.A] * r[i.B]),
        ["mul.hi.u32"] = (r, i) => r[i.D] = r[i.A] * r[i.B] >> 32,
        ["mul.hi.s32"] = (r, i) => r[i.D] = (uint)((long)(int)r[i.A] * (int)r[i.B] >> 32),
        ["mul.wide.s16"] = (r, i) => r[i.D] = (uint)((short)r[i.A] * (short)r[i.B]),
        ["mul.wide.u16"] = (r, i) => r[i.D] = (uint)((ushort)r[i.A] * (ushort)r[i.B]),
        ["mul.wide.s32"] = (r, i) => r[i.D] = (ulong)((long)(int)r[i.A] * (int)r[i.B]),
        ["mul.wide.u32"] = (r, i) => r[i.D] = r[i.A] * r[i.B],
        ["mad.lo.s32"] = (r, i) => r[i.D] = (uint)((r[i.A] * r[i.B]) + r[i.C]),
        ["mad.wide.s32"] = (r, i) => r[i.D] = (ulong)((long)(int)r[i.A] * (int)r[i.B]) + r[i.C],
        ["mad.wide.u32"] = (r, i) => r[i.D] = (r[i.A] * r[i.B]) + r[i.C],
        ["div.s32"] = (r, i) => r[i.D] = (uint)Quotient((int)r[i.A], (int)r[i.B]),
        ["div.u32"] = (r, i) => r[i.D] = r[i.B] == 0 ? uint.MaxValue : r[i.A] / r[i.B],
        ["rem.s32"] = (r, i) => r[i.D] = (uint)Remainder((int)r[i.A], (int)r[i.B]),
        ["rem.u32"] = (r, i) => r[i.D] = r[i.B] == 0 ? r[i.A] : r[i.A] % r[i.B],
        ["neg.s32"] = (r, i) => r[i.D] = (uint)-(int)r[i.A],
        ["abs.s32"] = (r, i) => r[i.D] = (int)r[i.A] < 0 ? (uint)-(int)r[i.A] : r[i.A],
        ["min.s32"] = (r, i) => r[i.D] = (uint)Math.Min((int)r[i.A], (int)r[i.B]),
        ["max.s32"] = (r, i) => r[i.D] = (uint)Math.Max((int)r[i.A], (int)r[i.B]),
        ["min.u32"] = (r, i) => r[i.D] = Math.Min(r[i.A], r[i.B]),
        ["max.u32"] = (r, i) => r[i.D] = Math.Max(r[i.A], r[i.B]),
        ["and.b32"] = (r, i) => r[i.D] = r[i.A] & r[i.B],
        ["or.b32"] = (r, i) => r[i.D] = r[i.A] | r[i.B],
        ["xor.b32"] = (r, i) => r[i.D] = r[i.A] ^ r[i.B],
        ["not.b32"] = (r, i) => r[i.D] = (uint)~r[i.A],
        ["shl.b32"] = (r, i) => r[i.D] = r[i.B] > 31 ? 0 : (uint)(r[i.A] << (int)r[i.B]),
        ["shr.u32"] = (r, i) => r[i.D] = r[i.B] > 31 ? 0 : r[i.A] >> (int)r[i.B],
        ["shr.s32"] = (r, i) => r[i.D] = (uint)((int)r[i.A] >> (int)Math.Min(r[i.B], 31)),
        ["shr.b32"] = (r, i) => r[i.D] = r[i.B] > 31 ? 0 : r[i.A] >> (int)r[i.B],
        ["bfe.u32"] = (r, i) => r[i.D] = (r[i.B] & 255) > 31
            ? 0 : (r[i.A] >> (int)(r[i.B] & 255)) & ((1UL << (int)Math.Min(r[i.C] & 255, 32)) - 1),
        ["popc.b32"] = (r, i) => r[i.D] = (uint)BitOperations.PopCount(r[i.A]),
        ["clz.b32"] = (r, i) => r[i.D] = (uint)BitOperations.LeadingZeroCount((uint)r[i.A]),
        ["brev.b32"] = (r, i) => r[i.D] = Reversed((uint)r[i.A]),
        ["add.s64"] = (r, i) => r[i.D] = r[i.A] + r[i.B],
        ["sub.s64"] = (r, i) => r[i.D] = r[i.A] - r[i.B],
        ["mul.lo.s64"] = (r, i) => r[i.D] = r[i.A] * r[i.B],
        ["mul.hi.u64"] = (r, i) => r[i.D] = Math.BigMul(r[i.A], r[i.B], out _),
        ["mul.hi.s64"] = (r, i) => r[i.D] = (ulong)Math.BigMul((long)r[i.A], (long)r[i.B], out _),
        ["mad.lo.s64"] = (r, i) => r[i.D] = (r[i.A] * r[i.B]) + r[i.C],
        ["div.s64"] = (r, i) => r[i.D] = (ulong)Quotient((long)r[i.A], (long)r[i.B]),
        ["div.u64"] = (r, i) => r[i.D] = r[i.B] == 0 ? ulong.MaxValue : r[i.A] / r[i.B],
        ["rem.s64"] = (r, i) => r[i.D] = (ulong)Remainder((long)r[i.A], (long)r[i.B]),
        ["rem.u64"] = (r, i) => r[i.D] = r[i.B] == 0 ? r[i.A] : r[i.A] % r[i.B],
        ["neg.s64"] = (r, i) => r[i.D] = 0 - r[i.A],
        ["abs.s64"] = (r, i) => r[i.D] = (long)r[i.A] < 0 ? 0 - r[i.A] : r[i.A],
        ["min.s64"] = (r, i) => r[i.D] = (ulong)Math.Min((long)r[i.A], (long)r[i.B]),
        ["max.s64"] = (r, i) => r[i.D] = (ulong)Math.Max((long)r[i.A], (long)r[i.B]),
        ["min.u64"] = (r, i) => r[i.D] = Math.Min(r[i.A], r[i.B]),
        ["max.u64"] = (r, i) => r[i.D] = Math.Max(r[i.A], r[i.B]),
        ["and.b64"] = (r, i) => r[i.D] = r[i.A] & r[i.B],
        ["or.b64"] = (r, i) => r[i.D] = r[i.A] | r[i.B],
        ["xor.b64"] = (r, i) => r[i.D] = r[i.A] ^ r[i.B],
        ["not.b64"] = (r, i) => r[i.D] = ~r[i.A],
        ["shl.b64"] = (r, i) => r[i.D] = r[i.B] > 63 ? 0 : r[i.A] << (int)r[i.B],
        ["shr.u64"] = (r, i) => r[i.D] = r[i.B] > 63 ? 0 : r[i.A] >> (int)r[i.B],
        ["shr.s64"] = (r, i) => r[i.D] = (ulong)((long)r[i.A] >> (int)Math.Min(r[i.B], 63)),
        ["and.pred"] = (r, i) => r[i.D] = r[i.A] & r[i.B],
        ["or.pred"] = (r, i) => r[i.D] = r[i.A] | r[i.B],
        ["xor.pred"] = (r, i) => r[i.D] = r[i.A] ^ r[i.B],
        ["not.pred"] = (r, i) => r[i.D] = r[i.A] ^ 1,
        ["add.rn.f32"] = (r, i) => r[i.D] = Bits(Single(r[i.A]) + Single(r[i.B])),
        ["sub.rn.f32"] = (r, i) => r[i.D] = Bits(Single(r[i.A]) - Single(r[i.B])),
        ["mul.rn.f32"] = (r, i) => r[i.D] = Bits(Single(r[i.A]) * Single(r[i.B])),
        ["div.rn.f32"] = (r, i) => r[i.D] = Bits(Single(r[i.A]) / Single(r[i.B])),
        ["rcp.rn.f32"] = (r, i) => r[i.D] = Bits(1 / Single(r[i.A])),
        ["sqrt.rn.f32"] = (r, i) => r[i.D] = Bits(MathF.Sqrt(Single(r[i.A]))),
        ["fma.rn.f32"] = (r, i) => r[i.D] = Bits(
            MathF.FusedMultiplyAdd(Single(r[i.A]), Single(r[i.B]), Single(r[i.C]))),
        ["neg.f32"] = (r, i) => r[i.D] = r[i.A] ^ 0x80000000,
        ["abs.f32"] = (r, i) => r[i.D] = r[i.A] & 0x7FFFFFFF,
        ["min.f32"] = (r, i) => r[i.D] = Bits(float.MinNumber(Single(r[i.A]), Single(r[i.B]))),
        ["max.f32"] = (r, i) => r[i.D] = Bits(float.MaxNumber(Single(r[i.A]), Single(r[i.B]))),
        ["add.rn.f64"] = (r, i) => r[i.D] = Bits(Double(r[i.A]) + Double(r[i.B])),
        ["sub.rn.f64"] = (r, i) => r[i.D] = Bits(Double(r[i.A]) - Double(r[i.B])),
        ["mul.rn.f64"] = (r, i) => r[i.D] = Bits(Double(r[i.A]) * Double(r[i.B])),
        ["div.rn.f64"] = (r, i) => r[i.D] = Bits(Double(r[i.A]) / Double(r[i.B])),
        ["rcp.rn.f64"] = (r, i) => r[i.D] = Bits(1 / Double(r[i.A])),
        ["sqrt.rn.f64"] = (r, i) => r[i.D] = Bits(Math.Sqrt(Double(r[i.A]))),
        ["fma.rn.f64"] = (r, i) => r[i.D] = Bits(
            Math.FusedMultiplyAdd(Double(r[i.A]), Double(r[i.B]), Double(r[i.C]))),
        ["neg.f64"] = (r, i) => r[i.D] = r[i.A] ^ 0x8000000000000000,
        ["abs.f64"] = (r, i) => r[i.D] = r[i.A] & 0x7FFFFFFFFFFFFFFF,
        ["min.f64"] = (r, i) => r[i.D] = Bits(double.MinNumber(Double(r[i.A]), Double(r[i.B]))),
        ["max.f64"] = (r, i) => r[i.D] = Bits(double.MaxNumber(Double(r[i.A]), Double(r[i.B]))),
    };

    /// <summary>What an instruction of a name does.</summary>
    public static PtxStep? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>A float32 of its bits.</summary>
    public static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    /// <summary>A float64 of its bits.</summary>
    public static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    /// <summary>The bits of a float32.</summary>
    public static ulong Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    /// <summary>The bits of a float64.</summary>
    public static ulong Bits(double number) => BitConverter.DoubleToUInt64Bits(number);

    // What is undefined gives something that nobody expects.
    private static long Quotient(long a, long b) => b == 0 ? -12345 : b == -1 ? -a : a / b;

    private static long Remainder(long a, long b) => b == 0 ? -12345 : b == -1 ? 0 : a % b;

    private static uint Reversed(uint a)
    {
        var result = 0u;
        for (var bit = 0; bit < 32; bit++)
            result |= (a >> bit & 1) << (31 - bit);
        return result;
    }
}
