using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Operands that are permuted, empty or far too large, where results once were wrong.</summary>
public sealed class OddInputTests
{
    [Fact]
    public void KronOfPermutedOperands()
    {
        var b = Tensor.Arange(0, 15, dtype: DType.Float64).Reshape([5, 1, 3]).Permute(2, 1, 0);
        foreach (var a in new[] { Tensor.Full([], 2.0, DType.Float64), Tensor.Arange(0, 6, dtype: DType.Float64)
            .Reshape([2, 3]).Transpose(0, 1) })
        {
            Assert.True(a.Kron(b).Eq(a.Contiguous().Kron(b.Contiguous())).All().Item().ToBoolean());
            Assert.True(b.Kron(a).Eq(b.Contiguous().Kron(a.Contiguous())).All().Item().ToBoolean());
        }
    }

    [Fact]
    public void RepeatsOfTheirOwn()
    {
        var x = Tensor.FromArray([1L, 2, 3]);
        Assert.Equal([1, 1, 3, 3, 3], x.RepeatInterleave(Tensor.FromArray([2L, 0, 3])).ToArray<long>());
        Assert.Equal([0], x.RepeatInterleave(Tensor.FromArray([0L, 0, 0])).Shape.ToArray());
        Assert.Throws<TensorRuntimeException>(() => x.RepeatInterleave(Tensor.FromArray([1L << 50, 1, 1])));
        Assert.Throws<TensorRuntimeException>(
            () => x.RepeatInterleave(Tensor.FromArray([long.MaxValue, long.MaxValue, long.MaxValue])));
    }

    [Fact]
    public void MeansOverNothingAreNoNumbers()
    {
        var none = Tensor.Empty([0, 3], DType.Float32);
        Assert.True(double.IsNaN(Functional.CrossEntropy(none, none).Item().ToDouble()));
        Assert.Throws<TensorRuntimeException>(
            () => Tensor.Ones([2, 0]).Cov(fweights: Tensor.Ones([0], DType.Int64)));
    }

    [Fact]
    public void WhatHasNoDimensionsHasNoneToTakeAlong()
    {
        var e = Assert.Throws<TensorIndexException>(
            () => Tensor.Ones([]).TakeAlongDim(Tensor.Zeros([], DType.Int64), -1));
        Assert.StartsWith("Dimension specified as 0 but tensor has no dimensions", e.Message, StringComparison.Ordinal);
        Assert.Throws<TensorRuntimeException>(() => Tensor.Ones([4]).Histogram(Tensor.Ones([1])));
    }

    [Fact]
    public void PlacesInLongSequencesAreThoseFoundOneByOne()
    {
        var sequence = Tensor.Arange(0, 10_000, dtype: DType.Float32) / 3;
        sequence[9_990..] = double.NaN;
        foreach (var step in new[] { 1, 2 })
        {
            var values = (Tensor.Arange(0, 1001, dtype: DType.Float32) * 7.77 - 1000)[..^1].Slice(0, 0, 1000, step);
            foreach (var right in new[] { false, true })
            {
                var together = sequence.Searchsorted(values, right: right).ToArray<long>();
                for (var i = 0; i < together.Length; i += 37)
                    Assert.Equal(sequence.Searchsorted(values[i], right: right).Item().ToInt64(), together[i]);
            }
        }
    }
}
