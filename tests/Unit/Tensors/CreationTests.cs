namespace KernelEngine.Tests.Tensors;

public sealed class CreationTests
{
    [Theory, OnEachDevice]
    public void LiteralsTellTheirDType(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal(DType.Float32, Tensor.Of([[1.0, 2], [3, 4]], device: on).DType);
        Assert.Equal(DType.Int64, Tensor.Of([[1, 2]], device: on).DType);
        Assert.Equal(DType.Bool, Tensor.Of([true], device: on).DType);
        Assert.True(Tensor.Of(3.0, device: on).Shape == []);
        Assert.True(Tensor.Of([[[1], [2]]], device: on).Shape == [1, 2, 1]);
        Assert.Equal(DType.Float64, Tensor.Of([1, 2], DType.Float64, device: on).DType);
    }

    [Theory, OnEachDevice]
    public void RaggedLiteralsAreRefused(string device)
    {
        var on = TestDevices.Get(device);
        var error = Assert.Throws<TensorValueException>(() => Tensor.Of([[1, 2], [3]], device: on));
        Assert.StartsWith("expected sequence of length 2 at dim 1 (got 1)", error.Message, StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void ArraysOfAnyRank(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal([1, 2, 3, 4], Tensor.Of(new float[,] { { 1, 2 }, { 3, 4 } }, device: on).ToArray<float>());
        Assert.True(Tensor.Of(new[] { new[] { 1, 2 }, new[] { 3, 4 } }, device: on).Shape == [2, 2]);
    }

    [Theory, OnEachDevice]
    public void RangesCountExactly(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal([0L, 1, 2], Tensor.Arange(3, device: on).ToArray<long>());
        Assert.Equal([5L, 3, 1], Tensor.Arange(5, 0, -2, device: on).ToArray<long>());
        Assert.Equal(10, Tensor.Arange(0, 1, 0.1, device: on).ElementCount);
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1f], Tensor.Linspace(0, 1, 5, device: on).ToArray<float>());
        Assert.Equal([1f, 10f, 100f], Tensor.Logspace(0, 2, 3, device: on).ToArray<float>());
        Assert.Equal([1f, 0, 0, 0, 1, 0], Tensor.Eye(2, 3, device: on).ToArray<float>());
        Assert.Throws<TensorRuntimeException>(() => Tensor.Arange(0, -3, 2, device: on));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Linspace(0, 3, -1, device: on));
    }
}
