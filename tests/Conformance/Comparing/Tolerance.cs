namespace KernelEngine.Conformance;

/// <summary>How far a value may be off: <c>|got - want| &lt;= Absolute + Relative * |want|</c>.</summary>
public readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>No difference at all.</summary>
    public static readonly Tolerance Exact = new(0, 0);

    /// <summary>Whether a value is near enough: NaN equals NaN, infinities equal themselves only.</summary>
    public bool Allows(double got, double want)
    {
        if (got == want || (double.IsNaN(got) && double.IsNaN(want)))
            return true;
        return double.IsFinite(got) && double.IsFinite(want) && Math.Abs(got - want) <= Bound(want);
    }

    /// <summary>The largest difference allowed from a value.</summary>
    public double Bound(double want) => Absolute + (Relative * Math.Abs(want));
}
