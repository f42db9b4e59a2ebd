using KernelEngine.Gpu;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Gpu;

/// <summary>What can go wrong on a device: errors in data, memory that is not enough, a device that is gone.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class GpuFailureTests
{
    private static readonly Dictionary<string, Func<ComputeDevice, Tensor>> Faults = new()
    {
        ["an index in brackets"] = d => Range(d)[Tensor.FromArray([1L, 9]).To(d)],
        ["gather"] = d => Range(d).Gather(0, Tensor.FromArray([1L, 1L << 33]).To(d)),
        ["scatter"] = d => Range(d).Clone().Scatter_(0, Tensor.FromArray([6L]).To(d), Range(d)),
        ["index_select"] = d => Range(d).IndexSelect(0, Tensor.FromArray([7L]).To(d)),
        ["index_reduce"] = d => Range(d).IndexReduce(0, Tensor.FromArray([6L]).To(d), Range(d)[..1], "prod"),
        ["take"] = d => Range(d).Take(Tensor.FromArray([-7L]).To(d)),
        ["embedding"] = d => Functional.Embedding(Tensor.FromArray([1L << 40]).To(d), Range(d).Reshape(3, 2)),
        ["embedding_bag"] = d => Functional.EmbeddingBag(
            Tensor.FromArray([0L, 3]).To(d), Range(d).Reshape(3, 2), Tensor.FromArray([0L]).To(d)),
        ["embedding_bag that begins late"] = d => Bags(d, [1, 2]),
        ["embedding_bag that ends late"] = d => Bags(d, [0, 7]),
        ["embedding_bag out of order"] = d => Bags(d, [0, 3, 2]),
        ["nll_loss"] = d => Functional.NllLoss(Range(d).Reshape(2, 3), Tensor.FromArray([0L, 3]).To(d)),
        ["cross_entropy"] = d => Functional.CrossEntropy(Range(d).Reshape(2, 3), Tensor.FromArray([-4L, 0]).To(d)),
        ["inverse"] = d => Linalg.Inv(Tensor.Zeros([2, 3, 3], device: d)),
        ["cholesky"] = d => Linalg.Cholesky(-Tensor.Eye(3, device: d)),
        ["inverse of one matrix"] = d => Linalg.Inv(Tensor.Ones([2, 2], device: d)),
        ["lu_solve"] = d => Linalg.LuSolve(
            Tensor.Ones([2, 2], device: d), Tensor.FromArray([1, 5]).To(d), Tensor.Ones([2, 2], device: d)),
        ["svd"] = d => Linalg.Svd(Tensor.Full([3, 3], double.NaN, device: d)).S,
        ["svdvals"] = d => Linalg.Svdvals(Tensor.Full([3, 3], double.PositiveInfinity, device: d)),
        ["eigh"] = d => Linalg.Eigh(Tensor.Full([3, 3], double.NaN, device: d)).Eigenvalues,
        ["solve"] = d => Linalg.Solve(Tensor.Zeros([3, 3], device: d), Tensor.Ones([3, 1], device: d)),
    };

    public static TheoryData<string, string> FaultsOnGpus
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var device in TestDevices.Gpus)
            {
                foreach (var fault in Faults.Keys)
                    data.Add(device.Data, fault);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(FaultsOnGpus))]
    public void Errors_in_data_are_thrown_when_somebody_waits_and_the_device_goes_on(string name, string fault)
    {
        var device = TestDevices.Get(name);
        device.Synchronize();
        var expected = Assert.ThrowsAny<TensorException>(() => Faults[fault](ComputeDevice.Cpu()));
        var found = Assert.ThrowsAny<TensorException>(() =>
        {
            Faults[fault](device);
            device.Synchronize();
        });
        Assert.Equal((expected.GetType(), expected.Message), (found.GetType(), found.Message));

        // Thrown once, and then all is well.
        device.Synchronize();
        Assert.Equal(15, Range(device).Sum().Item<float>());
        Assert.Equal([1f, 4], Range(device)[Tensor.FromArray([1L, 4]).To(device)].ToArray<float>());
    }

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public async Task Every_way_of_reading_throws_what_went_wrong(string name)
    {
        var device = TestDevices.Get(name);
        var places = Tensor.FromArray([9L]).To(device);
        device.Synchronize();
        Assert.Throws<TensorIndexException>(() => Range(device)[places].ToArray<float>());
        await Assert.ThrowsAsync<TensorIndexException>(
            async () => await Range(device)[places].ReadAsync<float>(TestContext.Current.CancellationToken));
        var wrong = Range(device)[places];
        Assert.Throws<TensorIndexException>(
            () => SpinWait.SpinUntil(() => wrong.TryRead<float>(new float[1]), TimeSpan.FromSeconds(60)));
        Assert.Throws<TensorIndexException>(() => Range(device)[places].Sum().Item());
        device.Synchronize();
    }

    [Fact]
    public void A_lost_device_says_so_each_time_and_others_go_on()
    {
        var driver = new DiscardingDriver();
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Ones([10], device: device);
        var y = x + 1;
        driver.LostBecause = "somebody pulled the plug";
        for (var i = 0; i < 2; i++)
        {
            AssertLost(device.Synchronize);
            AssertLost(() => _ = y.ToArray<float>());
            AssertLost(() => _ = Tensor.Ones([10], device: device).ToArray<float>());
            AssertLost(() => _ = (x + y).ToArray<float>());
            AssertLost(() => y.CopyFrom<float>(new float[10]));
            AssertLost(() => _ = y.TryRead<float>(new float[10]));
            AssertLost(() => _ = y.To(ComputeDevice.Cpu()));
        }

        _ = device.Statistics.ToString();
        y.Free();
        x = y = null!;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(20, (Tensor.Ones([10]) + 1).Sum().Item<float>());

        static void AssertLost(Action action)
        {
            var e = Assert.Throws<DeviceLostException>(action);
            Assert.Contains("discard:0 is lost: somebody pulled the plug", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_read_that_is_under_way_fails_when_the_device_is_lost()
    {
        var driver = new DiscardingDriver();
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Ones([10], device: device);
        driver.Submitted = _ => driver.LostBecause = "it hung";
        await Assert.ThrowsAsync<DeviceLostException>(
            async () => await x.ReadAsync<float>(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<DeviceLostException>(
            async () => await x.ReadAsync<float>(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Memory_that_nobody_holds_is_used_before_there_is_too_little()
    {
        const int Size = 16 << 20;
        var driver = new DiscardingDriver { Capacity = 200 << 20 };
        var device = new DiscardingBackend(driver).Device;

        // Let go of without Free, in many sizes: nothing fits but what is given back.
        for (var i = 0; i < 100; i++)
            _ = Tensor.Empty([Size + (i % 10 * (2 << 20))], DType.UInt8, device);
        Assert.True(driver.Allocated <= driver.Capacity);

        var kept = new List<Tensor>();
        var e = Assert.Throws<TensorRuntimeException>(() =>
        {
            while (kept.Count < 1000)
                kept.Add(Tensor.Empty([Size], DType.UInt8, device));
        });
        Assert.True(kept.Count >= 8, $"{kept.Count} of {Size} bytes in {driver.Capacity}");
        Assert.StartsWith(
            $"discard:0: not enough memory: you tried to allocate {Size} bytes.", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{(long)kept.Count * Size} bytes are held by other tensors", e.Message, StringComparison.Ordinal);

        // The device is none the worse for it.
        kept[0].Free();
        kept[1].Add_(1);
        _ = kept[1] + kept[2][..1];
    }

    private static Tensor Bags(ComputeDevice device, long[] offsets) => Functional.EmbeddingBag(
        Tensor.FromArray([0L, 1, 2, 0, 1]).To(device), Range(device).Reshape(3, 2),
        Tensor.FromArray(offsets).To(device));

    private static Tensor Range(ComputeDevice device) => Tensor.Arange(6, dtype: DType.Float32, device: device);
}
