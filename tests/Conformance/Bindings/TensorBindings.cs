namespace KernelEngine.Conformance;

/// <summary>Methods and attributes of a tensor that are no operators, and autograd's functions.</summary>
internal static class TensorBindings
{
    public static readonly BindingTable Table = new()
    {
        { "item", Read(t => t.Item()) },
        { "__int__", Read(t => t.Item<long>()) },
        { "__float__", Read(t => t.Item<double>()) },
        { "__bool__", Read(t => (bool)t) },
        { "__len__", Read(t => t.Shape[0]) },
        { "tolist", Read(ListOf) },
        { "size", a => a.IntOrNull(1, "dim") is { } dim ? a.Self.Size(dim) : a.Self.Shape },
        { "shape", Read(t => t.Shape) },
        { "dim ndimension ndim", Read(t => t.Rank) },
        { "numel nelement", Read(t => t.ElementCount) },
        { "stride", a => a.IntOrNull(1, "dim") is { } dim ? a.Self.Stride(dim) : a.Self.Strides.ToArray() },
        { "storage_offset", Read(t => t.StorageOffset) },
        { "is_contiguous", Read(t => t.IsContiguous) },
        { "data_ptr", Read(t => t.DataPointer) },
        { "element_size itemsize", Read(t => t.DType.Size) },
        { "dtype", Read(t => t.DType) },
        { "is_floating_point", Read(t => t.DType.IsFloatingPoint) },
        { "requires_grad", Read(t => t.RequiresGrad) },
        { "is_leaf", Read(t => t.IsLeaf) },
        { "grad", Read(t => t.Grad) },
        { "data detach", Read(t => t.Detach()) },
        { "detach_", Read(t => t.Detach_()) },
        { "_version", Read(t => t.Version) },
        { "grad_fn", Read(t => t.GradientFunction) },
        { "requires_grad_", a => a.Self.RequiresGrad_(a.Flag(1, "requires_grad", true)) },
        { "retain_grad", Do(t => t.RetainGrad()) },
        { "backward", a => Backward(a) },
        { "is_grad_enabled", _ => Autograd.IsEnabled },
        { "manual_seed", ManualSeed },
        { "promote_types", a => DType.Promote(a.DType(0, "type1")!, a.DType(1, "type2")!) },
        { "autograd.grad", a => Grad(a) },
        { "autograd.backward", a => BackwardOfMany(a) },
    };

    private static Binding Read(Func<Tensor, object?> read) => a => read(a.Self);

    private static Binding Do(Action<Tensor> act) => a =>
    {
        act(a.Self);
        return null;
    };

    private static object? ListOf(Tensor tensor) => tensor.Rank == 0
        ? tensor.Item()
        : Array.ConvertAll(tensor.Unbind(), ListOf);

    private static object? ManualSeed(Arguments a)
    {
        Generator.SeedAll((ulong)a.Long(0, "seed"));
        return null;
    }

    private static object? Backward(Arguments a)
    {
        a.Self.Backward(
            a.TensorOrNull(1, "gradient"), a.FlagOrNull(2, "retain_graph"), a.Flag(3, "create_graph"));
        return null;
    }

    private static object? BackwardOfMany(Arguments a)
    {
        Autograd.Backward(
            Several(a, 0, "tensors")!, SeveralOrNull(a, 1, "grad_tensors"), a.FlagOrNull(2, "retain_graph"),
            a.Flag(3, "create_graph"));
        return null;
    }

    private static IReadOnlyList<Tensor?> Grad(Arguments a) => Autograd.Grad(
        Several(a, 0, "outputs")!, Several(a, 1, "inputs")!, SeveralOrNull(a, 2, "grad_outputs"),
        a.FlagOrNull(3, "retain_graph"), a.Flag(4, "create_graph"), a.Flag(6, "allow_unused"));

    private static Tensor?[]? SeveralOrNull(Arguments a, int position, string keyword) =>
        a.Has(position, keyword) ? Several(a, position, keyword) : null;

    /// <summary>Tensors, or one alone; None among them is null.</summary>
    private static Tensor?[] Several(Arguments a, int position, string keyword) => a.Any(position, keyword) switch
    {
        Tensor one => [one],
        object?[] items => Array.ConvertAll(items, OneOf),
        TupleValue tuple => Array.ConvertAll(tuple.Items, OneOf),
        _ => throw a.Wrong(keyword, "is no tensor and no list of tensors"),
    };

    private static Tensor? OneOf(object? item) => item is Tensor or null
        ? (Tensor?)item
        : throw new CannotBindException($"{Comparison.Text(item)} among tensors");
}
