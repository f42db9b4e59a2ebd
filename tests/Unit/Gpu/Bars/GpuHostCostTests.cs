using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>What the host allocates for launches and readings: no more than the tensors that it gets.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class GpuHostCostTests
{
    private const int Calls = 500;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_launch_allocates_its_result_only(bool takesAddresses)
    {
        using var eager = new FusionScope(FusionMode.Off);
        var driver = new DiscardingDriver(takesAddresses ? KernelLanguage.SpirV : KernelLanguage.OpenCl);
        var device = new DiscardingBackend(driver).Device;
        using var scope = Autograd.NoGrad();
        var (a, b) = (Tensor.Ones([64], device: device), Tensor.Ones([64], device: device));
        var layout = a.Layout;
        var own = Allocated(() => Tensor.Allocate(device, layout, DType.Float32).Free());
        Assert.Equal(own, Allocated(() => (a + b).Free()));
        Assert.Equal(own, Allocated(() => (a * 2).Free()));
        Assert.Equal(own, Allocated(() => a.Exp().Free()));
        Assert.Equal(0, Allocated(() => a.Add_(b)));
        Assert.Equal(0, Allocated(() => a.Fill_(2)));
        Assert.True(
            Allocated(() => a.Sum().Free()) <= Allocated(() => Tensor.Empty([], DType.Float32, device).Free()));
    }

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void Trying_to_read_neither_waits_nor_allocates(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([1000], device: device);
        var room = new float[1000];
        var reads = 0;
        for (var warm = 0; warm < 2; warm++)
        {
            // Enough that the answer is sometimes yes and sometimes not yet.
            for (var i = 0; i < 50; i++)
            {
                x.Add_(1);
                while (!x.TryRead(room.AsSpan()))
                    Thread.Yield();
            }
        }

        var bytes = 0L;
        for (var i = 0; i < 50; i++)
        {
            x.Add_(1);
            var isRead = false;
            while (!isRead)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                isRead = x.TryRead(room.AsSpan());
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                reads++;
            }

            Assert.Equal(room[0], room[999]);
        }

        Assert.Equal(151, room[0]);
        Assert.True(bytes == 0, $"{bytes} bytes in {reads} calls");
    }

    [Fact]
    public void Nothing_is_submitted_before_somebody_wants_it()
    {
        var submits = new List<int>();
        var driver = new DiscardingDriver { Submitted = b => submits.Add(b.Commands.Length) };
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Ones([64], device: device);
        var y = ((x + 1) * x).Sum();
        Assert.Empty(submits);
        device.Flush();
        Assert.Equal([4], submits);
        device.Flush();
        Assert.Single(submits);
        _ = y.Item();
        Assert.Equal(2, submits.Count);
        Assert.Equal(4, device.Statistics.Launches);
        Assert.Equal(sizeof(float), device.Statistics.BytesDownloaded);
    }

    [Fact]
    public void Independent_launches_carry_no_barrier_between_them()
    {
        using var eager = new FusionScope(FusionMode.Off);
        var barriers = new List<bool>();
        var driver = new DiscardingDriver
        {
            Submitted = b =>
            {
                foreach (ref readonly var command in b.Commands)
                    barriers.Add(command.HasBarrier);
            },
        };
        var device = new DiscardingBackend(driver).Device;
        var (a, b) = (Tensor.Ones([64], device: device), Tensor.Ones([64], device: device));
        device.Flush();
        barriers.Clear();
        var (x, y) = (a + 1, b + 1);
        var z = a * b;
        var sum = x + y;
        a.Fill_(3);
        b.Fill_(3);
        device.Flush();

        // The sum waits for both; what is written next was read before that barrier already.
        Assert.Equal([false, false, false, true, false, false], barriers);
        GC.KeepAlive((x, y, z, sum));
    }

    // For each call, as soon as what is made once is there.
    private static long Allocated(Action call)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
                call();
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        return least;
    }
}
