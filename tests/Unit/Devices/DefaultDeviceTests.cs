namespace KernelEngine.Tests;

/// <summary>What depends on the default device, which is the whole process's: nothing else runs meanwhile.</summary>
[Collection(Conformance.ConformanceCollection.Name)]
public class DefaultDeviceTests
{
    [Fact]
    public void A_printed_form_names_a_device_that_is_not_the_default()
    {
        var before = ComputeDevice.Default;
        var (cpu, meta) = (Tensor.Ones(2), Tensor.Zeros([3], device: ComputeDevice.Meta));
        Assert.Equal("tensor(..., device='meta', size=(3,))", meta.ToString());
        try
        {
            ComputeDevice.Default = ComputeDevice.Meta;
            Assert.Equal("tensor(..., size=(3,))", meta.ToString());
            Assert.Equal("tensor([1., 1.], device='cpu')", cpu.ToString());
            Assert.Same(ComputeDevice.Meta, Tensor.Zeros(2).Device);
        }
        finally
        {
            ComputeDevice.Default = before;
        }
    }
}
