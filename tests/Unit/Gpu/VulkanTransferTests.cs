using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>Copies beside what computes, as on devices with a queue for them: ordered by semaphores alone.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class VulkanTransferTests : IDisposable
{
    private readonly int before = ValidationLog.Messages.Count;
    private readonly HostApplication host;
    private readonly ComputeDevice device;

    public VulkanTransferTests()
    {
        host = new HostApplication();
        device = host.WithHiddenMemory();
    }

    public void Dispose()
    {
        device.CloseVulkan();
        host.Dispose();
        Assert.Equal([], ValidationLog.Messages.Skip(before));
    }

    [Fact]
    public async Task Reading_and_writing_by_chance_is_as_on_the_cpu()
    {
        var random = new Random(7);
        var cpu = Enumerable.Range(0, 4).Select(i => Tensor.Full([1000 + (i * 37)], i, DType.Float32)).ToArray();
        var gpu = cpu.Select(x => x.To(device)).ToArray();
        for (var step = 0; step < 400; step++)
        {
            var i = random.Next(cpu.Length);
            var expected = cpu[i].ToArray<float>();
            switch (random.Next(7))
            {
                case 0:
                    var values = expected.Select(_ => (float)random.Next(100)).ToArray();
                    cpu[i].CopyFrom<float>(values);
                    gpu[i].CopyFrom<float>(values);
                    break;
                case 1:
                    cpu[i].Add_(1);
                    gpu[i].Add_(1);
                    break;
                case 2: // the memory goes to others
                    cpu[i] = cpu[i] * 0.5 + 3;
                    gpu[i] = gpu[i] * 0.5 + 3;
                    break;
                case 3:
                    Assert.Equal(expected, gpu[i].ToArray<float>());
                    break;
                case 4:
                    // As it was when it was asked for, though it is written at once.
                    var asked = gpu[i].ReadAsync<float>(TestContext.Current.CancellationToken);
                    cpu[i].Sub_(2);
                    gpu[i].Sub_(2);
                    Assert.Equal(expected, await asked);
                    break;
                case 5:
                    var seen = new float[expected.Length];
                    SpinWait.SpinUntil(() => gpu[i].TryRead<float>(seen), TimeSpan.FromSeconds(60));
                    Assert.Equal(expected, seen);
                    break;
                default:
                    device.Flush();
                    break;
            }
        }

        for (var i = 0; i < cpu.Length; i++)
            Assert.Equal(cpu[i].ToArray<float>(), gpu[i].ToArray<float>());
    }

    [Fact]
    public void What_was_uploaded_is_there_for_a_renderer()
    {
        float[] values = [1, 2, 3, 4];
        var x = Tensor.FromSpan<float>(values, [4], device);
        using var seen = x.AsVulkan();
        Assert.Equal(values, host.Read(seen));
    }

    [Fact]
    public async Task Several_threads_read_and_write()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
            () =>
            {
                var x = Tensor.Full([5000], thread, DType.Float32, device);
                for (var i = 0; i < 50; i++)
                {
                    var more = Tensor.FromSpan<float>(Enumerable.Repeat((float)i, 5000).ToArray(), [5000], device);
                    var next = x + more;
                    Assert.Equal(x.ToArray<float>()[4999] + i, next.ToArray<float>()[0]);
                    x = next;
                }
            }, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Errors_in_data_are_found()
    {
        var x = Tensor.Zeros([5], device: device);
        for (var i = 0; i < 3; i++)
        {
            Assert.Throws<TensorIndexException>(() => x[Tensor.FromArray([7L]).To(device)].ToArray<float>());
            Assert.Equal([0f], x[Tensor.FromArray([4L]).To(device)].ToArray<float>());
        }
    }
}
