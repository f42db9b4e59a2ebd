using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>The table of primitives.</content>
public sealed partial class Primitive
{
    internal static readonly Primitive Input = new("input", 0, KindRule.Given, "");
    internal static readonly Primitive Parameter = new("parameter", 0, KindRule.Given, "");
    internal static readonly Primitive Constant = new("constant", 0, KindRule.Given, "");

    internal static readonly Primitive Add = new("add", 2, KindRule.Same, "({0} + {1})", (g, y, x) => [g, g])
    { Simd = SimdForm.Binary<AddForm, OrForm>() };
    internal static readonly Primitive Sub = new("sub", 2, KindRule.Same, "({0} - {1})", (g, y, x) => [g, -g])
    { Simd = SimdForm.Binary<SubForm, XorForm>() };
    internal static readonly Primitive Mul =
        new("mul", 2, KindRule.Same, "({0} * {1})", (g, y, x) => [g * x[1], g * x[0]])
        { Simd = SimdForm.Binary<MulForm, AndForm>() };
    // Whole numbers: a divisor of 0 is an error that the dispatcher reports, and MinValue / -1 wraps.
    internal static readonly Primitive Div =
        new("div", 2, KindRule.Same, "({0} / {1})", (g, y, x) => [g / x[1], -g * (y / x[1])])
        { Simd = SimdForm.Quotient<DivForm, DivScalarForm>() };
    internal static readonly Primitive Rem =
        new("rem", 2, KindRule.Same, "k_rem({0}, {1})", (g, y, x) => [g, -g * Trunc(x[0] / x[1])])
        { Simd = SimdForm.Scalar<RemScalarForm>() };
    // Rounded once.
    internal static readonly Primitive Fma =
        new("fma", 3, KindRule.Same, "k_fma({0}, {1}, {2})", (g, y, x) => [g * x[1], g * x[0], g])
        { Simd = SimdForm.Ternary<FmaForm>() };
    internal static readonly Primitive Neg = new("neg", 1, KindRule.Same, "(-{0})", (g, y, x) => [-g])
    { Simd = SimdForm.Unary<NegForm>() };
    internal static readonly Primitive Abs =
        new("abs", 1, KindRule.Same, "k_abs({0})", (g, y, x) => [g * Sign(x[0])])
        { Simd = SimdForm.Unary<AbsForm>() };
    // NaN if either is, as IEEE 754-2019 minimum; -0 is less than +0. Equal arguments share the gradient.
    internal static readonly Primitive Min =
        new("min", 2, KindRule.Same, "k_min({0}, {1})", (g, y, x) => ShareAtTies(g, Lt!.Of(x[0], x[1]), x))
        { Simd = SimdForm.Binary<MinForm, AndForm>() };
    internal static readonly Primitive Max =
        new("max", 2, KindRule.Same, "k_max({0}, {1})", (g, y, x) => ShareAtTies(g, Lt!.Of(x[1], x[0]), x))
        { Simd = SimdForm.Binary<MaxForm, OrForm>() };
    internal static readonly Primitive Sqrt =
        new("sqrt", 1, KindRule.Same, "k_sqrt({0})", (g, y, x) => [g / (2 * y)])
        { Simd = SimdForm.Unary<SqrtForm>() };
    internal static readonly Primitive Floor = new("floor", 1, KindRule.Same, "floor({0})", NoSlope)
    { Simd = SimdForm.Unary<FloorForm>() };
    internal static readonly Primitive Ceil = new("ceil", 1, KindRule.Same, "ceil({0})", NoSlope)
    { Simd = SimdForm.Unary<CeilForm>() };
    internal static readonly Primitive Trunc = new("trunc", 1, KindRule.Same, "trunc({0})", NoSlope)
    { Simd = SimdForm.Unary<TruncForm>() };
    // To the nearest, ties to even.
    internal static readonly Primitive Round = new("round", 1, KindRule.Same, "k_rint({0})", NoSlope)
    { Simd = SimdForm.Unary<RoundForm>() };

    internal static readonly Primitive Eq = new("eq", 2, KindRule.Truth, "({0} == {1})")
    { Simd = SimdForm.Binary<EqForm, MaskEqForm>() };
    internal static readonly Primitive Ne = new("ne", 2, KindRule.Truth, "({0} != {1})")
    { Simd = SimdForm.Binary<NeForm, XorForm>() };
    internal static readonly Primitive Lt = new("lt", 2, KindRule.Truth, "({0} < {1})")
    { Simd = SimdForm.Binary<LtForm, MaskLtForm>() };
    internal static readonly Primitive Le = new("le", 2, KindRule.Truth, "({0} <= {1})")
    { Simd = SimdForm.Binary<LeForm, MaskLeForm>() };

    // Whole numbers and truth values.
    internal static readonly Primitive And = new("and", 2, KindRule.Same, "({0} & {1})")
    { Simd = SimdForm.Binary<AndForm>() };
    internal static readonly Primitive Or = new("or", 2, KindRule.Same, "({0} | {1})")
    { Simd = SimdForm.Binary<OrForm>() };
    internal static readonly Primitive Xor = new("xor", 2, KindRule.Same, "({0} ^ {1})")
    { Simd = SimdForm.Binary<XorForm>() };
    internal static readonly Primitive Not = new("not", 1, KindRule.Same, "k_not({0})")
    { Simd = SimdForm.Unary<NotForm>() };
    // A shift by the width or more, or by a negative count, gives 0 (or the sign for an arithmetic one).
    internal static readonly Primitive Shl = new("shl", 2, KindRule.Same, "k_shl({0}, {1})")
    { Simd = SimdForm.Binary<ShlForm>() };
    internal static readonly Primitive Shr = new("shr", 2, KindRule.Same, "k_shr({0}, {1})")
    { Simd = SimdForm.Binary<ShrForm>() };
    internal static readonly Primitive ShrLogical = new("shr_logical", 2, KindRule.Same, "k_shru({0}, {1})")
    { Simd = SimdForm.Binary<ShrLogicalForm>() };

    // The derivative selects: an infinite slope on the other side must not leak in as a NaN.
    internal static readonly Primitive Select = new("select", 3, KindRule.SelectLike, "({0} ? {1} : {2})",
        (g, y, x) => [null, SelectGradient(x[0], g), SelectGradient(!x[0], g)])
    { Simd = SimdForm.Ternary<SelectForm>() };
    // A select whose first side is rarely wanted: a backend computes it only where some lane wants it.
    internal static readonly Primitive Branch = new("branch", 3, KindRule.SelectLike, "({0} ? {1} : {2})",
        (g, y, x) => [null, SelectGradient(x[0], g), SelectGradient(!x[0], g)])
    { Simd = SimdForm.Ternary<SelectForm>() };

    // To another kind: reals to whole numbers truncate (NaN gives 0, the rest saturates), anything to a truth value
    // asks whether it is not zero.
    internal static readonly Primitive Convert = new("convert", 1, KindRule.Given, "k_convert({0})",
        (g, y, x) => [IsReal(x[0].Kind) ? Pointwise.Convert(g, x[0].Kind) : null])
    { Simd = SimdCasts.Convert };
    // The same bits as another kind of the same width.
    internal static readonly Primitive Bitcast = new("bitcast", 1, KindRule.Given, "k_bitcast({0})")
    { Simd = SimdCasts.Bitcast };
    // Rounded to a narrower dtype (its code is the payload) and back: float16, bfloat16, int8, int16, uint8.
    internal static readonly Primitive Narrow =
        new("narrow", 1, KindRule.Given, "k_narrow({0})", (g, y, x) => [g])
        { Simd = SimdCasts.Narrow };
    // The number at a place of a constant table; the place is always within it.
    internal static readonly Primitive Lookup = new("lookup", 1, KindRule.Given, "k_table[{0}]")
    { Simd = SimdCasts.Lookup };

    internal static bool IsReal(ValueKind kind) => kind >= ValueKind.Float32;

    private static Expr?[] NoSlope(Expr g, Expr y, Expr[] x) => [Expr.Constant(0.0, g.Kind)];

    private static Expr SelectGradient(Expr condition, Expr g) => Select.Of(condition, g, 0);

    private static Expr?[] ShareAtTies(Expr g, Expr first, Expr[] x)
    {
        var tie = Eq.Of(x[0], x[1]);
        var half = g * 0.5;
        var zero = Expr.Constant(0.0, g.Kind);
        return [Select.Of(tie, half, Select.Of(first, g, zero)), Select.Of(tie, half, Select.Of(first, zero, g))];
    }
}
