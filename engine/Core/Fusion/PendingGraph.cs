namespace KernelEngine;

/// <summary>
/// A walk through calls that are pending, from some of them down to memory: each call once, after what it reads. Used
/// under the gate of a <see cref="PendingQueue"/>.
/// </summary>
/// <remarks>
/// All calls of a walk have the shape of its first one, or one element, which is then computed beside each element of
/// the others: cheaper than a launch.
/// </remarks>
internal sealed class PendingGraph
{
    private long walk;
    private int firstScalar;

    /// <summary>The calls, those that are read before those that read them.</summary>
    public List<PendingCall> Calls { get; } = [];

    /// <summary>The memory that they read: each operand once, in the shape of the walk, repeating elements last.</summary>
    public List<Operand> Leaves { get; } = [];

    /// <summary>The products that they read: these come first, or take the sum with another operand into their launch.
    /// </summary>
    public List<PendingCall> Products { get; } = [];

    /// <summary>The elements of what is computed.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Starts over.</summary>
    public void Begin(Shape shape)
    {
        walk++;
        Shape = shape;
        Clear();
    }

    /// <summary>Forgets what was found.</summary>
    public void Clear()
    {
        Calls.Clear();
        Leaves.Clear();
        Products.Clear();
        firstScalar = 0;
    }

    /// <summary>Whether the walk has been at a call.</summary>
    public bool Has(PendingCall call) => call.Walk == walk;

    /// <summary>Walks from a call. Chains have a limit, so that recursion does no harm.</summary>
    public void Visit(PendingCall call)
    {
        if (call.Walk == walk)
            return;
        call.Walk = walk;
        VisitSources(call.Sources, call.Program);
        call.Place = Calls.Count;
        Calls.Add(call);
    }

    /// <summary>Walks from what a call reads.</summary>
    public void VisitSources(ReadOnlySpan<PendingSource> sources, PointwiseProgram program)
    {
        for (var i = 0; i < sources.Length; i++)
        {
            ref readonly var source = ref sources[i];
            if (source.Buffer is { } memory)
                AddLeaf(new(memory, In(Shape, source.Layout), program.Inputs[i]));
            else if (source.Pending!.Call is { Product: not null } product)
                Products.Add(product);
            else
                Visit(source.Pending!.Call);
        }
    }

    /// <summary>The parameters of all calls, in the order of the walk.</summary>
    public long[] ToParameters()
    {
        if (Calls.Count == 1)
            return Calls[0].Parameters;
        var count = 0;
        foreach (var call in Calls)
            count += call.Parameters.Length;
        var parameters = new long[count];
        count = 0;
        foreach (var call in Calls)
        {
            call.Parameters.CopyTo(parameters, count);
            count += call.Parameters.Length;
        }

        return parameters;
    }

    /// <summary>Walks to a call that reads memory alone: its leaves are its program's inputs, one by one.</summary>
    public void VisitAlone(PendingCall call)
    {
        Begin(call.Layout.Shape);
        call.Place = 0;
        Calls.Add(call);
        for (var i = 0; i < call.Sources.Length; i++)
        {
            ref readonly var source = ref call.Sources[i];
            Leaves.Add(new(source.Buffer!, In(Shape, source.Layout), call.Program.Inputs[i]));
        }
    }

    /// <summary>Goes back to where the walk was.</summary>
    public void Cut(int calls, ReadOnlySpan<Operand> leaves, int scalars)
    {
        for (var i = calls; i < Calls.Count; i++)
            Calls[i].Walk = 0;
        Calls.RemoveRange(calls, Calls.Count - calls);
        Leaves.Clear();
        Products.Clear();
        Leaves.AddRange(leaves);
        firstScalar = scalars;
    }

    /// <summary>How many of the leaves have an element for each of the walk.</summary>
    public int FirstScalar => firstScalar;

    /// <summary>Which of the leaves a source is.</summary>
    public int LeafOf(in PendingSource source, DType dtype)
    {
        var memory = source.Buffer;
        var layout = In(Shape, source.Layout);
        for (var i = 0; i < Leaves.Count; i++)
        {
            if (IsSame(Leaves[i], memory!, layout, dtype))
                return i;
        }

        throw new InvalidOperationException("the walk has not been there");
    }

    /// <summary>A layout in the shape of a walk: broadcast, or one element everywhere.</summary>
    public static Layout In(Shape shape, Layout layout) =>
        layout.Shape == shape ? layout
        : layout.ElementCount == 1 ? new(shape, new long[shape.Rank], layout.Offset)
        : layout.Expand(shape);

    private static bool IsSame(in Operand leaf, DeviceBuffer memory, Layout layout, DType dtype) =>
        ReferenceEquals(leaf.Buffer, memory) && ReferenceEquals(leaf.DType, dtype) && leaf.Layout.SameAs(layout);

    private void AddLeaf(in Operand operand)
    {
        foreach (var leaf in Leaves)
        {
            if (IsSame(leaf, operand.Buffer, operand.Layout, operand.DType))
                return;
        }

        if (operand.Layout.RepeatsOneElement)
            Leaves.Add(operand);
        else
            Leaves.Insert(firstScalar++, operand);
    }
}
