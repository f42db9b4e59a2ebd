using KernelEngine.OpenCl;

namespace KernelEngine.Tests.Gpu;

/// <summary>OpenCL's devices as users see them, and exchange with applications that use OpenCL themselves.</summary>
public class OpenClDeviceTests
{
    [Fact]
    public void Devices_are_found_by_place_and_by_name()
    {
        var device = TestDevices.Get("opencl");
        Assert.Equal("opencl:0", device.ToString());
        Assert.Same(device, ComputeDevice.OpenCl());
        Assert.Same(device, ComputeDevice.OpenCl(device.Name.ToUpperInvariant()[3..]));
        Assert.Contains(device, ComputeDevice.All);
        Assert.Contains("compute units", device.Describe(), StringComparison.Ordinal);
        var e = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.OpenCl("no such device"));
        Assert.Contains(device.Name, e.Message, StringComparison.Ordinal);
        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.OpenCl(99));
    }

    [Fact]
    public void Elements_go_to_the_device_and_come_back()
    {
        var device = TestDevices.Get("opencl");
        var numbers = Enumerable.Range(0, 5000).ToArray();
        Assert.Equal(numbers, Tensor.FromArray(numbers).To(device).ToArray<int>());
    }

    [Fact]
    public unsafe void A_tensor_is_handed_out_without_a_copy()
    {
        var device = TestDevices.Get("opencl");
        var numbers = Enumerable.Range(0, 5000).ToArray();
        var x = Tensor.FromArray(numbers).To(device);
        var api = OpenClApi.Current!;
        using var handed = x[1000..].AsOpenCl();
        Assert.Equal(4000 * sizeof(int), handed.ByteCount);
        var read = new int[4000];
        int code;
        var host = device.OpenClHandles();
        var queue = api.CreateCommandQueue(host.Context, host.Device, 0, &code);
        Assert.Equal(0, code);
        var done = handed.Event;
        fixed (int* first = read)
        {
            code = api.EnqueueReadBuffer(
                queue, handed.Memory, 1, (nuint)handed.Offset, (nuint)handed.ByteCount, first, 1, &done, null);
        }

        Assert.Equal(0, code);
        Assert.Equal(numbers[1000..], read);
        api.ReleaseCommandQueue(queue);
    }

    [Fact]
    public void Memory_that_was_handed_out_stays_while_it_is_held()
    {
        var device = TestDevices.Get("opencl");
        var x = Tensor.FromArray(new int[5000]).To(device);
        var handed = x.AsOpenCl();
        x.Free();
        var y = Tensor.FromArray(new int[5000]).To(device);
        using (var other = y.AsOpenCl())
            Assert.NotEqual((handed.Memory, handed.Offset), (other.Memory, other.Offset));
        handed.Dispose();
        handed.Dispose();
        Assert.Throws<TensorRuntimeException>(() => x.AsOpenCl());
        Assert.Throws<TensorRuntimeException>(() => Tensor.Ones([2]).AsOpenCl());
    }

    [Fact]
    public void A_host_application_hands_in_its_queue()
    {
        TestDevices.Get("opencl");
        using var maker = new OpenClBench(shares: true);
        var host = maker.Driver.Handles;
        var device = ComputeDevice.OpenCl(host);
        Assert.Same(device, ComputeDevice.OpenCl(host with { }));
        Assert.Equal(host, device.OpenClHandles());
        var x = Tensor.FromArray([1, 2, 3]).To(device);
        Assert.Same(device, x.Device);
        Assert.Equal([1, 2, 3], x.ToArray<int>());

        device.CloseOpenCl();
        Assert.Throws<DeviceLostException>(() => x.ToArray<int>());
        var again = ComputeDevice.OpenCl(host);
        Assert.NotSame(device, again);
        Assert.Equal([4], Tensor.FromArray([4]).To(again).ToArray<int>());
        again.CloseOpenCl();
        again.CloseOpenCl();
        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Parse("cpu").CloseOpenCl());
    }
}
