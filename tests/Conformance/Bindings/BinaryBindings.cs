namespace KernelEngine.Conformance;

/// <summary>Functions of two or three tensors, element by element.</summary>
internal static class BinaryBindings
{
    public static readonly BindingTable Table = new()
    {
        { "add", Alpha((x, y, k) => x.Add(y, k), (s, y) => s + y), Alpha((x, y, k) => x.Add_(y, k)) },
        { "sub subtract", Alpha((x, y, k) => x.Sub(y, k), (s, y) => s - y), Alpha((x, y, k) => x.Sub_(y, k)) },
        { "rsub", Alpha((x, y, k) => x.Rsub(y, k)) },
        { "mul multiply", Binary((x, y) => x.Mul(y)), Binary((x, y) => x.Mul_(y)) },
        {
            "div divide",
            a => a.Self.Div(a.Argument(1, "other"), a.TextOrNull(-1, "rounding_mode")),
            a => a.Self.Div_(a.Argument(1, "other"), a.TextOrNull(-1, "rounding_mode"))
        },
        { "true_divide", Binary((x, y) => x.TrueDivide(y)), Binary((x, y) => x.TrueDivide_(y)) },
        { "floor_divide", Binary((x, y) => x.FloorDivide(y)), Binary((x, y) => x.FloorDivide_(y)) },
        { "remainder", Either((x, y) => x.Remainder(y), (s, y) => s % y), Binary((x, y) => x.Remainder_(y)) },
        { "fmod", Binary((x, y) => x.Fmod(y)), Binary((x, y) => x.Fmod_(y)) },
        {
            "pow",
            Either((x, y) => x.Pow(y), Tensor.Pow, "exponent"),
            Binary((x, y) => x.Pow_(y), "exponent")
        },
        {
            "float_power",
            Either((x, y) => x.FloatPower(y), (s, y) => Elementary.FloatPower.Apply(s, y), "exponent"),
            Binary((x, y) => x.FloatPower_(y), "exponent")
        },
        { "atan2 arctan2", Tensors((x, y) => x.Atan2(y)), Tensors((x, y) => x.Atan2_(y)) },
        { "hypot", Tensors((x, y) => x.Hypot(y)), Tensors((x, y) => x.Hypot_(y)) },
        { "maximum", Tensors((x, y) => x.Maximum(y)) },
        { "minimum", Tensors((x, y) => x.Minimum(y)) },
        { "fmax", Tensors((x, y) => x.Fmax(y)) },
        { "fmin", Tensors((x, y) => x.Fmin(y)) },
        { "copysign", Binary((x, y) => x.CopySign(y)), Binary((x, y) => x.CopySign_(y)) },
        { "logaddexp", Tensors((x, y) => x.LogAddExp(y)) },
        { "logaddexp2", Tensors((x, y) => x.LogAddExp2(y)) },
        { "eq", Binary((x, y) => x.Eq(y)), Binary((x, y) => x.Eq_(y)) },
        { "ne not_equal", Binary((x, y) => x.Ne(y)), Binary((x, y) => x.Ne_(y)) },
        { "lt less", Binary((x, y) => x.Lt(y)), Binary((x, y) => x.Lt_(y)) },
        { "le less_equal", Binary((x, y) => x.Le(y)), Binary((x, y) => x.Le_(y)) },
        { "gt greater", Binary((x, y) => x.Gt(y)), Binary((x, y) => x.Gt_(y)) },
        { "ge greater_equal", Binary((x, y) => x.Ge(y)), Binary((x, y) => x.Ge_(y)) },
        {
            "isclose",
            a => a.Self.IsClose(a.Tensor(1, "other"), a.Real(2, "rtol", 1e-5), a.Real(3, "atol", 1e-8),
                a.Flag(4, "equal_nan"))
        },
        {
            "allclose",
            a => a.Self.AllClose(a.Tensor(1, "other"), a.Real(2, "rtol", 1e-5), a.Real(3, "atol", 1e-8),
                a.Flag(4, "equal_nan"))
        },
        { "equal", a => a.Self.Equal(a.Tensor(1, "other")) },
        { "logical_and", Binary((x, y) => x.LogicalAnd(y)), Binary((x, y) => x.LogicalAnd_(y)) },
        { "logical_or", Binary((x, y) => x.LogicalOr(y)), Binary((x, y) => x.LogicalOr_(y)) },
        { "logical_xor", Binary((x, y) => x.LogicalXor(y)), Binary((x, y) => x.LogicalXor_(y)) },
        { "bitwise_and", Binary((x, y) => x.BitwiseAnd(y)), Binary((x, y) => x.BitwiseAnd_(y)) },
        { "bitwise_or", Binary((x, y) => x.BitwiseOr(y)), Binary((x, y) => x.BitwiseOr_(y)) },
        { "bitwise_xor", Binary((x, y) => x.BitwiseXor(y)), Binary((x, y) => x.BitwiseXor_(y)) },
        { "bitwise_left_shift __lshift__", Binary((x, y) => x.BitwiseLeftShift(y)) },
        { "bitwise_left_shift_", Binary((x, y) => x.BitwiseLeftShift_(y)) },
        { "bitwise_right_shift __rshift__", Binary((x, y) => x.BitwiseRightShift(y)) },
        { "bitwise_right_shift_", Binary((x, y) => x.BitwiseRightShift_(y)) },
        { "gcd", Tensors((x, y) => x.Gcd(y)), Tensors((x, y) => x.Gcd_(y)) },
        { "lcm", Tensors((x, y) => x.Lcm(y)), Tensors((x, y) => x.Lcm_(y)) },
        { "heaviside", Tensors((x, y) => x.Heaviside(y)), Tensors((x, y) => x.Heaviside_(y)) },
        { "xlogy", Either((x, y) => x.Xlogy(y), Tensor.Xlogy), Binary((x, y) => x.Xlogy_(y)) },
        { "special.xlogy", Either((x, y) => x.Xlogy(y), Tensor.Xlogy) },
        { "special.xlog1py", Either((x, y) => x.Xlog1py(y), Tensor.Xlog1py) },
        { "ldexp", Tensors((x, y) => x.Ldexp(y)), Tensors((x, y) => x.Ldexp_(y)) },
        { "nextafter", Tensors((x, y) => x.NextAfter(y)), Tensors((x, y) => x.NextAfter_(y)) },
        { "__radd__", Reversed((y, x) => y + x, (s, x) => s + x) },
        { "__rsub__", Reversed((y, x) => y - x, (s, x) => s - x) },
        { "__rmul__", Reversed((y, x) => y * x, (s, x) => s * x) },
        { "__rdiv__ __rtruediv__", Reversed((y, x) => y / x, (s, x) => s / x) },
        // Python copies what stands on the left, and its gradient is lost.
        { "__rpow__", Reversed((y, x) => y.Detach().Pow(x), (s, x) => Tensor.Pow(s, x)) },
        { "__rmod__", Reversed((y, x) => y % x, (s, x) => s % x) },
        { "__rand__", Reversed((y, x) => y & x, (s, x) => x & s) },
        { "__ror__", Reversed((y, x) => y | x, (s, x) => x | s) },
        { "__rxor__", Reversed((y, x) => y ^ x, (s, x) => x ^ s) },
        {
            "lerp",
            a => a.Self.Lerp(a.Tensor(1, "end"), a.Argument(2, "weight")),
            a => a.Self.Lerp_(a.Tensor(1, "end"), a.Argument(2, "weight"))
        },
        {
            "addcmul",
            a => a.Self.Addcmul(a.Tensor(1, "tensor1"), a.Tensor(2, "tensor2"), a.ScalarOrNull(-1, "value")),
            a => a.Self.Addcmul_(a.Tensor(1, "tensor1"), a.Tensor(2, "tensor2"), a.ScalarOrNull(-1, "value"))
        },
        {
            "addcdiv",
            a => a.Self.Addcdiv(a.Tensor(1, "tensor1"), a.Tensor(2, "tensor2"), a.ScalarOrNull(-1, "value")),
            a => a.Self.Addcdiv_(a.Tensor(1, "tensor1"), a.Tensor(2, "tensor2"), a.ScalarOrNull(-1, "value"))
        },
        { "where", a => Tensor.Where(a.Tensor(0, "condition"), a.Argument(1, "input"), a.Argument(2, "other")) },
        { "Tensor.where", a => a.Self.Where(a.Tensor(1, "condition"), a.Argument(2, "other")) },
        {
            "clamp clip",
            a => a.Self.Clamp(a.ArgumentOrNull(1, "min"), a.ArgumentOrNull(2, "max")),
            a => a.Self.Clamp_(a.ArgumentOrNull(1, "min"), a.ArgumentOrNull(2, "max"))
        },
        { "clamp_min", Binary((x, y) => x.ClampMin(y), "min"), Binary((x, y) => x.ClampMin_(y), "min") },
        { "clamp_max", Binary((x, y) => x.ClampMax(y), "max"), Binary((x, y) => x.ClampMax_(y), "max") },
    };

    /// <summary>A row of an operator with a tensor, and a tensor or number.</summary>
    private static Binding Binary(Func<Tensor, Argument, Tensor> call, string second = "other") =>
        a => call(a.Self, a.Argument(1, second));

    /// <summary>A row of an operator with a tensor and a tensor or number, the number on either side.</summary>
    private static Binding Either(
        Func<Tensor, Argument, Tensor> call, Func<Scalar, Tensor, Tensor> left, string second = "other") => a =>
        a.IsTensor(0, "input")
            ? call(a.Self, a.Argument(1, second))
            : left(a.Scalar(0, "input"), a.Tensor(1, second));

    /// <summary>A row of an operator with two tensors.</summary>
    internal static Binding Tensors(Func<Tensor, Tensor, Tensor> call, string second = "other") =>
        a => call(a.Self, a.Tensor(1, second));

    private static Binding Alpha(
        Func<Tensor, Argument, Scalar?, Tensor> call, Func<Scalar, Tensor, Tensor>? left = null) => a =>
        left is null || a.IsTensor(0, "input")
            ? call(a.Self, a.Argument(1, "other"), a.ScalarOrNull(-1, "alpha"))
            : left(a.Scalar(0, "input"), a.ScalarOrNull(-1, "alpha") is { } k
                ? a.Tensor(1, "other") * k : a.Tensor(1, "other"));

    /// <summary>A row of Python's reflected operator: self stands on the right.</summary>
    private static Binding Reversed(Func<Tensor, Tensor, Tensor> tensor, Func<Scalar, Tensor, Tensor> number) => a =>
        a.IsTensor(1, "other") ? tensor(a.Tensor(1, "other"), a.Self) : number(a.Scalar(1, "other"), a.Self);
}
