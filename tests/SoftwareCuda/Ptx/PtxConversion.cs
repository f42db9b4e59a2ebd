namespace KernelEngine.SoftwareCuda;

/// <summary>What <c>cvt</c> does.</summary>
internal static unsafe class PtxConversion
{
    /// <summary>The step of a conversion.</summary>
    /// <param name="to">What to.</param>
    /// <param name="from">What from.</param>
    /// <param name="rounding">How the result is rounded; empty where nothing is said.</param>
    /// <param name="registerSize">The bytes of the register that it goes to.</param>
    public static PtxStep Of(PtxType to, PtxType from, string rounding, int registerSize)
    {
        var isReal = (To: to.Class == PtxClass.Real, From: from.Class == PtxClass.Real);
        var needsRounding = (isReal.From && !isReal.To) || (!isReal.From && isReal.To) ||
            (isReal.From && isReal.To && to.Size < from.Size);
        if (needsRounding != (rounding.Length > 0) && !(isReal.From && isReal.To && to == from))
            throw new PtxException($"a conversion to {to} from {from} with rounding '{rounding}'");
        if (isReal.To && rounding is not ("" or "rn") && to != from)
            throw new PtxException($"rounding {rounding} is not known to a real result");
        if (!isReal.From)
        {
            Func<ulong, ulong> read = from.IsSigned ? x => Extended(x, from.Size) : x => Cut(x, from.Size);
            if (!isReal.To)
                return (r, i) => r[i.D] = Widened(read(r[i.A]), to, registerSize);
            return from.IsSigned
                ? (r, i) => r[i.D] = FromWhole((long)read(r[i.A]), to.Size)
                : (r, i) => r[i.D] = FromUnsigned(read(r[i.A]), to.Size);
        }

        Func<ulong, double> real = from.Size switch
        {
            2 => x => (double)BitConverter.UInt16BitsToHalf((ushort)x),
            4 => x => PtxArithmetic.Single(x),
            _ => PtxArithmetic.Double,
        };
        if (isReal.To && to == from && rounding.Length > 0)
            return (r, i) => r[i.D] = Stored(Rounded(real(r[i.A]), rounding), to.Size);
        if (isReal.To)
            return (r, i) => r[i.D] = Stored(real(r[i.A]), to.Size);
        return (r, i) => r[i.D] = Widened(
            Saturated(real(r[i.A]), to, rounding, isWide: from.Size == 8 || to.Size == 8), to, registerSize);
    }

    private static ulong Cut(ulong x, int size) => size == 8 ? x : x & ((1UL << (8 * size)) - 1);

    private static ulong Extended(ulong x, int size) => (ulong)((long)(x << (64 - (8 * size))) >> (64 - (8 * size)));

    // A number narrower than its register is extended, with its sign if it has one.
    private static ulong Widened(ulong x, PtxType to, int registerSize) =>
        Cut(to.IsSigned ? Extended(x, to.Size) : Cut(x, to.Size), registerSize);

    private static ulong FromWhole(long x, int size) => size == 8
        ? PtxArithmetic.Bits((double)x)
        : size == 4 ? PtxArithmetic.Bits((float)x) : throw new PtxException("float16 of whole numbers");

    private static ulong FromUnsigned(ulong x, int size) => x <= long.MaxValue
        ? FromWhole((long)x, size)

        // The half with what is cut off as its last digit rounds as the whole does.
        : size == 8 ? PtxArithmetic.Bits(2 * (double)(long)(x >> 1 | (x & 1)))
        : PtxArithmetic.Bits(2 * (float)(long)(x >> 1 | (x & 1)));

    private static double Rounded(double x, string rounding) => rounding switch
    {
        "rni" => Math.Round(x, MidpointRounding.ToEven),
        "rzi" => Math.Truncate(x),
        "rmi" => Math.Floor(x),
        "rpi" => Math.Ceiling(x),
        _ => throw new PtxException($"rounding {rounding} is not to a whole number"),
    };

    private static ulong Stored(double x, int size) => size switch
    {
        2 => BitConverter.HalfToUInt16Bits((Half)x),
        4 => PtxArithmetic.Bits((float)x),
        _ => PtxArithmetic.Bits(x),
    };

    // NaN gives 0, but the smallest number, or its bits, where 64 bits are involved.
    private static ulong Saturated(double x, PtxType to, string rounding, bool isWide)
    {
        if (double.IsNaN(x))
            return isWide ? 1UL << ((8 * to.Size) - 1) : 0;
        x = Rounded(x, rounding);
        if (!to.IsSigned)
            return x <= 0 ? 0 : Math.Min((ulong)x, to.Size == 8 ? ulong.MaxValue : (1UL << (8 * to.Size)) - 1);
        var most = long.MaxValue >> (64 - (8 * to.Size));
        return (ulong)(x >= most ? most : x <= -most - 1.0 ? -most - 1 : (long)x);
    }
}
