namespace KernelEngine.Tests;

/// <summary>Copies of more bytes than a span or an array can hold; the device has only lengths.</summary>
public class TransferTests
{
    private const long Count = 3L << 30;

    [Fact]
    public void More_than_two_gigabytes_come_from_a_device_in_pieces()
    {
        var backend = new EmptyBackend();
        var x = Tensor.Empty([Count], DType.UInt8, backend.Device).To(ComputeDevice.Parse("cpu"));
        Assert.Equal(Count, backend.Downloads.Sum(d => (long)d.Length));
        Assert.Equal(backend.Downloads.Select(d => (long)d.Length).Prepend(0).SkipLast(1).Sum(),
            backend.Downloads[^1].Offset);
        Assert.Equal((Count - 1) % 251, x[Count - 1].Item().ToInt64());
        x.Free();
    }

    [Fact]
    public void More_than_two_gigabytes_go_to_a_device_in_pieces()
    {
        var backend = new EmptyBackend();
        var x = Tensor.Empty([Count], DType.UInt8);
        _ = x.To(backend.Device);
        Assert.Equal(Count, backend.Uploads.Sum(d => (long)d.Length));
        Assert.Equal(Count, backend.Uploads[^1].Offset + backend.Uploads[^1].Length);
        x.Free();
    }

    [Fact]
    public void More_than_two_gigabytes_go_from_device_to_device_in_pieces()
    {
        var (from, to) = (new EmptyBackend("from"), new EmptyBackend("to"));
        _ = Tensor.Empty([Count], DType.UInt8, from.Device).To(to.Device);
        Assert.Equal(from.Downloads, to.Uploads);
        Assert.True(to.AreUploadsAsRead);
        Assert.Equal(Count, to.Uploads[^1].Offset + to.Uploads[^1].Length);
    }
}
