using System.IO.Compression;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("x-idx");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_are_read_plain_and_compressed(bool compressed)
    {
        Write([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], compressed);
        var bytes = IdxFile.Load(Path);
        Assert.True(bytes.Shape == [2, 3]);
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5, 6 }, bytes.ToArray<byte>());
        Write([0, 0, 0x0D, 1, 0, 0, 0, 2, 0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], compressed);
        Assert.Equal([1f, -2], IdxFile.Load(Path).ToArray<float>());
        Write([0, 0, 0x0B, 1, 0, 0, 0, 1, 1, 2], compressed);
        Assert.Equal([258], IdxFile.Load(Path).ToArray<short>());
    }

    [Theory]
    [InlineData("", "IDX file")]
    [InlineData("00", "IDX file")]
    [InlineData("0000080100000003", "ends after 0 of 3")]
    [InlineData("00000801000000030102", "ends after 2 of 3")]
    [InlineData("0000080100000001AAAA", "follows")]
    [InlineData("000008020000", "within the 2 sizes")]
    [InlineData("00000801FFFFFFFF01", "make 4294967295 bytes")]
    [InlineData("00000E03FFFFFFFFFFFFFFFFFFFFFFFF01", "too many")]
    [InlineData("0000070100000001AA", "no type")]
    [InlineData("0100080100000001AA", "IDX file")]
    [InlineData("000008FF00000001AA", "255 dimensions")]
    public void Lies_are_named(string hex, string complaint)
    {
        foreach (var compressed in (bool[])[false, true])
        {
            if (compressed && hex.Length == 0)
                continue;
            Write(Convert.FromHexString(hex), compressed);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<TensorFileException>(() => IdxFile.Load(Path));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
            if (!compressed)
                Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_inflates_without_end_is_stopped()
    {
        using (var stream = new GZipStream(File.Create(Path), CompressionLevel.Optimal))
        {
            stream.Write([0, 0, 8, 1, 0, 0, 1, 0]);
            var zeros = new byte[1_000_000];
            for (var i = 0; i < 200; i++)
                stream.Write(zeros);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<TensorFileException>(() => IdxFile.Load(Path));
        Assert.Contains("follows the 256 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
    }

    [Fact]
    public void Damaged_gzip_is_named()
    {
        Write([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], compressed: true);
        var bytes = File.ReadAllBytes(Path);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(Path, bytes[..length]);
            Assert.Throws<TensorFileException>(() => IdxFile.Load(Path));
        }

        bytes[^6] ^= 1;
        File.WriteAllBytes(Path, bytes);
        Assert.Throws<TensorFileException>(() => IdxFile.Load(Path));
    }

    private void Write(byte[] bytes, bool compressed)
    {
        using Stream file = File.Create(Path);
        using var stream = compressed ? new GZipStream(file, CompressionMode.Compress) : file;
        stream.Write(bytes);
    }
}
