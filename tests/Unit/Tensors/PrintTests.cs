namespace KernelEngine.Tests.Tensors;

public sealed class PrintTests
{
    [Fact]
    public void PrintsAsPyTorch()
    {
        Assert.Equal("tensor([[1., 2.],\n        [3., 4.]])", Tensor.Of([[1.0, 2], [3, 4]]).ToString());
        Assert.Equal("tensor([1.0000e-04, 5.0000e-01])", Tensor.Of([0.0001, 0.5]).ToString());
        Assert.Equal("tensor([       inf, 1.0000e-06])", Tensor.Of([double.PositiveInfinity, 1e-6]).ToString());
        Assert.Equal("tensor([], size=(3, 0), dtype=torch.bool)", Tensor.Zeros([3, 0], DType.Bool).ToString());
        Assert.Equal(
            "tensor([ 1.5000, -2.5000], dtype=torch.float16)", Tensor.Of([1.5, -2.5], DType.Float16).ToString());
        Assert.Equal("tensor(..., device='meta', size=(3,))", Tensor.Zeros([3], device: ComputeDevice.Meta).ToString());
        Assert.Equal("tensor([1.], requires_grad=True)", Tensor.Of([1.0], requiresGrad: true).ToString());
        Assert.Equal("tensor([-0., nan])", Tensor.Of([-0.0, double.NaN]).ToString());
    }

    [Fact]
    public void TiesRoundToEven()
    {
        Assert.Equal("tensor([0.1250, 0.3750])", Tensor.Of([0.125, 0.375]).ToString());
        Assert.Equal("tensor([1.0312, 1.0938])", Tensor.Of([1.03125, 1.09375]).ToString());
    }

    [Fact]
    public void LargeTensorsAreSummarised() => Assert.Equal(
        "tensor([   0,    1,    2,  ..., 1998, 1999, 2000])", Tensor.Arange(2001).ToString());

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void NumbersOfOtherDevicesAreRead(string device)
    {
        var x = Tensor.Of([[1.5, -2], [3, double.NaN]]);
        Assert.Equal(
            $"{x.ToString()[..^1]}, device='{device}')", x.To(TestDevices.Get(device)).ToString());
        Assert.Equal(
            $"tensor([   0,    1,    2,  ..., 1998, 1999, 2000], device='{device}')",
            Tensor.Arange(2001, device: TestDevices.Get(device)).ToString());
    }

    [Fact]
    public void NodesAreNamed() => Assert.Equal(
        "tensor([2.], grad_fn=<AddBackward0>)", (Tensor.Of([1.0], requiresGrad: true) + 1).ToString());
}
