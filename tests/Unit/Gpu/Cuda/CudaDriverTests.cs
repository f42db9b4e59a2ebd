using KernelEngine.Cuda;
using KernelEngine.Gpu;
using KernelEngine.Nn;
using KernelEngine.SoftwareCuda;
using KernelEngine.Tests.Conformance;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// The binding of CUDA's driver, against one in software that runs what is enqueued as late as it may, refuses calls
/// that have no context, and knows every byte that was allocated.
/// </summary>
[Collection(ConformanceCollection.Name)]
public class CudaDriverTests
{
    // A load from nowhere.
    private const string Broken =
        ".version 5.0\n.target sm_60\n.address_size 64\n.visible .entry k_main(.param .u64 k_words)\n{\n" +
        ".reg .b64 %rd<1>;\n.reg .b32 %r<1>;\nmov.u64 %rd0, 64;\nld.global.u32 %r0, [%rd0];\nret;\n}\n";

    [Fact]
    public void Devices_are_enumerated_and_named()
    {
        Need();
        var devices = CudaBackend.Instance.Devices.Take(SoftwareDriver.Devices).ToArray();
        Assert.Equal(["cuda:0", "cuda:1"], devices.Select(d => d.ToString()));
        Assert.Equal(["CUDA in software 0", "CUDA in software 1"], devices.Select(d => d.Name));
        Assert.Same(devices[1], ComputeDevice.Cuda("software 1"));
        Assert.Contains("compute capability 8.0", devices[0].Limits.Features, StringComparison.Ordinal);
        Assert.True(devices[0].Limits.HasFloat64);
        Assert.Equal(DeviceType.SoftwareGpu, devices[0].Type);
    }

    [Fact]
    public void A_machine_without_the_driver_says_so_in_one_line()
    {
        var (library, reason) = CudaApi.Load(["libcuda-that-nobody-has.so.1"]);
        Assert.Equal(0, library);
        Assert.Equal(
            "no CUDA driver was found (libcuda-that-nobody-has.so.1); NVIDIA's driver brings it", reason);
    }

    [Fact]
    public void Training_gives_the_losses_of_the_processor()
    {
        Need();
        var cpu = Train(ComputeDevice.Cpu());
        var cuda = Train(ComputeDevice.Cuda());
        for (var i = 0; i < cpu.Length; i++)
            Assert.Equal(cpu[i], cuda[i], 1e-4f);
    }

    [Fact]
    public void Batches_that_come_again_run_as_graphs()
    {
        Need();
        var device = ComputeDevice.Cuda();
        var before = Driver(device).GraphLaunches;
        SameBatches(device);
        Assert.True(Driver(device).GraphLaunches - before >= 2);
    }

    [Fact]
    public void Batches_run_where_no_graph_can_be_had()
    {
        Need();
        var device = ComputeDevice.Cuda(new CudaHost(SoftwareDriver.CreateContext(0)));
        SoftwareDriver.RefusesCapture = true;
        try
        {
            SameBatches(device);
            Assert.Equal(0, Driver(device).GraphLaunches);
        }
        finally
        {
            SoftwareDriver.RefusesCapture = false;
        }

        device.CloseCuda();
    }

    [Fact]
    public void A_device_that_has_graphs_is_closed()
    {
        Need();
        var context = SoftwareDriver.CreateContext(0);
        var host = new CudaHost(context, SoftwareDriver.CreateStream(context));
        var device = ComputeDevice.Cuda(host);
        SameBatches(device);
        Assert.True(Driver(device).GraphLaunches >= 2);
        device.CloseCuda();

        // It is given back whole: the same objects make a device again.
        Assert.NotSame(device, ComputeDevice.Cuda(host));
        SameBatches(ComputeDevice.Cuda(host));
        ComputeDevice.Cuda(host).CloseCuda();
    }

    [Fact]
    public void A_stream_that_is_another_on_each_thread_is_refused()
    {
        Need();
        var host = new CudaHost(SoftwareDriver.CreateContext(0), 2);
        var exception = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Cuda(host));
        Assert.Contains("CU_STREAM_PER_THREAD", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_hands_in_its_context_and_stream()
    {
        Need();
        var context = SoftwareDriver.CreateContext(1);
        var host = new CudaHost(context, SoftwareDriver.CreateStream(context));
        var device = ComputeDevice.Cuda(host);
        Assert.Same(device, ComputeDevice.Cuda(host with { }));
        Assert.Equal(host, device.CudaHandles());
        var y = Tensor.Arange(10, device: device).Cumsum(0);
        Assert.Equal(45, y[9].Item<long>());
        using (var seen = y.AsCuda())
        {
            Assert.True(PtxMemory.Holds(seen.Address, (ulong)seen.ByteCount));
            Assert.Equal(80, seen.ByteCount);
        }

        device.CloseCuda();
        var other = SoftwareDriver.CreateStream(SoftwareDriver.CreateContext(0));
        var exception = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.Cuda(new CudaHost(context, other)));
        Assert.Contains("another context", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void What_an_application_does_to_a_tensor_in_the_devices_stream_is_read()
    {
        Need();
        var device = ComputeDevice.Cuda();
        var x = Tensor.Full([8], 1f, device: device);
        var y = Tensor.Full([8], 2f, device: device);
        device.Synchronize();
        var (context, stream) = device.CudaHandles();
        using (var seen = x.AsCuda())
        using (var other = y.AsCuda())
        {
            nint left;
            Assert.Equal(CudaResult.Success, CudaApi.ContextPushCurrent(context));
            var code = CudaApi.CopyOnDeviceAsync(seen.Address, other.Address, (nuint)seen.ByteCount, stream);
            CudaApi.ContextPopCurrent(&left);
            Assert.Equal(CudaResult.Success, code);
        }

        Assert.Equal(2, x[7].Item<float>());
    }

    [Fact]
    public void An_error_that_stays_ends_the_device_and_not_the_process()
    {
        Need();
        var context = SoftwareDriver.CreateContext(0);
        var device = ComputeDevice.Cuda(new CudaHost(context));
        _ = Tensor.Ones([4], device: device).Sum().Item<float>();
        var gpu = CudaBackend.Instance.Of(device);
        var kernel = gpu.Driver.Build(new("broken", KernelLanguage.Ptx, default, Broken, 0, (1, 1, 1), 0));
        var parameters = gpu.Driver.Allocate(16, MemoryKind.Parameters);
        var batch = new GpuBatch { Ticket = gpu.Driver.Completed + 1 };
        batch.CommandList.Add(new()
        {
            Kind = GpuCommandKind.Launch,
            Kernel = kernel,
            GroupsX = 1,
            GroupsY = 1,
            GroupsZ = 1,
            Parameters = parameters,
            Name = "broken",
        });
        gpu.Driver.Submit(batch);
        var lost = Assert.Throws<DeviceLostException>(() => gpu.Driver.Wait(batch.Ticket));
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", lost.Message, StringComparison.Ordinal);
        Assert.Throws<DeviceLostException>(() => Tensor.Ones([5], device: device).Sum().Item<float>());
        Assert.Equal(3, Tensor.Ones([3], device: ComputeDevice.Cuda()).Sum().Item<float>());
    }

    [Fact]
    public void What_the_compiler_refuses_is_said_in_its_words()
    {
        Need();
        var driver = Driver(ComputeDevice.Cuda());
        var exception = Assert.Throws<TensorRuntimeException>(() => driver.Build(new(
            "wrong", KernelLanguage.Ptx, default, Broken.Replace("ld.global.u32", "ld.global.u99"), 0, (1, 1, 1), 0)));
        Assert.Contains("refuses the kernel 'wrong': CUDA_ERROR_INVALID_PTX", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ld.global.u99", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_is_not_there_is_refused_with_its_size()
    {
        Need();
        var driver = Driver(ComputeDevice.Cuda());
        var exception = Assert.Throws<GpuMemoryException>(
            () => driver.Allocate(SoftwareDriver.MemoryBytes + 1, MemoryKind.Device));
        Assert.Contains($"at most {SoftwareDriver.MemoryBytes}", exception.Message, StringComparison.Ordinal);

        // What the limits allow, the driver may refuse.
        var some = driver.Allocate(256, MemoryKind.Parameters);
        exception = Assert.Throws<GpuMemoryException>(
            () => driver.Allocate(SoftwareDriver.MemoryBytes, MemoryKind.Parameters));
        Assert.Contains("CUDA_ERROR_OUT_OF_MEMORY", exception.Message, StringComparison.Ordinal);
        some.Free();
    }

    [Fact]
    public void A_profile_has_a_time_for_each_launch()
    {
        Need();
        var device = ComputeDevice.Cuda();
        var x = Tensor.Ones([1000], device: device);
        device.Synchronize();
        using var profile = device.Profile();
        _ = (x * 2).Sum().Item<float>();
        Assert.NotEmpty(profile.Read());
        Assert.All(profile.Read(), entry => Assert.True(entry.Time > TimeSpan.Zero));
    }

    [Fact]
    public void Texts_of_errors_are_the_drivers()
    {
        Need();
        Assert.Equal(
            "CUDA_ERROR_ILLEGAL_ADDRESS, what the driver says of IllegalAddress",
            CudaErrors.TextOf(CudaResult.IllegalAddress));
        Assert.Equal("CUDA error 12345", CudaErrors.TextOf((CudaResult)12345));
    }

    private static void SameBatches(ComputeDevice device)
    {
        using var eager = new FusionScope(FusionMode.Off);
        var x = Tensor.Full([64], 1f, device: device);
        for (var step = 0; step < 4; step++)
        {
            for (var i = 0; i < 20; i++)
                x.Mul_(1 + (0.001 * step)).Add_(i);
            device.Flush();
        }

        var expected = 1f;
        for (var step = 0; step < 4; step++)
        {
            for (var i = 0; i < 20; i++)
                expected = (expected * (float)(1 + (0.001 * step))) + i;
        }

        Assert.Equal(expected, x[0].Item<float>(), 1e-3f * expected);
    }

    private static void Need() =>
        Assert.SkipUnless(GpuEnvironment.IsCudaSoftware, "there is no CUDA driver in software here");

    private static CudaDriver Driver(ComputeDevice device) => (CudaDriver)CudaBackend.Instance.Of(device).Driver;

    private static float[] Train(ComputeDevice device)
    {
        Generator.Default.ManualSeed(3);
        var net = new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3)).To(device);
        var x = Tensor.Randn([32, 6]).To(device);
        var labels = Tensor.Arange(32).Remainder(3).To(device);
        var adam = new Adam(net.Parameters(), lr: 0.01);
        return [.. Enumerable.Range(0, 8).Select(_ =>
        {
            var loss = Functional.CrossEntropy(net.Call(x), labels);
            adam.ZeroGrad();
            loss.Backward();
            adam.Step();
            return loss.Item<float>();
        })];
    }
}
