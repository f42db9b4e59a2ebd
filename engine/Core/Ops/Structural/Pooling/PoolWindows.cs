namespace KernelEngine;

/// <summary>
/// How windows lie over the last dimensions of a tensor, always written as three of them: depth, height, width.
/// Kernels see tensors as [N, C, D, H, W].
/// </summary>
internal sealed class PoolWindows
{
    private readonly long[] kernel = [1, 1, 1], stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1];
    private readonly long[] output = [1, 1, 1];

    /// <summary>Windows over the last dimensions; output sizes are still to be computed.</summary>
    /// <exception cref="TensorRuntimeException">A number is not a 32-bit one.</exception>
    public PoolWindows(int spatial, Shape kernel, Shape stride, Shape padding, Shape dilation)
    {
        Spatial = spatial;
        Spread(kernel, this.kernel);
        Spread(stride.Rank == 0 ? kernel : stride, this.stride);
        Spread(padding, this.padding);
        Spread(dilation, this.dilation);
    }

    /// <summary>How many of the last dimensions windows move along.</summary>
    public int Spatial { get; }

    /// <summary>The sizes of a window.</summary>
    public ReadOnlySpan<long> Kernel => kernel;

    /// <summary>The steps from window to window.</summary>
    public ReadOnlySpan<long> Stride => stride;

    /// <summary>What is thought of before and behind the input.</summary>
    public ReadOnlySpan<long> Padding => padding;

    /// <summary>The steps within a window.</summary>
    public ReadOnlySpan<long> Dilation => dilation;

    /// <summary>How many windows there are.</summary>
    public ReadOnlySpan<long> Output => output;

    /// <summary>How many elements a window has.</summary>
    public long Volume => (long)Int128.Min(long.MaxValue, (Int128)kernel[0] * kernel[1] * kernel[2]);

    /// <summary>Kernel, stride, padding, dilation: three numbers each.</summary>
    public long[] ToIntegers() => [.. kernel, .. stride, .. padding, .. dilation];

    /// <summary>Computes how many windows there are.</summary>
    /// <param name="input">A tensor's shape.</param>
    /// <param name="ceilMode">Whether windows may reach beyond the end.</param>
    /// <exception cref="TensorRuntimeException">The stride is zero, or the padding more than half a window.</exception>
    public void Fit(Shape input, bool ceilMode)
    {
        for (var i = 3 - Spatial; i < 3; i++)
        {
            if (stride[i] == 0)
                throw new TensorRuntimeException("stride should not be zero");
            if (padding[i] < 0)
                throw new TensorRuntimeException($"pad must be non-negative, but got pad: {padding[i]}");
            if (padding[i] > kernel[i] / 2)
            {
                throw new TensorRuntimeException(
                    $"pad should be at most half of kernel size, but got pad={padding[i]} and kernel_size={kernel[i]}");
            }

            output[i] = Count(input[input.Rank - 3 + i], i, ceilMode);
        }
    }

    /// <summary>The number of windows along one dimension.</summary>
    public long Count(long size, int dimension, bool ceilMode)
    {
        var (step, pad) = (stride[dimension], padding[dimension]);
        var room = size + (2 * pad) - (dilation[dimension] * (kernel[dimension] - 1)) - 1;
        var count = FloorDivide(room + (ceilMode ? step - 1 : 0), step) + 1;

        // The last window must start inside the input, or in the padding before it.
        return ceilMode && (count - 1) * step >= size + pad ? count - 1 : count;
    }

    /// <summary>The shape of the result.</summary>
    public Shape ShapeOf(Shape input) => [.. input.AsSpan()[..(input.Rank - Spatial)], .. output.AsSpan(3 - Spatial)];

    /// <summary>A tensor as kernels see it: [N, C, D, H, W].</summary>
    public static Operand Planes(Tensor tensor, int spatial)
    {
        Span<long> sizes = [1, 1, 1, 1, 1];
        Span<long> strides = [0, 0, 0, 0, 0];
        var rank = tensor.Rank;
        for (var d = 0; d < rank; d++)
        {
            // Spatial dimensions to the end, the channels to place 1, the batch, where there is one, to place 0.
            var place = d >= rank - spatial ? 5 - rank + d : d + 2 - (rank - spatial);
            (sizes[place], strides[place]) = (tensor.Shape[d], tensor.Strides[d]);
        }

        var operand = tensor.Operand();
        return operand with { Layout = new Layout([.. sizes], strides.ToArray(), operand.Layout.Offset) };
    }

    /// <summary>Floor of a quotient.</summary>
    public static long FloorDivide(long a, long b)
    {
        var quotient = a / b;
        return a % b != 0 && a < 0 != b < 0 ? quotient - 1 : quotient;
    }

    private void Spread(Shape given, long[] into)
    {
        for (var i = 0; i < Spatial && given.Rank > 0; i++)
        {
            // So that no product of two of them, or of one and a size, is more than 64 bits hold.
            var number = given[given.Rank == 1 ? 0 : i];
            into[3 - Spatial + i] = number == (int)number
                ? number : throw new TensorRuntimeException("integer out of range");
        }
    }
}
