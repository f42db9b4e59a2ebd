using KernelEngine.DirectCompute;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Direct3D's devices as users see them, and exchange with applications that use Direct3D themselves.</summary>
public class DirectComputeDeviceTests
{
    [Fact]
    public void Devices_are_found_by_place_and_by_name()
    {
        var device = Device();
        Assert.Same(device, ComputeDevice.DirectCompute(0));
        Assert.Same(device, ComputeDevice.DirectCompute(device.Name.ToUpperInvariant()[1..]));
        var e = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.DirectCompute("no such device"));
        Assert.Contains(device.Name, e.Message, StringComparison.Ordinal);
        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.DirectCompute(99));
    }

    [Fact]
    public void Elements_go_to_the_device_and_come_back()
    {
        var numbers = Enumerable.Range(0, 5_000_000).ToArray();
        Assert.Equal(numbers, Tensor.FromArray(numbers).To(Device()).ToArray<int>());
    }

    [Fact]
    public void Kernels_of_the_library_need_no_compiler()
    {
        var numbers = Tensor.Arange(1000).To(DType.Float32);
        var expected = numbers.Reshape([10, 100]).Softmax(1).ToArray<float>();
        var found = numbers.To(Device()).Reshape([10, 100]).Softmax(1).ToArray<float>();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-6f);
    }

    [Fact]
    public void Arithmetic_stays_as_it_is_written()
    {
        Assert.SkipWhen(ShaderCompiler.WhyNone is not null, ShaderCompiler.WhyNone ?? "");

        // A driver that took x + m - m for x would give powers of 2.
        var x = Tensor.Of([0.3f, 1.7f, -2.4f]);
        var expected = x.Exp2().ToArray<float>();
        var found = x.To(Device()).Exp2().ToArray<float>();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-6f);
    }

    [Fact]
    public void Float64_is_refused_by_name_where_there_is_none()
    {
        var device = Device();
        Assert.SkipWhen(device.Limits.HasFloat64, "the device has float64");
        var e = Assert.ThrowsAny<TensorNotImplementedException>(
            () => (Tensor.Of([1.0, 2.0]).To(DType.Float64).To(device) + 1).ToArray<double>());
        Assert.Contains("float64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_is_handed_out_without_a_copy()
    {
        var x = Tensor.FromArray(new int[5000]).To(Device());
        using var whole = x.AsDirectCompute();
        using var handed = x[1000..].AsDirectCompute();
        Assert.Equal(whole.Resource, handed.Resource);
        Assert.Equal(whole.Address + (1000 * sizeof(int)), handed.Address);
        Assert.Equal(4000UL * sizeof(int), handed.ByteCount);
        Assert.NotEqual(0, handed.Fence);
        Assert.Throws<TensorRuntimeException>(() => x.Reshape([50, 100]).T.AsDirectCompute());
        Assert.Throws<TensorRuntimeException>(() => Tensor.Of([1f]).AsDirectCompute());
    }

    [Fact]
    public void An_application_hands_its_device_in()
    {
        var own = Device();
        var host = own.DirectComputeHandles();
        var adopted = ComputeDevice.DirectCompute(host);
        Assert.NotSame(own, adopted);
        Assert.Same(adopted, ComputeDevice.DirectCompute(new DirectComputeHost(host.Device, host.Queue)));
        Assert.Equal(host, adopted.DirectComputeHandles());
        var x = Tensor.FromArray([1, 2, 3]).To(adopted);
        Assert.Equal([1, 2, 3], x.ToArray<int>());
        adopted.CloseDirectCompute();
        Assert.Throws<DeviceLostException>(() => x.ToArray<int>());
        Assert.Equal([4, 5], Tensor.FromArray([4, 5]).To(own).ToArray<int>());
    }

    [Fact]
    public void A_profile_names_what_ran()
    {
        var device = Device();
        using var profile = device.Profile();
        _ = Tensor.Ones([64, 64]).To(device).Softmax(1).ToArray<float>();
        Assert.Contains("softmax", profile.ToString(), StringComparison.Ordinal);
    }

    private static ComputeDevice Device()
    {
        DirectComputeBackend.Register();
        return TestDevices.Get("directcompute:0");
    }
}
