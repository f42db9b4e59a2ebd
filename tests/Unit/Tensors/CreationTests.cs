namespace KernelEngine.Tests.Tensors;

public sealed class CreationTests
{
    [Fact]
    public void LiteralsTellTheirDType()
    {
        Assert.Equal(DType.Float32, Tensor.Of([[1.0, 2], [3, 4]]).DType);
        Assert.Equal(DType.Int64, Tensor.Of([[1, 2]]).DType);
        Assert.Equal(DType.Bool, Tensor.Of([true]).DType);
        Assert.True(Tensor.Of(3.0).Shape == []);
        Assert.True(Tensor.Of([[[1], [2]]]).Shape == [1, 2, 1]);
        Assert.Equal(DType.Float64, Tensor.Of([1, 2], DType.Float64).DType);
    }

    [Fact]
    public void RaggedLiteralsAreRefused()
    {
        var error = Assert.Throws<TensorValueException>(() => Tensor.Of([[1, 2], [3]]));
        Assert.StartsWith("expected sequence of length 2 at dim 1 (got 1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArraysOfAnyRank()
    {
        Assert.Equal([1, 2, 3, 4], Tensor.Of(new float[,] { { 1, 2 }, { 3, 4 } }).ToArray<float>());
        Assert.True(Tensor.Of(new[] { new[] { 1, 2 }, new[] { 3, 4 } }).Shape == [2, 2]);
    }

    [Fact]
    public void RangesCountExactly()
    {
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([5L, 3, 1], Tensor.Arange(5, 0, -2).ToArray<long>());
        Assert.Equal(10, Tensor.Arange(0, 1, 0.1).ElementCount);
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1f], Tensor.Linspace(0, 1, 5).ToArray<float>());
        Assert.Equal([1f, 10f, 100f], Tensor.Logspace(0, 2, 3).ToArray<float>());
        Assert.Equal([1f, 0, 0, 0, 1, 0], Tensor.Eye(2, 3).ToArray<float>());
        Assert.Throws<TensorRuntimeException>(() => Tensor.Arange(0, -3, 2));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Linspace(0, 3, -1));
    }
}
