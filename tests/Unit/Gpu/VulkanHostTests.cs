using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>A device shared with a program that has made it, and one of the engine's shared with others.</summary>
[Collection(nameof(VulkanDriverTests))]
public sealed class VulkanHostTests : IDisposable
{
    private readonly int before = ValidationLog.Messages.Count;

    public void Dispose() => Assert.Equal([], ValidationLog.Messages.Skip(before));

    [Fact]
    public void Tensors_lie_on_a_hosts_device_and_the_host_sees_them()
    {
        using var host = new HostApplication();
        var device = ComputeDevice.Vulkan(host.Host);
        Assert.Equal("vulkan", device.Backend.Name);
        Assert.Same(device, ComputeDevice.Vulkan(host.Host));
        Assert.Same(host.Host, device.VulkanHandles());
        var values = Enumerable.Range(0, 1000).Select(i => i * 0.5f).ToArray();
        var x = On(device, values);
        using (var seen = x.AsVulkan())
        {
            Assert.Equal(4000UL, seen.ByteCount);
            Assert.Equal(values, host.Read(seen));
        }

        using (var row = x.View(10, 100)[3].AsVulkan())
            Assert.Equal(values[300..400], host.Read(row));
        Assert.Equal(values, x.ToArray<float>());
        device.CloseVulkan();
    }

    [Fact]
    public void Memory_that_is_handed_out_is_no_other_tensors()
    {
        using var host = new HostApplication();
        var device = ComputeDevice.Vulkan(host.Host);
        var x = On(device, 1f, 2, 3);
        var seen = x.AsVulkan();
        x.Free();
        List<Tensor> others = [];
        for (var i = 0; i < 20; i++)
            others.Add(On(device, 7f, 7, 7));
        Assert.Equal([1f, 2, 3], host.Read(seen));
        var place = (seen.Buffer, seen.Offset);
        seen.Dispose();
        seen.Dispose();
        var next = On(device, 4f, 5, 6);
        using (var nextSeen = next.AsVulkan())
            Assert.Equal(place, (nextSeen.Buffer, nextSeen.Offset));
        device.CloseVulkan();
    }

    [Fact]
    public void A_device_that_was_closed_is_lost_and_may_be_handed_in_again()
    {
        using var host = new HostApplication();
        var device = ComputeDevice.Vulkan(host.Host);
        var x = On(device, 1f);
        device.CloseVulkan();
        device.CloseVulkan();
        var lost = Assert.Throws<DeviceLostException>(() => x.ToArray<float>());
        Assert.Equal("it was closed", lost.Reason);
        Assert.Throws<DeviceLostException>(object? () => On(device, 1f));
        var again = ComputeDevice.Vulkan(host.Host);
        Assert.NotSame(device, again);
        Assert.Equal([2f], On(again, 2).ToArray<float>());
        again.CloseVulkan();
    }

    [Fact]
    public void A_host_that_lacks_a_feature_is_told_which()
    {
        using var host = new HostApplication(VulkanFeatures.TimelineSemaphore);
        var refused = Assert.Throws<TensorValueException>(() => ComputeDevice.Vulkan(host.Host));
        Assert.Contains("TimelineSemaphore", refused.Message);
        Assert.Contains("VulkanRequirements", refused.Message);
    }

    [Fact]
    public void A_lock_that_would_not_lock_is_refused()
    {
        using var host = new HostApplication();
        var gate = Activator.CreateInstance(typeof(Lock))!; // the compiler warns where it sees one
        var refused = Assert.Throws<TensorValueException>(
            () => ComputeDevice.Vulkan(host.Host with { SubmitLock = gate }));
        Assert.Contains("new object()", refused.Message);
    }

    [Fact]
    public void Requirements_can_be_added_to_a_hosts_own_structures()
    {
        using var requirements = VulkanRequirements.For(VulkanBench.Adapter.Handle);
        Silk.NET.Vulkan.PhysicalDeviceFeatures core = new() { SamplerAnisotropy = true };
        Silk.NET.Vulkan.PhysicalDeviceVulkan11Features f11 = new() { ShaderDrawParameters = true };
        Silk.NET.Vulkan.PhysicalDeviceVulkan12Features f12 = new() { ImagelessFramebuffer = true };
        requirements.AddTo(ref core, ref f11, ref f12);
        Assert.True(core.SamplerAnisotropy && core.ShaderInt64 && core.ShaderInt16);
        Assert.True(f11.ShaderDrawParameters && f11.StorageBuffer16BitAccess);
        Assert.True(f12.ImagelessFramebuffer && f12.BufferDeviceAddress && f12.TimelineSemaphore && f12.ShaderInt8);
    }

    [Fact]
    public void A_device_of_the_engine_hands_out_its_objects()
    {
        _ = VulkanBench.Adapter;
        var device = ComputeDevice.Vulkan();
        var handles = device.VulkanHandles();
        Assert.NotEqual(0, handles.Instance);
        Assert.NotEqual(0, handles.PhysicalDevice);
        Assert.NotEqual(0, handles.Device);
        Assert.NotEqual(0, handles.Queue);
        Assert.NotNull(handles.SubmitLock);
        if (VulkanBench.Adapter.Extensions.Contains("VK_KHR_swapchain"))
        {
            Assert.Contains("VK_KHR_swapchain", handles.Extensions);
            Assert.Contains("VK_KHR_surface", VulkanBench.Instance.Extensions);
        }

        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Cpu().VulkanHandles());
        Assert.Throws<TensorRuntimeException>(() => Tensor.Ones(1).AsVulkan());
        var square = On(device, new float[6]).View(2, 3);
        Assert.Throws<TensorRuntimeException>(object? () => square.T.AsVulkan());
    }

    [Fact]
    public void Devices_are_chosen_by_index_name_and_preference()
    {
        var adapter = VulkanBench.Adapter;
        Assert.Same(ComputeDevice.Parse("vulkan:0"), ComputeDevice.Vulkan(0));
        Assert.Equal(adapter.Name, ComputeDevice.Vulkan(0).Name);
        Assert.Equal(adapter.Type, ComputeDevice.Vulkan(0).Type);
        Assert.Same(ComputeDevice.Vulkan(0), ComputeDevice.Vulkan(adapter.Name[1..^1].ToUpperInvariant()));
        Assert.Equal(ComputeDevice.Vulkan().Backend.Devices.Min(d => d.Type), ComputeDevice.Vulkan().Type);
        var refused = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Vulkan("no such GPU"));
        Assert.Contains(adapter.Name, refused.Message);
        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Vulkan(1000));
        Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Vulkan(-1));
        Assert.Equal("vulkan:0", ComputeDevice.Vulkan(0).ToString());
        Assert.Contains("Vulkan 1.", ComputeDevice.Vulkan(0).Describe());
    }

    private static Tensor On(ComputeDevice device, params ReadOnlySpan<float> values) =>
        Tensor.FromSpan(values, [values.Length], device);
}
