namespace KernelEngine.Cpu;

/// <summary>
/// A launch cut along a dimension, its parts run on all threads. For kernels whose parts write apart from each other,
/// so that every cut gives the same bits.
/// </summary>
internal readonly struct LaunchParts : IJob
{
    // Elements that make a part worth a thread.
    private const long PartElements = 16384;
    private const long MostParts = 64;

    private readonly StructuralKernel kernel;
    private readonly Operand[] operands;
    private readonly int[] dimensions;
    private readonly long[] integers;
    private readonly double[] reals;
    private readonly long size, perPart;
    private readonly KernelBody body;

    private LaunchParts(
        in StructuralLaunch launch, ReadOnlySpan<int> dimensions, long size, long perPart, KernelBody body)
    {
        (kernel, operands) = (launch.Kernel, launch.Operands.ToArray());
        (integers, reals) = (launch.Integers.ToArray(), launch.Reals.ToArray());
        (this.dimensions, this.size, this.perPart, this.body) = (dimensions.ToArray(), size, perPart, body);
    }

    /// <summary>Runs a kernel's body on parts of its operands.</summary>
    /// <param name="launch">The launch.</param>
    /// <param name="dimensions">For each operand the dimension that is cut, -1 where it stays whole.</param>
    /// <param name="elements">How many elements there are to work on.</param>
    /// <param name="body">The body.</param>
    public static void Run(in StructuralLaunch launch, ReadOnlySpan<int> dimensions, long elements, KernelBody body)
    {
        var size = 0L;
        for (var k = 0; k < dimensions.Length && size == 0; k++)
            size = dimensions[k] < 0 ? 0 : launch.Operands[k].Layout.Shape[dimensions[k]];
        var parts = Math.Min(Math.Min(size, elements / PartElements), MostParts);
        if (parts < 2 || WorkerPool.Threads == 1)
        {
            body(launch);
            return;
        }

        // Whole cache lines, where elements are next to each other.
        var perPart = (size + parts - 1) / parts;
        if (perPart > 64)
            perPart = (perPart + 63) & ~63;
        WorkerPool.Run(
            new LaunchParts(launch, dimensions, size, perPart, body), (int)((size + perPart - 1) / perPart),
            elements);
    }

    /// <summary>The largest of some dimensions; -1 where there are none.</summary>
    public static int Largest(Shape shape, int from, int to, int except = -1)
    {
        var largest = -1;
        for (var d = from; d < to; d++)
        {
            if (d != except && (largest < 0 || shape[d] > shape[largest]))
                largest = d;
        }

        return largest;
    }

    public void Invoke(int block)
    {
        var from = block * perPart;
        var count = Math.Min(perPart, size - from);
        var own = new Operand[operands.Length];
        for (var k = 0; k < own.Length; k++)
        {
            own[k] = k >= dimensions.Length || dimensions[k] < 0
                ? operands[k]
                : operands[k] with { Layout = Narrow(operands[k].Layout, dimensions[k], from, count) };
        }

        body(new StructuralLaunch { Kernel = kernel, Operands = own, Integers = integers, Reals = reals });
    }

    private static Layout Narrow(Layout layout, int dimension, long from, long count)
    {
        var sizes = layout.Shape.AsSpan().ToArray();
        sizes[dimension] = count;
        return new(
            Shape.Create(sizes), layout.Strides.ToArray(), layout.Offset + (from * layout.Strides[dimension]));
    }
}
