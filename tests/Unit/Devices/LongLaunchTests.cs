namespace KernelEngine.Tests;

/// <summary>
/// Launches in which a thread has much to do. llvmpipe ends a thread's loops after 65535 rounds in all.
/// </summary>
public sealed class LongLaunchTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ManyElements(string device)
    {
        const long n = 90_000_001;
        var x = Tensor.Ones([n], DType.UInt8, TestDevices.Get(device));
        Assert.Equal(n, x.Sum().Item<long>());
        Assert.Equal(2 * n, (x + 1).Sum().Item<long>());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ManyRows(string device)
    {
        var x = Tensor.Ones([40_000, 1000], DType.Float32, TestDevices.Get(device));
        var sums = x.Softmax(1).Sum([1]);
        Assert.Equal(0, (sums - 1).Abs().Max().Item<float>(), 1e-4f);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void LongProducts(string device)
    {
        var on = TestDevices.Get(device);
        var product = Tensor.Ones([5, 300_000], device: on).Matmul(Tensor.Ones([300_000, 7], device: on));
        Assert.Equal(300_000, product.Min().Item<float>());
        Assert.Equal(300_000, product.Max().Item<float>());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ManyWindows(string device)
    {
        var x = Tensor.Ones([64, 64, 64, 64], device: TestDevices.Get(device));
        Assert.Equal(1, x.AvgPool2d(7, 1).Min().Item<float>(), 1e-5f);
        Assert.Equal(1, x.Gather(3, Tensor.Zeros([64, 64, 64, 64], DType.Int64, x.Device)).Min().Item<float>());
        Assert.Equal(64, x.Cumsum(3).Max().Item<float>());
    }
}
