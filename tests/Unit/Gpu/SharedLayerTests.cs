using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>What the shared layer asks of drivers, and keeps from its users.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class SharedLayerTests
{
    private static readonly Func<Tensor, Tensor> Cube = Pointwise.Define("cube", x => x * x * x);

    private static readonly ComputeKernel Twice = ComputeKernel.Define("twice", threads: 64, body: """
        int i = id.x; if (i >= n) return;
        STORE(dst, i, LOAD(src, i) + LOAD(src, i));
        """).Reads<double>("src").Writes<double>("dst").Param<int>("n");

    private static readonly Dictionary<string, (string Operator, Func<Tensor, Tensor> Call)> InFloat64 = new()
    {
        ["pointwise"] = ("atan2", x => x.Atan2(x)),
        ["a user's expression"] = ("cube", Cube),
        ["a conversion"] = ("copy", x => x.To(DType.Float32)),
        ["reduction"] = ("sum", x => x.Sum(0)),
        ["structural"] = ("sort", x => x.Sort().Values),
        ["composed"] = ("matmul", x => x.Matmul(x)),
        ["a user's kernel"] = ("twice", x => Twice.Apply([x], x.ElementCount)),
    };

    public static TheoryData<string> WaysInFloat64 => [.. InFloat64.Keys];

    [Theory, MemberData(nameof(WaysInFloat64))]
    public void Float64_is_refused_where_a_device_has_none(string way)
    {
        var device = new DiscardingBackend(new DiscardingDriver { HasFloat64 = false }).Device;
        var x = Tensor.Empty([4, 4], DType.Float64, device);
        var e = Assert.ThrowsAny<TensorNotImplementedException>(() =>
        {
            _ = InFloat64[way].Call(x);
            device.Synchronize();
        });
        Assert.Contains(InFloat64[way].Operator, e.Message, StringComparison.Ordinal);
        Assert.Contains($"in float64 on {device}: {device.Name} has no float64", e.Message, StringComparison.Ordinal);
        Assert.Contains("use float32", e.Message, StringComparison.Ordinal);

        // Everything else goes on.
        _ = Tensor.Empty([4, 4], DType.Float32, device).Sum(0) + 1;
        _ = Tensor.Empty([4, 4], DType.Int64, device).Sum(0) + 1;
        device.Synchronize();
    }

    [Fact]
    public void Trying_to_read_and_flushing_never_wait()
    {
        var driver = new DiscardingDriver { IsSlow = true };
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Zeros([10], device: device);
        var places = Tensor.FromArray([1L]).To(device);
        device.Synchronize();
        var waits = driver.Waits;
        for (var i = 0; i < 8; i++)
        {
            _ = x[places]; // may raise an error that reading would throw
            device.Flush();
            Assert.False(x.TryRead<float>(new float[10]));
        }

        device.Flush();
        Assert.Equal(waits, driver.Waits);
        driver.IsSlow = false;
        x.Add_(1);
        device.Synchronize();
        waits = driver.Waits;
        driver.IsSlow = true;
        var submits = device.Statistics.Submits;
        Assert.True(x.TryRead<float>(new float[10]));
        Assert.Equal((waits, submits), (driver.Waits, device.Statistics.Submits));
    }

    [Fact]
    public void A_host_that_runs_ahead_waits_in_the_end()
    {
        var driver = new DiscardingDriver { IsSlow = true };
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Zeros([10], device: device);
        for (var i = 0; i < 20; i++)
        {
            x.Add_(1);
            device.Flush();
        }

        Assert.InRange(driver.Waits, 1, 20);
    }

    [Fact]
    public void A_batch_that_the_driver_refuses_is_not_submitted_again()
    {
        var driver = new DiscardingDriver();
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Zeros([10], device: device);
        device.Synchronize();
        var commands = new List<int>();
        driver.Submitted = batch =>
        {
            commands.Add(batch.Commands.Length);
            if (commands.Count == 1)
                throw new TensorRuntimeException("out of resources");
        };
        x.Add_(1);
        Assert.Throws<TensorRuntimeException>(device.Synchronize);
        device.Synchronize();
        x.Add_(1);
        _ = x.ToArray<float>();
        Assert.Equal(1, commands[0]);
        Assert.Equal(2, commands[1]); // the second addition, and the copy that is read
    }

    [Fact]
    public async Task While_a_kernel_is_compiled_others_are_launched()
    {
        var driver = new DiscardingDriver();
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Zeros([10], device: device);
        _ = x + 1;
        device.Synchronize();
        using var isCompiling = new SemaphoreSlim(0);
        using var mayEnd = new SemaphoreSlim(0);
        driver.Building = code =>
        {
            if (code.Name != "slow")
                return;
            isCompiling.Release();
            mayEnd.Wait();
        };
        var slow = Pointwise.Define("slow", v => v * 3 - 1);
        var cancellation = TestContext.Current.CancellationToken;
        var callers = Enumerable.Range(0, 2).Select(caller => Task.Run(
            () =>
            {
                _ = slow(x);
                device.Synchronize();
            }, cancellation)).ToArray();
        await isCompiling.WaitAsync(cancellation);
        _ = x + 1;
        device.Synchronize();
        Assert.True(x.TryRead<float>(new float[10]) || x.TryRead<float>(new float[10]));
        mayEnd.Release();
        await Task.WhenAll(callers);
        Assert.Single(driver.Built, "slow");
    }

    [Fact]
    public void Small_blocks_that_nobody_holds_make_room_for_a_large_one()
    {
        const int Megabyte = 1 << 20;
        var driver = new DiscardingDriver { Capacity = 256 * Megabyte };
        var device = new DiscardingBackend(driver).Device;
        var small = Enumerable.Range(0, 150)
            .Select(_ => Tensor.Empty([Megabyte], DType.UInt8, device)).ToArray();
        foreach (var tensor in small[1..])
            tensor.Free();
        var large = Tensor.Empty([160 * Megabyte], DType.UInt8, device);
        _ = large[..1] + small[0][..1];
        device.Synchronize();
        Assert.True(device.Statistics.BytesHeld <= driver.Capacity);
    }

    [Fact]
    public void Copies_beside_wait_for_their_own_batches_only_and_batches_for_theirs()
    {
        var copies = new List<(long Ticket, long After)>();
        var batches = new List<(long Ticket, long AfterCopies)>();
        var driver = new DiscardingDriver { Copying = (batch, after) => copies.Add((batch.Ticket, after)) };
        driver.Submitted = batch => batches.Add((batch.Ticket, batch.AfterCopies));
        var device = new DiscardingBackend(driver).Device;

        // What is uploaded comes before the first batch that reads it; both are submitted at once.
        var x = Tensor.FromSpan<float>([1, 2], [2], device);
        var y = x + 1;
        Assert.Empty(copies);
        device.Flush();
        Assert.Equal([(1, 0)], copies);
        Assert.Equal([(1, 1)], batches);

        // Reading waits for the batch that wrote, not for those since.
        var z = Tensor.Zeros([100], device: device);
        for (var i = 0; i < 3; i++)
        {
            z.Add_(1);
            device.Flush();
        }

        Assert.Equal(4, batches[^1].Ticket);
        _ = y.ToArray<float>();
        Assert.Equal((2, 1), copies[^1]);
        Assert.Equal(4, batches[^1].Ticket);

        // Who writes again waits for the copy; who reads does not.
        y.Add_(1);
        device.Flush();
        Assert.Equal((5, 2), batches[^1]);
        _ = z.ToArray<float>();
        _ = z + 1;
        device.Flush();
        Assert.Equal((6, 0), batches[^1]);

        // An upload to what is being recorded stays in its place.
        var count = copies.Count;
        z.Add_(1);
        z.CopyFrom<float>(new float[100]);
        device.Flush();
        Assert.Equal(count, copies.Count);
    }
}
