using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>The loops that measure what a device can do at most: every operation that they count is done.</summary>
public class CeilingTests
{
    [Theory]
    [InlineData("vulkan:0", 100)]
    [InlineData("vulkan:0", 512)]
    [InlineData("opencl:0", 512)]
    [InlineData("directcompute:0", 512)]
    [InlineData("cuda:0", 3)]
    public void Every_multiply_add_is_done(string name, int rounds)
    {
        var sums = Tensor.Zeros([1000], device: TestDevices.Get(name));
        sums.Storage.ResolveForWriting();
        var gpu = ((GpuBuffer)sums.Operand().Buffer).Owner;
        var operations = GpuKernels.LaunchMultiplyAdds(gpu, sums.Operand(), rounds, 1, 1);
        Assert.Equal(2.0 * 1000 * rounds * 64, operations);
        Assert.All(sums.ToArray<float>(), sum => Assert.Equal(GpuKernels.SumOfAdds(rounds), sum));
    }
}
