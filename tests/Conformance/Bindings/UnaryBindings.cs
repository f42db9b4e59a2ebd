namespace KernelEngine.Conformance;

/// <summary>Functions of one tensor, element by element, and conversions.</summary>
internal static class UnaryBindings
{
    public static readonly BindingTable Table = new()
    {
        { "abs absolute", Unary(t => t.Abs()), Unary(t => t.Abs_()) },
        { "acos arccos", Unary(t => t.Acos()), Unary(t => t.Acos_()) },
        { "acosh arccosh", Unary(t => t.Acosh()), Unary(t => t.Acosh_()) },
        { "asin arcsin", Unary(t => t.Asin()), Unary(t => t.Asin_()) },
        { "asinh arcsinh", Unary(t => t.Asinh()), Unary(t => t.Asinh_()) },
        { "atan arctan", Unary(t => t.Atan()), Unary(t => t.Atan_()) },
        { "atanh arctanh", Unary(t => t.Atanh()), Unary(t => t.Atanh_()) },
        { "ceil", Unary(t => t.Ceil()), Unary(t => t.Ceil_()) },
        { "floor", Unary(t => t.Floor()), Unary(t => t.Floor_()) },
        {
            "round",
            a => a.Has(-1, "decimals") ? a.Self.Round(a.Int(-1, "decimals", 0)) : a.Self.Round(),
            a => a.Has(-1, "decimals") ? a.Self.Round_(a.Int(-1, "decimals", 0)) : a.Self.Round_()
        },
        { "trunc fix", Unary(t => t.Trunc()), Unary(t => t.Trunc_()) },
        { "frac", Unary(t => t.Frac()), Unary(t => t.Frac_()) },
        { "sin", Unary(t => t.Sin()), Unary(t => t.Sin_()) },
        { "cos", Unary(t => t.Cos()), Unary(t => t.Cos_()) },
        { "tan", Unary(t => t.Tan()), Unary(t => t.Tan_()) },
        { "sinh", Unary(t => t.Sinh()), Unary(t => t.Sinh_()) },
        { "cosh", Unary(t => t.Cosh()), Unary(t => t.Cosh_()) },
        { "tanh", Unary(t => t.Tanh()), Unary(t => t.Tanh_()) },
        { "nn.functional.tanh", Unary(t => t.Tanh()) },
        { "exp", Unary(t => t.Exp()), Unary(t => t.Exp_()) },
        { "exp2", Unary(t => t.Exp2()), Unary(t => t.Exp2_()) },
        { "special.exp2", Unary(t => t.Exp2()) },
        { "expm1", Unary(t => t.Expm1()), Unary(t => t.Expm1_()) },
        { "special.expm1", Unary(t => t.Expm1()) },
        { "log", Unary(t => t.Log()), Unary(t => t.Log_()) },
        { "log10", Unary(t => t.Log10()), Unary(t => t.Log10_()) },
        { "log1p", Unary(t => t.Log1p()), Unary(t => t.Log1p_()) },
        { "special.log1p", Unary(t => t.Log1p()) },
        { "log2", Unary(t => t.Log2()), Unary(t => t.Log2_()) },
        { "neg negative", Unary(t => t.Neg()), Unary(t => t.Neg_()) },
        { "positive", Unary(t => t.Positive()) },
        { "reciprocal", Unary(t => t.Reciprocal()), Unary(t => t.Reciprocal_()) },
        { "rsqrt", Unary(t => t.Rsqrt()), Unary(t => t.Rsqrt_()) },
        { "sqrt", Unary(t => t.Sqrt()), Unary(t => t.Sqrt_()) },
        { "square", Unary(t => t.Square()), Unary(t => t.Square_()) },
        { "sign", Unary(t => t.Sign()), Unary(t => t.Sign_()) },
        { "sgn", Unary(t => t.Sgn()), Unary(t => t.Sgn_()) },
        { "signbit", Unary(t => t.SignBit()) },
        { "sigmoid", Unary(t => t.Sigmoid()), Unary(t => t.Sigmoid_()) },
        { "nn.functional.sigmoid special.expit", Unary(t => t.Sigmoid()) },
        { "erf", Unary(t => t.Erf()), Unary(t => t.Erf_()) },
        { "special.erf", Unary(t => t.Erf()) },
        { "erfc", Unary(t => t.Erfc()), Unary(t => t.Erfc_()) },
        { "special.erfc", Unary(t => t.Erfc()) },
        { "erfinv", Unary(t => t.Erfinv()), Unary(t => t.Erfinv_()) },
        { "special.erfinv", Unary(t => t.Erfinv()) },
        { "lgamma", Unary(t => t.Lgamma()), Unary(t => t.Lgamma_()) },
        { "special.gammaln", Unary(t => t.Lgamma()) },
        { "digamma", Unary(t => t.Digamma()), Unary(t => t.Digamma_()) },
        { "special.digamma special.psi", Unary(t => t.Digamma()) },
        { "logit", a => a.Self.Logit(a.RealOrNull(1, "eps")), a => a.Self.Logit_(a.RealOrNull(1, "eps")) },
        { "special.logit", a => a.Self.Logit(a.RealOrNull(1, "eps")) },
        { "sinc", Unary(t => t.Sinc()), Unary(t => t.Sinc_()) },
        { "special.sinc", Unary(t => t.Sinc()) },
        { "deg2rad", Unary(t => t.Deg2Rad()), Unary(t => t.Deg2Rad_()) },
        { "rad2deg", Unary(t => t.Rad2Deg()), Unary(t => t.Rad2Deg_()) },
        { "isfinite", Unary(t => t.IsFinite()) },
        { "isinf", Unary(t => t.IsInf()) },
        { "isnan", Unary(t => t.IsNaN()) },
        { "isposinf", Unary(t => t.IsPosInf()) },
        { "isneginf", Unary(t => t.IsNegInf()) },
        { "isreal", Unary(t => t.IsReal()) },
        { "logical_not", Unary(t => t.LogicalNot()), Unary(t => t.LogicalNot_()) },
        { "bitwise_not", Unary(t => t.BitwiseNot()), Unary(t => t.BitwiseNot_()) },
        {
            "nan_to_num",
            a => a.Self.NanToNum(a.Real(1, "nan", 0), a.RealOrNull(2, "posinf"), a.RealOrNull(3, "neginf")),
            a => a.Self.NanToNum_(a.Real(1, "nan", 0), a.RealOrNull(2, "posinf"), a.RealOrNull(3, "neginf"))
        },
        { "angle", Unary(t => t.Angle()) },
        { "special.entr", Unary(t => t.Entr()) },
        { "special.ndtr", Unary(t => t.Ndtr()) },
        { "clone", Unary(t => t.Clone()) },
        { "contiguous", Unary(t => t.Contiguous()) },
        { "float", Unary(t => t.Float()) },
        { "double", Unary(t => t.Double()) },
        { "half", Unary(t => t.Half()) },
        { "bfloat16", Unary(t => t.BFloat16()) },
        { "long", Unary(t => t.Long()) },
        { "int", Unary(t => t.Int()) },
        { "short", Unary(t => t.Short()) },
        { "char", Unary(t => t.Char()) },
        { "byte", Unary(t => t.Byte()) },
        { "bool", Unary(t => t.Bool()) },
        { "to", a => To(a) },
        { "type", a => a.Self.To(a.DType(1, "dtype") ?? throw a.Wrong("dtype", "is missing")) },
        { "type_as", a => a.Self.To(a.Tensor(1, "other").DType) },
        { "cpu", a => a.Self.To(ComputeDevice.Parse("cpu")) },
    };

    /// <summary>A row of an operator with one tensor and nothing else.</summary>
    internal static Binding Unary(Func<Tensor, Tensor> call) => a => call(a.Self);

    /// <summary><c>to(dtype)</c>, <c>to(device, dtype)</c>, <c>to(other)</c>, with non_blocking and copy.</summary>
    private static Tensor To(Arguments a)
    {
        var self = a.Self;
        var (device, dtype) = (self.Device, self.DType);
        var next = 2;
        if (a.IsTensor(1, "other"))
        {
            var other = a.Tensor(1, "other");
            (device, dtype) = (other.Device, other.DType);
        }
        else if (a.Any(1, "device") is DType only)
            dtype = only;
        else
        {
            device = a.Device(1, "device") ?? device;
            dtype = a.DType(next++, "dtype") ?? dtype;
        }

        _ = a.Flag(next, "non_blocking");
        return self.To(device, dtype, a.Flag(next + 1, "copy"));
    }
}
