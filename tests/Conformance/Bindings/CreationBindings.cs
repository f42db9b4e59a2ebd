namespace KernelEngine.Conformance;

/// <summary>New tensors.</summary>
internal static class CreationBindings
{
    public static readonly BindingTable Table = new()
    {
        { "tensor as_tensor", Made(a => Of(a.Any(0, "data"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
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
        { "randint", Made(RandInt) },
        { "randperm", Made(a => Tensor.Randperm(a.Long(0, "n"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        {
            "eye",
            Made(a => Tensor.Eye(a.Long(0, "n"), a.LongOrNull(1, "m"), a.DType(-1, "dtype"), a.Device(-1, "device")))
        },
        { "arange", Made(Arange) },
        {
            "linspace",
            Made(a => Tensor.Linspace(a.Scalar(0, "start"), a.Scalar(1, "end"), a.Long(2, "steps"),
                a.DType(-1, "dtype"), a.Device(-1, "device")))
        },
        {
            "logspace",
            Made(a => Tensor.Logspace(a.Scalar(0, "start"), a.Scalar(1, "end"), a.Long(2, "steps"),
                a.Real(3, "base", 10), a.DType(-1, "dtype"), a.Device(-1, "device")))
        },
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
        { "new_empty", Made(a => a.Self.NewEmpty(a.Longs(1, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "new_zeros", Made(a => a.Self.NewZeros(a.Longs(1, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        { "new_ones", Made(a => a.Self.NewOnes(a.Longs(1, "size"), a.DType(-1, "dtype"), a.Device(-1, "device"))) },
        {
            "new_full",
            Made(a => a.Self.NewFull(a.Longs(1, "size"), a.Scalar(2, "fill_value"), a.DType(-1, "dtype"),
                a.Device(-1, "device")))
        },
        {
            "new_tensor",
            Made(a => Of(a.Any(1, "data"), a.DType(-1, "dtype"), a.Device(-1, "device") ?? a.Self.Device))
        },
        { "uniform_", a => a.Self.Uniform_(a.Real(1, "from", 0), a.Real(2, "to", 1)) },
        { "normal_", a => a.Self.Normal_(a.Real(1, "mean", 0), a.Real(2, "std", 1)) },
        {
            "bernoulli_",
            a => a.IsTensor(1, "p") ? a.Self.Bernoulli_(a.Tensor(1, "p")) : a.Self.Bernoulli_(a.Real(1, "p", 0.5))
        },
        { "bernoulli", a => a.RealOrNull(1, "p") is { } p ? a.Self.Bernoulli(p) : a.Self.Bernoulli() },
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

    /// <summary><c>arange(end)</c>, <c>arange(start, end)</c>, <c>arange(start, end, step)</c>.</summary>
    private static Tensor Arange(Arguments a)
    {
        var one = a.Count == 1 && !a.Has(1, "end");
        var start = one ? 0 : a.Scalar(0, "start", 0);
        var end = one ? a.Scalar(0, "end") : a.Scalar(1, "end");
        return Tensor.Arange(start, end, a.Scalar(2, "step", 1), a.DType(-1, "dtype"), a.Device(-1, "device"));
    }

    /// <summary><c>randint(high, size)</c>, <c>randint(low, high, size)</c>.</summary>
    private static Tensor RandInt(Arguments a)
    {
        var one = a.IsList(1, "size");
        var (low, high) = one ? (0, a.Long(0, "high")) : (a.Long(0, "low"), a.Long(1, "high"));
        var size = a.Longs(one ? 1 : 2, "size");
        return Tensor.Randint(low, high, size, a.DType(-1, "dtype"), a.Device(-1, "device"));
    }

    /// <summary>A tensor of nested Python lists, or a copy of a tensor.</summary>
    internal static Tensor Of(object? data, DType? dtype, ComputeDevice? device)
    {
        if (data is not Tensor tensor)
            return Tensor.Of(LiteralOf(data), dtype, device);
        var (on, type) = (device ?? tensor.Device, dtype ?? tensor.DType);
        return tensor.Detach().To(on, type, copy: true);
    }

    private static TensorLiteral LiteralOf(object? data) => data switch
    {
        bool value => value,
        long value => value,
        double value => value,
        Tensor tensor => tensor.Item(),
        object?[] items => TensorLiteral.Create(Array.ConvertAll(items, LiteralOf)),
        TupleValue tuple => TensorLiteral.Create(Array.ConvertAll(tuple.Items, LiteralOf)),
        _ => throw new CannotBindException($"no tensor of {Comparison.Text(data)}"),
    };
}
