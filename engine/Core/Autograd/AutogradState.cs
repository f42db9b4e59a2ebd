namespace KernelEngine;

/// <summary>What autograd knows of a tensor beyond its node; only leaves, views and hooked tensors have one.</summary>
internal sealed class AutogradState
{
    /// <summary>Whether a leaf wants a gradient.</summary>
    public bool RequiresGrad { get; set; }

    /// <summary>The gradient.</summary>
    public Tensor? Grad { get; set; }

    /// <summary>The end of graphs in a leaf.</summary>
    public AccumulateGrad? Accumulator { get; set; }

    /// <summary>For a view: the tensor that it is a view of, itself no view.</summary>
    public Tensor? Base { get; set; }

    /// <summary>For a view: the version of the storage for which its node is right.</summary>
    public int ViewVersion { get; set; }

    /// <summary>For a view: why it cannot be written in place while it is recorded; null where it can.</summary>
    public string? WhyReadOnly { get; set; }

    /// <summary>Whether a tensor that is no leaf keeps its gradient.</summary>
    public bool RetainsGrad { get; set; }

    /// <summary>The number that a 0-dimensional tensor was made from, in full precision.</summary>
    public Scalar? Number { get; set; }
}
