using KernelEngine.Cuda;
using KernelEngine.SoftwareCuda;
using KernelEngine.Tests.Conformance;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Copies between two GPUs, on the driver in software, which runs what is enqueued as late as it may: an order that
/// nobody asked for is not kept.
/// </summary>
[Collection(ConformanceCollection.Name)]
public class CudaPeerTests
{
    private static ComputeDevice First => ComputeDevice.Cuda(0);

    private static ComputeDevice Second => ComputeDevice.Cuda(1);

    [Fact]
    public void Every_dtype_goes_from_one_to_the_other_past_the_host()
    {
        Need();
        foreach (var dtype in (DType[])
            [DType.Bool, DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float16, DType.BFloat16,
            DType.Float32, DType.Float64])
        {
            var expected = Tensor.Arange(37).Remainder(2).To(dtype);
            var there = expected.To(First);
            First.Synchronize();
            var copies = SoftwareDriver.PeerCopies;
            var here = there.To(Second);
            Assert.Equal(copies + 1, SoftwareDriver.PeerCopies);
            Assert.Same(Second, here.Device);
            Assert.Equal(dtype, here.DType);
            AssertSame(expected, here);
        }
    }

    [Fact]
    public void Views_single_numbers_and_nothing_go_over()
    {
        Need();
        var matrix = Tensor.Arange(24, dtype: DType.Float32).Reshape(4, 6);
        var there = matrix.To(First);
        AssertSame(matrix.Transpose(0, 1), there.Transpose(0, 1).To(Second));
        AssertSame(matrix[2], there[2].To(Second));
        AssertSame(matrix[2, 3], there[2, 3].To(Second));
        Assert.Equal(0, Tensor.Zeros([0, 3], device: First).To(Second).ElementCount);
    }

    [Fact]
    public void What_comes_before_and_behind_a_copy_is_in_its_order()
    {
        Need();
        using var eager = new FusionScope(FusionMode.Off);
        var given = Tensor.Zeros([300], device: First);
        var taken = Tensor.Zeros([300], device: Second);
        for (var i = 1; i <= 40; i++)
        {
            given.Fill_(i);
            var before = taken * 1;
            taken.Copy_(given);
            var behind = taken * 2;

            // Written while it may not have been read yet.
            given.Fill_(-1);
            taken.Add_(1000);
            if (i % 4 != 0)
                continue;
            AssertSame(Tensor.Full([300], (i - 1f) + (i > 1 ? 1000 : 0)), before);
            AssertSame(Tensor.Full([300], 2f * i), behind);
            AssertSame(Tensor.Full([300], i + 1000f), taken);
        }
    }

    [Fact]
    public void Memory_that_is_freed_behind_a_copy_is_not_used_before()
    {
        Need();
        using var eager = new FusionScope(FusionMode.Off);
        for (var i = 0; i < 20; i++)
        {
            var given = Tensor.Full([1000], (float)i, device: First);
            var taken = given.To(Second);
            given.Free();

            // Of the same size: they take the place of what was freed.
            var next = Tensor.Full([1000], -1f, device: First);
            var sum = taken + 0;
            taken.Free();
            var other = Tensor.Full([1000], -2f, device: Second);
            AssertSame(Tensor.Full([1000], (float)i), sum);
            AssertSame(Tensor.Full([1000], -1f), next);
            AssertSame(Tensor.Full([1000], -2f), other);
        }
    }

    [Fact]
    public void It_goes_there_and_back()
    {
        Need();
        var x = Tensor.Arange(100, dtype: DType.Float32);
        var there = x.To(First);
        for (var i = 0; i < 5; i++)
            there = ((there + 1).To(Second) * 2).To(First);
        AssertSame((x * 32) + 62, there);
    }

    [Fact]
    public void Two_threads_give_each_other_something_at_once()
    {
        Need();
        Parallel.For(0, 4, worker =>
        {
            var (from, to) = worker % 2 == 0 ? (First, Second) : (Second, First);
            for (var i = 0; i < 20; i++)
                AssertSame(Tensor.Full([50], (float)i), Tensor.Full([50], (float)i, device: from).To(to));
        });
    }

    [Fact]
    public void What_was_wrong_where_it_was_made_is_said_where_it_is_read()
    {
        Need();
        var rows = Tensor.Ones([3, 2], device: First);
        var picked = rows.IndexSelect(0, Tensor.Full([1], 7, DType.Int64, First)).To(Second);
        Assert.ThrowsAny<TensorException>(() => (picked + 1).Sum().Item<float>());
        Assert.Equal(6, rows.To(Second).Sum().Item<float>());
    }

    [Fact]
    public void A_device_that_is_lost_gives_nothing()
    {
        Need();
        var device = ComputeDevice.Cuda(new CudaHost(SoftwareDriver.CreateContext(0)));
        var x = Tensor.Ones([4], device: device);
        device.Synchronize();
        CudaBackend.Instance.Of(device).Driver.Loss.Lose("the test has it");
        Assert.Throws<DeviceLostException>(() => x.To(Second));
        Assert.Equal(3, Tensor.Ones([3], device: Second).Sum().Item<float>());
    }

    private static void Need() =>
        Assert.SkipUnless(GpuEnvironment.IsCudaSoftware, "there is no CUDA driver in software here");

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        var host = actual.To(ComputeDevice.Cpu());
        Assert.Equal(expected.Shape.ToArray(), host.Shape.ToArray());
        Assert.True(expected.Equal(host), $"{expected}\n{host}");
    }
}
