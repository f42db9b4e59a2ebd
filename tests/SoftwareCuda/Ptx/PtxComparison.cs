namespace KernelEngine.SoftwareCuda;

/// <summary>What <c>setp</c> does.</summary>
internal static unsafe class PtxComparison
{
    /// <summary>The step of a comparison; null where PTX has none such.</summary>
    public static PtxStep? Of(string comparison, PtxType type) => type.Class switch
    {
        PtxClass.Real => OfReals(comparison, type.Size),
        PtxClass.Signed => OfSigned(comparison, type.Size),
        PtxClass.Bits when comparison is not ("eq" or "ne") => null,
        _ => OfUnsigned(comparison),
    };

    private static PtxStep? OfUnsigned(string comparison) => comparison switch
    {
        "eq" => (r, i) => r[i.D] = r[i.A] == r[i.B] ? 1UL : 0,
        "ne" => (r, i) => r[i.D] = r[i.A] != r[i.B] ? 1UL : 0,
        "lt" or "lo" => (r, i) => r[i.D] = r[i.A] < r[i.B] ? 1UL : 0,
        "le" or "ls" => (r, i) => r[i.D] = r[i.A] <= r[i.B] ? 1UL : 0,
        "gt" or "hi" => (r, i) => r[i.D] = r[i.A] > r[i.B] ? 1UL : 0,
        "ge" or "hs" => (r, i) => r[i.D] = r[i.A] >= r[i.B] ? 1UL : 0,
        _ => null,
    };

    private static PtxStep? OfSigned(string comparison, int size)
    {
        // The sign where it is in 64 bits.
        var up = 64 - (8 * size);
        return comparison switch
        {
            "eq" or "ne" => OfUnsigned(comparison),
            "lt" => (r, i) => r[i.D] = (long)(r[i.A] << up) < (long)(r[i.B] << up) ? 1UL : 0,
            "le" => (r, i) => r[i.D] = (long)(r[i.A] << up) <= (long)(r[i.B] << up) ? 1UL : 0,
            "gt" => (r, i) => r[i.D] = (long)(r[i.A] << up) > (long)(r[i.B] << up) ? 1UL : 0,
            "ge" => (r, i) => r[i.D] = (long)(r[i.A] << up) >= (long)(r[i.B] << up) ? 1UL : 0,
            _ => null,
        };
    }

    private static PtxStep? OfReals(string comparison, int size)
    {
        if (Compare(comparison) is not { } compare)
            return null;
        if (size == 4)
        {
            return (r, i) => r[i.D] =
                compare(PtxArithmetic.Single(r[i.A]), PtxArithmetic.Single(r[i.B])) ? 1UL : 0;
        }

        return (r, i) => r[i.D] = compare(PtxArithmetic.Double(r[i.A]), PtxArithmetic.Double(r[i.B])) ? 1UL : 0;
    }

    private static Func<double, double, bool>? Compare(string comparison) => comparison switch
    {
        "eq" => (a, b) => a == b,
        "ne" => (a, b) => a < b || a > b,
        "lt" => (a, b) => a < b,
        "le" => (a, b) => a <= b,
        "gt" => (a, b) => a > b,
        "ge" => (a, b) => a >= b,
        "equ" => (a, b) => !(a < b || a > b),
        "neu" => (a, b) => a != b,
        "ltu" => (a, b) => !(a >= b),
        "leu" => (a, b) => !(a > b),
        "gtu" => (a, b) => !(a <= b),
        "geu" => (a, b) => !(a < b),
        "num" => (a, b) => !double.IsNaN(a) && !double.IsNaN(b),
        "nan" => (a, b) => double.IsNaN(a) || double.IsNaN(b),
        _ => null,
    };
}
