namespace KernelEngine.Tests.SystemTensors;

public sealed class NumericsExchangeTests
{
    [Fact]
    public void Spans_share_memory()
    {
        var x = Tensor.Of([[1.0, 2], [3, 4]]);
        var span = x.AsTensorSpan<float>();
        span[1, 0] = 7;
        x += 1;
        Assert.Equal([2f, 3, 8, 5], x.ToArray<float>());
        Assert.Equal(8, span[1, 0]);
        Assert.Equal(2, span.Rank);
    }

    [Theory, OnEachDevice]
    public void Copies_keep_shape_and_order(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Of([[1.0, 2, 3], [4, 5, 6]], device: on).T;
        var numerics = x.ToNumericsTensor<float>();
        Assert.Equal([3, 2], numerics.Lengths.ToArray());
        Assert.Equal(4, numerics[0, 1]);
        var back = numerics.ToKernelTensor(on);
        Assert.True(back.Equal(x));
        numerics[0, 1] = 9;
        Assert.Equal(4, back[0, 1].Item<float>());
    }

    [Fact]
    public void Two_tensors_share_an_array()
    {
        long[] array = [1, 2, 3, 4, 5, 6];
        var (kernel, numerics) = NumericsExchange.Share(array, [2, 3]);
        kernel += 1;
        Assert.Equal(7, numerics[1, 2]);
        numerics[0, 0] = 40;
        Assert.Equal(40, kernel[0, 0].Item<long>());
        Assert.Equal(40, array[0]);
    }

    [Fact]
    public void What_cannot_be_shared_throws()
    {
        Assert.Throws<TensorRuntimeException>(() => { Tensor.Ones(2, 3).T.AsTensorSpan<float>(); });
        Assert.Throws<TensorTypeException>(() => { Tensor.Ones(2, 3).AsTensorSpan<double>(); });
        Assert.Throws<TensorRuntimeException>(
            () => { Tensor.Ones([2], device: ComputeDevice.Meta).AsTensorSpan<float>(); });
    }
}
