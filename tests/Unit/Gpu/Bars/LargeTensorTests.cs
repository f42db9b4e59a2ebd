using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Tensors larger than what a shader can see of a buffer at once on many devices (128 MiB), and than one dispatch.
/// </summary>
[Collection(GpuCountsCollection.Name)]
public sealed class LargeTensorTests
{
    private const int Mega = 1 << 20;

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void Bytes_are_filled_added_summed_and_cut(string name)
    {
        var device = TestDevices.Get(name);
        using var scope = new TensorScope();
        var x = Tensor.Full([160 * Mega], 3, DType.UInt8, device);
        x[(150 * Mega)..].Fill_(5);
        x.Add_(1);
        Assert.Equal([4, 6], x[((150 * Mega) - 1)..((150 * Mega) + 1)].ToArray<byte>());
        Assert.Equal((150L * Mega * 4) + (10L * Mega * 6), x.Sum().Item<long>());
        var part = x[(159 * Mega)..];
        Assert.Equal(6L * Mega, part.Sum().Item<long>());
        Assert.Equal(6, part.Clone()[^1].Item<byte>());
    }

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void Floats_lie_across_the_limit(string name)
    {
        var device = TestDevices.Get(name);
        using var scope = new TensorScope();
        var x = Tensor.Arange(40 * Mega, dtype: DType.Float32, device: device).Reshape(40, Mega);
        Assert.Equal([39f * Mega, (39f * Mega) + 1], x[39, ..2].ToArray<float>());
        var rows = x.Amax([1]);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (float)((i * Mega) - 1)), rows.ToArray<float>());
        Assert.Equal([7f, Mega + 7f, (39 * Mega) + 7f], x.IndexSelect(
            0, Tensor.FromArray([0L, 1, 39]).To(device)).Select(1, 7).ToArray<float>());
        var columns = x.T[5].Contiguous();
        Assert.Equal(39 * Mega + 5, columns[39].Item<float>());
        var host = x[33].ToArray<float>();
        Assert.Equal(33 * Mega + 1000, host[1000]);
    }

    [Theory]
    [InlineData("vulkan:0")]
    [InlineData("opencl:0")]
    public void A_gpu_goes_over_more_elements_than_a_dispatch_has_threads(string name)
    {
        var device = TestDevices.Get(name);
        using var scope = new TensorScope();
        LaunchShape.Forced = false;
        try
        {
            var count = (65536L * 256) + 77;
            var x = Tensor.Full([count], 1, DType.UInt8, device);
            x.Add_(x);
            Assert.Equal(2 * count, x.Sum().Item<long>());
            var order = x.Cumsum(0, DType.Int32);
            Assert.Equal(2 * count, order[^1].Item<int>());
            var rows = Tensor.Ones([70_000, 3], device: device);
            Assert.Equal(3, rows.Sum(1)[^1].Item<float>());
            Assert.Equal(1 / 3f, rows.Softmax(1)[69_999, 2].Item<float>(), 1e-6f);
        }
        finally
        {
            LaunchShape.Forced = null;
        }
    }
}
