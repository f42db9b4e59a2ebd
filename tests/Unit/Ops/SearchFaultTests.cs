namespace KernelEngine.Tests;

/// <summary>Data that searching refuses: whoever waits next on a GPU hears of it, so nothing runs beside.</summary>
[Collection(DeviceFaultCollection.Name)]
public sealed class SearchFaultTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ASorterOutOfRangeIsNoCrash(string device)
    {
        var on = TestDevices.Get(device);
        var sequence = Tensor.FromArray([1f, 3, 5]).To(on);
        var sorter = Tensor.FromArray([7L, 9, -4]).To(on);
        Assert.ThrowsAny<TensorException>(() => sequence.Searchsorted(sequence, sorter: sorter).ToArray<long>());
    }
}
