namespace KernelEngine.Tests;

/// <summary>The ways in which elements come to the host and go from it, on every device.</summary>
public class ReadingTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public async Task Elements_are_read_later_as_they_were_when_asked_for(string name)
    {
        var x = Tensor.FromSpan<float>([1, 2, 3, 4, 5, 6], [2, 3], TestDevices.Get(name));
        var pending = x.T.ReadAsync<float>(TestContext.Current.CancellationToken);
        x.Fill_(9);
        var read = await pending;
        Assert.Equal([1, 4, 2, 5, 3, 6], read);
        var room = new float[8];
        await x.ReadAsync(room.AsMemory(1), TestContext.Current.CancellationToken);
        Assert.Equal([0, 9, 9, 9, 9, 9, 9, 0], room);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Elements_are_read_in_the_end_by_asking_again(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([1000], device: device).Cumsum(0);
        var room = new float[1000];
        Assert.True(SpinWait.SpinUntil(() => x.TryRead(room.AsSpan()), TimeSpan.FromSeconds(60)));
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (float)i), room);

        // A part of it: a view that begins later in the same memory.
        var tail = x[990..];
        Assert.True(SpinWait.SpinUntil(() => tail.TryRead(room.AsSpan()), TimeSpan.FromSeconds(60)));
        Assert.Equal([991, 992], room[..2]);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Elements_that_cannot_be_read_say_why(string name)
    {
        var x = Tensor.Ones([2, 3], device: TestDevices.Get(name));
        Assert.Contains("room for 5", Assert.Throws<TensorRuntimeException>(() => x.TryRead<float>(new float[5])).Message,
            StringComparison.Ordinal);
        Assert.Contains("Contiguous()", Assert.Throws<TensorRuntimeException>(
            () => x.T.TryRead<float>(new float[6])).Message, StringComparison.Ordinal);
        Assert.Throws<TensorTypeException>(() => x.TryRead<double>(new double[6]));
        Assert.Throws<TensorTypeException>(() => { _ = x.ReadAsync<long>(TestContext.Current.CancellationToken); });
        Assert.True(x[..0].TryRead<float>([]));
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Elements_are_written_over(string name)
    {
        var x = Tensor.Zeros([2, 3], device: TestDevices.Get(name));
        var version = x.Version;
        x.CopyFrom<float>([1, 2, 3, 4, 5, 6]);
        Assert.Equal(version + 1, x.Version);
        x[.., 1].CopyFrom<float>([7, 8]);
        Assert.Equal([1, 7, 3, 4, 8, 6], x.ToArray<float>());
        Assert.Throws<TensorRuntimeException>(() => x.CopyFrom<float>([1, 2]));
        Assert.Throws<TensorTypeException>(() => x.CopyFrom<long>([1, 2, 3, 4, 5, 6]));

        var leaf = Tensor.Ones([2], device: x.Device, requiresGrad: true);
        Assert.Throws<TensorRuntimeException>(() => leaf.CopyFrom<float>([1, 2]));
        var y = leaf * 3;
        y.CopyFrom<float>([1, 2]);
        y.Sum().Backward();
        Assert.Equal([0, 0], leaf.Grad!.ToArray<float>());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Devices_count_and_measure_what_they_launch(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([100], device: device);
        var before = device.Statistics;
        using var profile = device.Profile();
        Assert.Throws<InvalidOperationException>(device.Profile);
        var y = (x + 1).Amax().Exp().Amax().Exp();
        device.Flush();
        device.Synchronize();
        profile.Dispose();
        _ = x + 1;
        Assert.True((device.Statistics - before).Launches >= 4);

        // Other tests use the device too, and a kernel that several operators share has the name of the one that used it
        // first: "max" or "amax".
        Assert.True(profile.Read().Where(o => o.Name.Contains("max", StringComparison.Ordinal)).Sum(o => o.Launches) >= 2);
        Assert.Contains("max", profile.ToString(), StringComparison.Ordinal);
        using var again = device.Profile();
        Assert.True(y.Sum().Item<double>() > 0);
        Assert.True(again.Read().Count > 0);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Copies_between_devices_convert_broadcast_and_keep_strides(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.FromSpan<double>([1.5, -2.5, 3.5, 4.5, 5.5, 6.5], [2, 3], ComputeDevice.Parse("cpu"));
        var there = x.T.To(device, DType.Float32);
        Assert.Equal([1.5f, 4.5f, -2.5f, 5.5f, 3.5f, 6.5f], there.ToArray<float>());
        var back = Tensor.Zeros([2, 3, 2], DType.Int64);
        back.Copy_(there);
        Assert.Equal([1, 4, -2, 5, 3, 6, 1, 4, -2, 5, 3, 6], back.ToArray<long>());
        var part = Tensor.Zeros([3, 4], device: device);
        part[.., 1..3].Copy_(x.T);
        Assert.Equal([0, 1.5f, 4.5f, 0, 0, -2.5f, 5.5f, 0, 0, 3.5f, 6.5f, 0], part.ToArray<float>());
    }
}
