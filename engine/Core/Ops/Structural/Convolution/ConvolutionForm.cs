namespace KernelEngine;

/// <summary>Stride, padding and dilation of a convolution for each spatial dimension, and the groups.</summary>
internal sealed class ConvolutionForm
{
    public ConvolutionForm(long[] stride, long[] padding, long[] dilation, long groups)
    {
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
        Integers = new long[1 + (3 * Convolution.SpatialRank)];
        Integers[0] = groups;
        var lead = Convolution.SpatialRank - stride.Length;
        for (var i = 0; i < Convolution.SpatialRank; i++)
        {
            var d = i - lead;
            Integers[1 + i] = d < 0 ? 1 : stride[d];
            Integers[1 + Convolution.SpatialRank + i] = d < 0 ? 0 : padding[d];
            Integers[1 + (2 * Convolution.SpatialRank) + i] = d < 0 ? 1 : dilation[d];
        }
    }

    /// <summary>The steps of the window.</summary>
    public long[] Stride { get; }

    /// <summary>The zeros before each dimension; how many are behind follows from the sizes.</summary>
    public long[] Padding { get; }

    /// <summary>The steps within the window.</summary>
    public long[] Dilation { get; }

    /// <summary>How many convolutions there are side by side.</summary>
    public long Groups { get; }

    /// <summary>The kernels' parameters: groups, then strides, paddings and dilations of three dimensions.</summary>
    public long[] Integers { get; }

    /// <summary>Makes 1 of a stride along which there is one window only.</summary>
    public void ForgetStride(int dimension) =>
        Stride[dimension] = Integers[1 + Convolution.SpatialRank - Stride.Length + dimension] = 1;
}
