namespace KernelEngine;

/// <summary>Elements at indices along one dimension, an index for each element.</summary>
internal static class Gather
{
    /// <summary>destination[i, j, …] = source[i, index[i, j, …], …] for dimension 1.</summary>
    public static readonly StructuralKernel Kernel = new(
        "gather", [("source", Access.Read), ("index", Access.Read), ("destination", Access.Write)], ["dimension"]);

    /// <summary>destination[i, index[i, j, …], …] = source[i, j, …] in row-major order: the last one wins.</summary>
    public static readonly StructuralKernel Scatter = new(
        "scatter", [("source", Access.Read), ("index", Access.Read), ("destination", Access.ReadWrite)], ["dimension"]);

    /// <summary>
    /// As <see cref="Scatter"/>, combining with what is there, for each place in row-major order of the source; the
    /// combination is a <see cref="Combination"/>.
    /// </summary>
    public static readonly StructuralKernel ScatterReduce = new(
        "scatter_reduce", [("source", Access.Read), ("index", Access.Read), ("destination", Access.ReadWrite)],
        ["dimension", "combination"]);

    /// <summary>How values that go to the same place are combined.</summary>
    public enum Combination
    {
        /// <summary>Their sum.</summary>
        Sum,
        /// <summary>Their product.</summary>
        Product,
        /// <summary>The smallest; NaN if any is.</summary>
        Smallest,
        /// <summary>The largest; NaN if any is.</summary>
        Largest,
    }

    /// <summary>The elements, nothing recorded.</summary>
    public static Tensor Read(Tensor source, int dimension, Tensor index)
    {
        var result = Tensor.Allocate(source.Device, Layout.Contiguous(index.Shape), source.DType);
        if (index.ElementCount > 0)
        {
            source.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands = [Whole(source), Whole(index), Whole(result)],
                Integers = [dimension],
            });
        }

        return result;
    }

    /// <summary>Writes over elements, nothing recorded.</summary>
    public static void Write(Tensor target, int dimension, Tensor index, Tensor source, Combination? combination)
    {
        if (index.ElementCount == 0)
            return;
        ReadOnlySpan<long> integers = combination is { } how ? [dimension, (long)how] : [dimension];
        target.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = combination is null ? Scatter : ScatterReduce,
            Operands = [Whole(source), Whole(index), Whole(target)],
            Integers = integers,
        });
    }

    /// <summary>Kernels know no 0-dimensional tensors.</summary>
    private static Operand Whole(Tensor tensor) => new(
        tensor.Storage.Resolve(), tensor.Rank > 0 ? tensor.Layout : tensor.Layout.With(0), tensor.DType);
}
