namespace KernelEngine.Viewing;

/// <summary>Copies tensors, converted where they are of another dtype, to memory of the viewer's: many in one launch.</summary>
internal sealed class Packing
{
    private static readonly PointwiseUpdate Copy = PointwiseUpdate.Define(
        "viewer_pack", tensors: 2, numbers: 0, (t, _) => [t[1]]);

    private readonly List<Tensor> sets = [];

    /// <summary>Adds a tensor to copy.</summary>
    /// <param name="target">Where to: a flat tensor of as many elements.</param>
    /// <param name="source">What is copied; another shape and other strides do not matter.</param>
    public void Add(Tensor target, Tensor source)
    {
        if (target.ElementCount == 0)
            return;
        sets.Add(target);
        sets.Add(source.Detach().Reshape(-1));
    }

    /// <summary>Copies all, in a launch for each dtype.</summary>
    public void Run() => Copy.Apply(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sets));
}
