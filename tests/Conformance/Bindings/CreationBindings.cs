namespace KernelEngine.Conformance;

/// <summary>New tensors.</summary>
internal static class CreationBindings
{
    public static readonly BindingTable Table = new()
    {
        { "empty", Made(a => Tensor.Empty(a.Longs(0, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "zeros", Made(a => Tensor.Zeros(a.Longs(0, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "ones", Made(a => Tensor.Ones(a.Longs(0, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        {
            "full",
            Made(a => Tensor.Full(a.Longs(0, "size"), a.Scalar(1, "fill_value"), a.DType(-1, "dtype"),
                a.Device(-1, "device")))
        },
        { "rand", Made(a => Tensor.Rand(a.Longs(0, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "randn", Made(a => Tensor.Randn(a.Longs(0, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "randint", Made(a => RandInt(a)) },
        { "randperm", Made(a => Tensor.Randperm(a.Long(0, "n"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "empty_like", Made(a => Tensor.EmptyLike(a.Self, a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "zeros_like", Made(a => Tensor.ZerosLike(a.Self, a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "ones_like", Made(a => Tensor.OnesLike(a.Self, a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        {
            "full_like",
            Made(a => Tensor.FullLike(a.Self, a.Scalar(1, "fill_value"), a.DType(-1, "dtype"),
                a.Device(-1, "device")))
        },
        { "rand_like", Made(a => Tensor.RandLike(a.Self, a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "randn_like", Made(a => Tensor.RandnLike(a.Self, a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "zero_", a => a.Self.Zero_() },
        {
            "fill_",
            a => a.IsTensor(1, "value") ? a.Self.Fill_(a.Tensor(1, "value")) : a.Self.Fill_(a.Scalar(1, "value"))
        },
        { "copy_", a => a.Self.Copy_(a.Tensor(1, "src")) },
    };

    /// <summary>A row of a function that makes a leaf, which may want a gradient.</summary>
    private static Binding Made(Func<Arguments, Tensor> make) => a =>
    {
        var made = make(a);
        return a.Flag(-1, "requires_grad") ? made.RequiresGrad_() : made;
    };

    /// <summary><c>randint(high, size)</c>, <c>randint(low, high, size)</c>.</summary>
    private static Tensor RandInt(Arguments a)
    {
        var one = a.IsList(1, "size");
        var (low, high) = one ? (0, a.Long(0, "high")) : (a.Long(0, "low"), a.Long(1, "high"));
        var size = a.Longs(one ? 1 : 2, "size");
        return Tensor.Randint(low, high, size, a.DType(-1, "dtype"), a.Device(-1, "device"));
    }
}
