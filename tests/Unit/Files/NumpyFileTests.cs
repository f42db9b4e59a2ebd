using System.IO.Compression;
using System.Text;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

public sealed class NumpyFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("x.npy");

    public void Dispose() => folder.Dispose();

    [Theory, OnEachDevice]
    public void Arrays_of_every_dtype_come_back(string device)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in DType.All.Where(d => d != DType.BFloat16))
        {
            Tensor[] tensors =
            [
                Tensor.Arange(6, device: on).Sub(2).Reshape(2, 3).To(dtype),
                Tensor.Arange(6, device: on).Reshape(2, 3).To(dtype).Transpose(0, 1),
                Tensor.Empty([2, 0], dtype, on), Tensor.Ones([], dtype, on), Tensor.Ones([1], dtype, on),
            ];
            foreach (var tensor in tensors)
            {
                NpyFile.Save(Path, tensor);
                var read = NpyFile.Load(Path, on);
                Assert.Equal((dtype, on), (read.DType, read.Device));
                Assert.True(tensor.Shape == read.Shape && tensor.Equal(read));
            }

            foreach (var compress in (bool[])[false, true])
            {
                NpzFile.Save(Path, tensors.Select((t, i) => KeyValuePair.Create($"arr_{i}", t)), compress);
                var all = NpzFile.Load(Path, device: on);
                Assert.Equal(tensors.Select((_, i) => $"arr_{i}"), all.Keys);
                Assert.All(tensors.Zip(all.Values), p => Assert.True(p.First.Equal(p.Second)));
            }
        }

        Assert.Throws<TensorTypeException>(() => NpyFile.Save(Path, Tensor.Ones([2], DType.BFloat16)));
    }

    [Theory]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", 1)]
    [InlineData("{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<i4\"}", 2)]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2L, 3L)}   \n", 3)]
    [InlineData("{'descr': '=i4', 'fortran_order': False, 'shape': (2, 3,), }", 1)]
    public void Versions_and_spellings_are_read(string header, byte version)
    {
        Write(header, version, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 255, 255, 255, 255]);
        var read = NpyFile.Load(Path);
        Assert.Equal([1, 2, 3, 4, 5, -1], read.ToArray<int>());
        Assert.True(read.Shape == [2, 3]);
    }

    [Fact]
    public void Fortran_order_and_the_big_end_first_are_read()
    {
        Write("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", 1, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 0]);
        var read = NpyFile.Load(Path);
        Assert.True(read.IsContiguous);
        Assert.Equal([1, 3, 5, 2, 4, 256], read.ToArray<short>());
    }

    [Theory]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", "structured")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "objects")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "dtype is '<c8'")]
    [InlineData("{'descr': '<u4', 'fortran_order': False, 'shape': (1,)}", "dtype is '<u4'")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "dtype is ''")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "negative")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "2^63")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}", "too many")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}", "too many")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", "(3,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "8 bytes of data, and 4 are there")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}", "0 bytes of data, and 4 are there")]
    [InlineData("{'descr': '<f4', 'fortran_order': __import__('os').abort(), 'shape': (1,)}", "True or False")]
    [InlineData("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}", "True or False")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "twice")]
    [InlineData("{'descr': '<f4', 'shape': (1,)}", "must all be there")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "none of")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + x", "follows")]
    [InlineData("{'descr': '<f\\x34', 'fortran_order': False, 'shape': (1,)}", "backslash")]
    [InlineData("{'descr': '<f4", "does not end")]
    [InlineData("", "'{' must be here")]
    public void Hostile_headers_are_named(string header, string complaint)
    {
        Write(header, 1, [0, 0, 0, 0]);
        var error = Assert.Throws<TensorFileException>(() => NpyFile.Load(Path));
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(Path, error.File);
    }

    [Fact]
    public void Deep_and_long_headers_are_refused()
    {
        Write("{'descr': " + new string('[', 60_000), 1, []);
        Assert.Throws<TensorFileException>(() => NpyFile.Load(Path));
        Write($"{{'shape': ({string.Concat(Enumerable.Repeat("1,", 20_000))})", 2, []);
        Assert.Throws<TensorFileException>(() => NpyFile.Load(Path));
        File.WriteAllBytes(Path, [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]);
        Assert.Throws<TensorFileException>(() => NpyFile.Load(Path));
        File.WriteAllBytes(Path, [0x93, .. "NUMPY"u8, 4, 0, 0, 0]);
        Assert.Contains("version 4.0", Assert.Throws<TensorFileException>(() => NpyFile.Load(Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Bombs_are_refused_before_they_go_off()
    {
        using (var archive = new ZipArchive(File.Create(Path), ZipArchiveMode.Create))
        {
            using var data = archive.CreateEntry("x.npy").Open();
            data.Write(Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,)}", 1, []));
            var zeros = new byte[1_000_000];
            for (var i = 0; i < 100; i++)
                data.Write(zeros);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<TensorFileException>(() => NpzFile.Load(Path));
        Assert.Contains("maxBytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        Assert.True(NpzFile.Load(Path, maxBytes: 100_000_000)["x"].Shape == [100_000_000]);
    }

    [Fact]
    public void Damaged_archives_are_named()
    {
        NpzFile.Save(Path, [new("x", Tensor.Arange(1000))]);
        var bytes = File.ReadAllBytes(Path);
        bytes[^2000] ^= 1;
        File.WriteAllBytes(Path, bytes);
        Assert.Contains("checksum", Assert.Throws<TensorFileException>(() => NpzFile.Load(Path)).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(Path, bytes[..^5]);
        Assert.Throws<TensorFileException>(() => NpzFile.Load(Path));
        File.WriteAllBytes(Path, []);
        Assert.Throws<TensorFileException>(() => NpzFile.Load(Path));
        using (var archive = new ZipArchive(File.Create(Path), ZipArchiveMode.Create))
        {
            using var data = archive.CreateEntry("x.txt").Open();
            data.Write("text"u8);
        }

        Assert.Throws<TensorFileException>(() => NpzFile.Load(Path));
        Assert.Throws<TensorValueException>(
            () => NpzFile.Save(Path, [new("x", Tensor.Ones(1)), new("x", Tensor.Ones(1))]));
    }

    private static byte[] Npy(string header, byte version, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)]
            : [.. BitConverter.GetBytes(text.Length)];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. data];
    }

    private void Write(string header, byte version, byte[] data) =>
        File.WriteAllBytes(Path, Npy(header, version, data));
}
