namespace KernelEngine.Conformance;

/// <summary>Functions of one tensor, element by element, and conversions.</summary>
internal static class UnaryBindings
{
    public static readonly BindingTable Table = new()
    {
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
