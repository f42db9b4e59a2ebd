namespace KernelEngine.Tests;

public class HugeTensorTests
{
    private const long Count = (1L << 31) + 100;

    [Fact]
    public void More_elements_than_an_int_counts()
    {
        if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 6L << 30)
            Assert.Skip("needs 6 GiB of memory");
        var x = Tensor.Zeros([Count], DType.UInt8);
        try
        {
            x[Count - 1] = 3;
            Assert.Equal(3, x[^1].Item<int>());
            Assert.Equal(3, x.Sum().Item<long>());
            Assert.Equal(Count - 1, x.Argmax().Item<long>());
            x += 1;
            Assert.Equal(Count + 3, x.Sum().Item<long>());
            Assert.Throws<TensorRuntimeException>(() => { x.AsSpan<byte>(); });
            Assert.Throws<TensorRuntimeException>(() => x.ToArray<byte>());
            Assert.Equal(100, x.Narrow(0, Count - 100, 100).AsSpan<byte>().Length);
        }
        finally
        {
            x.Free();
        }
    }
}
