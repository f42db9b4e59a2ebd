using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Operands that are permuted, empty or far too large, where results once were wrong.</summary>
public sealed class OddInputTests
{
    [Theory, OnEachDevice]
    public void KronOfPermutedOperands(string device)
    {
        var on = TestDevices.Get(device);
        var b = Tensor.Arange(0, 15, dtype: DType.Float64, device: on).Reshape([5, 1, 3]).Permute(2, 1, 0);
        var matrix = Tensor.Arange(0, 6, dtype: DType.Float64, device: on).Reshape([2, 3]).Transpose(0, 1);
        foreach (var a in new[] { Tensor.Full([], 2.0, DType.Float64, on), matrix })
        {
            Assert.True(a.Kron(b).Eq(a.Contiguous().Kron(b.Contiguous())).All().Item().ToBoolean());
            Assert.True(b.Kron(a).Eq(b.Contiguous().Kron(a.Contiguous())).All().Item().ToBoolean());
        }
    }

    [Theory, OnEachDevice]
    public void RepeatsOfTheirOwn(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1L, 2, 3]).To(on);
        Assert.Equal([1, 1, 3, 3, 3], x.RepeatInterleave(Tensor.FromArray([2L, 0, 3]).To(on)).ToArray<long>());
        Assert.Equal([0], x.RepeatInterleave(Tensor.FromArray([0L, 0, 0]).To(on)).Shape.ToArray());
        Assert.Throws<TensorRuntimeException>(() => x.RepeatInterleave(Tensor.FromArray([1L << 50, 1, 1]).To(on)));
        Assert.Throws<TensorRuntimeException>(
            () => x.RepeatInterleave(Tensor.FromArray([long.MaxValue, long.MaxValue, long.MaxValue]).To(on)));
    }

    [Theory, OnEachDevice]
    public void MeansOverNothingAreNoNumbers(string device)
    {
        var on = TestDevices.Get(device);
        var none = Tensor.Empty([0, 3], DType.Float32, on);
        Assert.True(double.IsNaN(Functional.CrossEntropy(none, none).Item().ToDouble()));
        Assert.Throws<TensorRuntimeException>(
            () => Tensor.Ones([2, 0], device: on).Cov(fweights: Tensor.Ones([0], DType.Int64, on)));
    }

    [Theory, OnEachDevice]
    public void WhatHasNoDimensionsHasNoneToTakeAlong(string device)
    {
        var on = TestDevices.Get(device);
        var e = Assert.Throws<TensorIndexException>(
            () => Tensor.Ones([], device: on).TakeAlongDim(Tensor.Zeros([], DType.Int64, on), -1));
        Assert.StartsWith("Dimension specified as 0 but tensor has no dimensions", e.Message, StringComparison.Ordinal);
        var x = Tensor.Ones([4], device: on);
        Assert.Throws<TensorRuntimeException>(() => x.Histogram(x[..1]));
    }

    [Theory, OnEachDevice]
    public void PlacesInLongSequencesAreThoseFoundOneByOne(string device)
    {
        var on = TestDevices.Get(device);
        var sequence = Tensor.Arange(0, 10_000, dtype: DType.Float32, device: on) / 3;
        sequence[9_990..] = double.NaN;
        foreach (var step in new[] { 1, 2 })
        {
            var all = Tensor.Arange(0, 1001, dtype: DType.Float32, device: on) * 7.77 - 1000;
            var values = all[..^1].Slice(0, 0, 1000, step);
            foreach (var right in new[] { false, true })
            {
                var together = sequence.Searchsorted(values, right: right).ToArray<long>();
                for (var i = 0; i < together.Length; i += 37)
                    Assert.Equal(sequence.Searchsorted(values[i], right: right).Item().ToInt64(), together[i]);
            }
        }
    }
}
