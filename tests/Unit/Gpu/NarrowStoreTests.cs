namespace KernelEngine.Tests.Gpu;

/// <summary>Elements narrower than the words that a device writes.</summary>
public class NarrowStoreTests
{
    private static readonly ComputeKernel Meeting = ComputeKernel.Define("meeting", threads: 64, body: """
        int i = id.x; if (i >= n) return;
        STORE(dst, i % 3, LOAD(src, i));
        """).Reads<byte>("src").Writes<byte>("dst").Param<int>("n");

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Of_values_that_meet_at_one_place_one_is_there(string name)
    {
        const int Count = 1 << 16;
        var device = TestDevices.Get(name);
        Assert.SkipWhen(device.Type == DeviceType.Cpu, "the CPU runs no texts");
        var source = Tensor.FromArray([.. Enumerable.Range(0, Count).Select(i => (byte)(i / 3 % 2 == 0 ? 0x55 : 0xaa))])
            .To(device);
        var target = Tensor.FromArray(new byte[8]).To(device);
        for (var i = 0; i < 10; i++)
        {
            Meeting.Run(Count, [source, target], Count);
            var found = target.ToArray<byte>();
            Assert.All(found[..3], value => Assert.True(value is 0x55 or 0xaa, $"{value:x}"));
            Assert.Equal([0, 0, 0, 0, 0], found[3..]);
        }
    }
}
