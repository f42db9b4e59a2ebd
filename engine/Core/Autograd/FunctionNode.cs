namespace KernelEngine;

/// <summary>What a <see cref="FunctionNode"/> saved.</summary>
internal readonly struct SavedTensors(SavedTensor[] tensors, Node owner)
{
    /// <summary>The tensor at a place, if it has not been written to since.</summary>
    public Tensor this[int index] => tensors[index].Unpack(owner);
}

/// <summary>
/// A node whose backward is a function over tensor operators, so that second derivatives come by themselves.
/// </summary>
internal sealed class FunctionNode : Node
{
    private readonly Func<Tensor?[], SavedTensors, Tensor?[]> backward;
    private readonly SavedTensor[] saved;
    private bool released;

    public FunctionNode(
        string name, int inputs, ReadOnlySpan<Tensor> save, Func<Tensor?[], SavedTensors, Tensor?[]> backward)
        : base(name, inputs)
    {
        this.backward = backward;
        saved = save.Length == 0 ? [] : new SavedTensor[save.Length];
        for (var i = 0; i < save.Length; i++)
            saved[i] = new(save[i]);
    }

    internal override Tensor?[] Backward(Tensor?[] gradients)
    {
        if (released && saved.Length > 0)
            throw Released();
        return backward(gradients, new(saved, this));
    }

    /// <summary>Notes that a tensor, which may be among the saved ones, is a result.</summary>
    internal void MarkResult(Tensor result)
    {
        for (var i = 0; i < saved.Length; i++)
        {
            if (saved[i].Is(result))
                saved[i] = saved[i].AsResult();
        }
    }

    internal override void Release()
    {
        released = true;
        Array.Clear(saved);
    }
}
