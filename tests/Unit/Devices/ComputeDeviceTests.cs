namespace KernelEngine.Tests;

public class ComputeDeviceTests
{
    [Fact]
    public void Cpu_and_meta_are_known_by_their_strings()
    {
        Assert.Equal("cpu", ComputeDevice.Parse("cpu").ToString());
        Assert.Equal("cpu", ComputeDevice.Parse("cpu:0").ToString());
        Assert.Equal("meta", ComputeDevice.Meta.ToString());
        Assert.True(ComputeDevice.IsAvailable("cpu"));
        Assert.Contains(ComputeDevice.All, d => d.Type == DeviceType.Cpu);
        Assert.False(string.IsNullOrWhiteSpace(ComputeDevice.Parse("cpu").Name));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cpu:7")]
    [InlineData("cpu:x")]
    [InlineData("cpu:-1")]
    [InlineData("")]
    [InlineData(":")]
    public void A_string_that_is_no_device_says_so(string text)
    {
        Assert.False(ComputeDevice.IsAvailable(text));
        Assert.Contains(text, Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Parse(text)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_device_is_a_real_gpu_under_the_preferred_backend()
    {
        var cpu = Made("cpu", DeviceType.Cpu);
        var software = Made("vulkan", DeviceType.SoftwareGpu);
        var integrated = Made("vulkan", DeviceType.IntegratedGpu);
        var discreteOpenCl = Made("opencl", DeviceType.DiscreteGpu);
        var discreteVulkan = Made("vulkan", DeviceType.DiscreteGpu);
        var discreteCuda = Made("cuda", DeviceType.DiscreteGpu);
        Assert.Same(cpu, ComputeDevice.Choose([software, cpu, ComputeDevice.Meta]).Device);
        Assert.Same(integrated, ComputeDevice.Choose([software, cpu, integrated]).Device);
        Assert.Same(discreteOpenCl, ComputeDevice.Choose([cpu, integrated, discreteOpenCl]).Device);
        Assert.Same(discreteVulkan, ComputeDevice.Choose([discreteOpenCl, discreteVulkan, cpu]).Device);
        Assert.Same(discreteCuda, ComputeDevice.Choose([discreteOpenCl, discreteVulkan, discreteCuda]).Device);
        Assert.Contains("only when named", ComputeDevice.Choose([software, cpu]).Reason, StringComparison.Ordinal);
        Assert.Contains("discrete", ComputeDevice.Choose([discreteCuda, cpu]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Best_says_why() => Assert.Contains("cpu", ComputeDevice.WhyBest, StringComparison.Ordinal);

    [Fact]
    public void Meta_tensors_have_shapes_and_no_data()
    {
        var x = Tensor.Zeros([3, 1], DType.Float64, ComputeDevice.Meta);
        var y = Tensor.Ones([4], DType.Float32, ComputeDevice.Meta);
        var sum = (x + y).Sum();
        Assert.Equal(new Shape([3L, 4]), (x + y).Shape);
        Assert.Equal(DType.Float64, sum.DType);
        Assert.Equal(ErrorKind.NotImplemented, Assert.Throws<TensorNotImplementedException>(() => sum.Item()).Kind);
    }

    [Fact]
    public void Operators_over_two_devices_name_both()
    {
        var x = Tensor.Ones([3]);
        var y = Tensor.Ones([3], device: ComputeDevice.Meta);
        var e = Assert.Throws<DeviceMismatchException>(() => x + y);
        Assert.StartsWith(
            "Expected all tensors to be on the same device, but found at least two devices, cpu and meta!", e.Message,
            StringComparison.Ordinal);
        Assert.Throws<DeviceMismatchException>(() => x.Add_(y));
        Assert.Throws<DeviceMismatchException>(() => Tensor.Ones([2, 3]).Matmul(y));
    }

    private static ComputeDevice Made(string backend, DeviceType type) =>
        new(new NamedBackend(backend), 0, "made for a test", type, new(0, 0, true, ""), "none");

    /// <summary>A backend that is only a name.</summary>
    private sealed class NamedBackend(string name) : Backend
    {
        public override string Name => name;

        public override IReadOnlyList<ComputeDevice> Devices => [];

        public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => throw Unused();

        public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset) =>
            throw Unused();

        public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
            throw Unused();

        public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) => throw Unused();

        public override void Synchronize(ComputeDevice device) => throw Unused();

        protected override void Execute(in PointwiseLaunch launch) => throw Unused();

        protected override void Execute(in ReductionLaunch launch) => throw Unused();

        protected override void Execute(in StructuralLaunch launch) => throw Unused();

        private static InvalidOperationException Unused() => new("nothing runs on it");
    }
}
