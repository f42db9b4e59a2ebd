using System.Buffers.Binary;
using System.Text;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("x.safetensors");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadsTensorsAndMetadata()
    {
        Write("""
            {"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
            "e":{"dtype":"I64","shape":[0,3],"data_offsets":[8,8]},
            "s":{"data_offsets":[8,9],"more":[{"of":1}],"dtype":"BOOL","shape":[]}}
            """, [0, 0, 128, 63, 0, 0, 0, 64, 1]);
        using var file = SafetensorsFile.Open(Path);
        Assert.Equal(["x", "e", "s"], file.Names);
        Assert.Equal("b", file.Metadata["a"]);
        Assert.Equal([1f, 2], file.Read("x").ToArray<float>());
        Assert.True(file.Read("e").Shape == [0, 3]);
        Assert.Equal((DType.Int64, true), (file.DTypeOf("e"), file.ShapeOf("e") == [0, 3]));
        Assert.True(file.Read("s").Item<double>() == 1 && file.Read("s").Rank == 0);
        Assert.Equal([1], file.ReadBytes("s"));
        Assert.False(file.Contains("nothing"));
        Assert.Throws<TensorIndexException>(() => file.Read("nothing"));
    }

    [Fact]
    public void AFileWithoutTensorsIsFine()
    {
        SafetensorsFile.Save(Path, []);
        Assert.Empty(SafetensorsFile.Load(Path));
    }

    [Theory, OnEachDevice]
    public void EveryDtypeStrideAndDeviceComesBack(string device)
    {
        var on = TestDevices.Get(device);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var dtype in DType.All)
        {
            tensors.Add(dtype.Name, Tensor.Arange(6, device: on).Sub(2).Reshape(2, 3).To(dtype));
            tensors.Add(dtype.Name + ".t", Tensor.Arange(6, device: on).Reshape(2, 3).To(dtype).Transpose(0, 1)[1..]);
            tensors.Add(dtype.Name + ".empty", Tensor.Empty([2, 0], dtype, on));
            tensors.Add(dtype.Name + ".scalar", Tensor.Ones([], dtype, on));
        }

        // More than a part, at an odd place.
        tensors.Add("long", Tensor.Arange(100_003, device: on).To(DType.UInt8));
        tensors.Add("a \"name\" in ünï\u2028code \U0001F600", Tensor.Ones(2));
        SafetensorsFile.Save(Path, tensors, [new("key", "täxt")]);
        var read = SafetensorsFile.Load(Path, on);
        Assert.Equal(tensors.Keys, read.Keys);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal((tensor.DType, on), (read[name].DType, read[name].Device));
            Assert.True(tensor.Shape == read[name].Shape && tensor.To(on).Equal(read[name]), name);
        }

        // Each lies at a multiple of its width.
        var bytes = File.ReadAllBytes(Path);
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
        using var file = SafetensorsFile.Open(Path);
        Assert.Equal("täxt", file.Metadata["key"]);
    }

    [Fact]
    public void NamesAreUnique()
    {
        Assert.Throws<TensorValueException>(
            () => SafetensorsFile.Save(Path, [new("x", Tensor.Ones(1)), new("x", Tensor.Ones(1))]));
        Assert.Throws<TensorValueException>(() => SafetensorsFile.Save(Path, [new("__metadata__", Tensor.Ones(1))]));
        Assert.False(File.Exists(Path));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("{}{}", "no JSON")]
    [InlineData("""{"x":1}""", "needs dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2]}}""", "needs dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "two data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "at least 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"x":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}""", "the dtype 'F8'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "lies at [4, 12) of 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "lies at")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", "lies at")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "has 8 bytes")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "too many")]
    [InlineData("""{"x":{"dtype":"U8","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}""",
        "too many")]
    [InlineData("""
        {"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}
        """, "twice")]
    [InlineData("""{"x":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "twice")]
    [InlineData("""{"__metadata__":{"a":"","a":""}}""", "twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", "no text")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", "no JSON")]
    [InlineData("""{"x":{"dtype":"U8","shape":[7],"data_offsets":[0,7]}}""", "[7, 8)")]
    [InlineData("""
        {"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}}
        """, "[4, 5)")]
    [InlineData("""
        {"x":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"y":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}
        """, "overlaps")]
    public void HostileHeadersAreNamed(string header, string complaint)
    {
        Write(header, new byte[8]);
        var error = Assert.Throws<TensorFileException>(() => SafetensorsFile.Open(Path));
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(Path, error.File);
    }

    [Fact]
    public void DeepHeadersAndLongListsAreRefused()
    {
        Write("{\"x\":{\"y\":" + new string('[', 1_000_000), []);
        Assert.Throws<TensorFileException>(() => SafetensorsFile.Open(Path));
        var ones = string.Concat(Enumerable.Repeat("1,", 1_000_000));
        Write($"{{\"x\":{{\"dtype\":\"U8\",\"shape\":[{ones}1],\"data_offsets\":[0,1]}}}}", [0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<TensorFileException>(() => SafetensorsFile.Open(Path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 128, 123, 125 })]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 })]
    public void ShortFilesAreNamed(byte[] bytes)
    {
        File.WriteAllBytes(Path, bytes);
        Assert.Throws<TensorFileException>(() => SafetensorsFile.Open(Path));
    }

    [Fact]
    public void TruthValuesAreZeroOrOne()
    {
        Write("""{"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", [1, 2]);
        using var file = SafetensorsFile.Open(Path);
        Assert.Throws<TensorFileException>(() => file.Read("x"));
        Assert.Throws<TensorFileException>(() => file.ReadBytes("x"));
    }

    [Fact]
    public void AFileThatShrinksWhileItIsOpenIsNamed()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows lets nobody cut a mapped file");
        SafetensorsFile.Save(Path, [new("x", Tensor.Ones(100_000))]);
        using var file = SafetensorsFile.Open(Path);

        // As another program may, which knows nothing of .NET's locks.
        using (var cut = System.Diagnostics.Process.Start("truncate", ["-s", "1000", Path]))
            cut.WaitForExit();
        Assert.Contains("cut short", Assert.Throws<TensorFileException>(() => file.Read("x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFilesAreIOExceptions() =>
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder.File("none")));

    [Fact]
    public void ModulesComeBackUnderPyTorchsNames()
    {
        var net = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
        net.Save(Path);
        using (var file = SafetensorsFile.Open(Path))
        {
            Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], file.Names);
            Assert.Equal("pt", file.Metadata["format"]);
        }

        var other = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2)).Load(Path);
        var x = Tensor.Randn(5, 3);
        Assert.True(net.Call(x).Equal(other.Call(x)));

        // Over itself.
        other.Save(Path);
        Assert.Single(Directory.GetFiles(folder.Name));

        var wider = new Sequential(new Linear(3, 5), new ReLU(), new ReLU(), new Linear(4, 2));
        var before = wider.Parameters()[0].Clone();
        var error = Assert.Throws<TensorRuntimeException>(() => wider.Load(Path));
        Assert.Contains("Missing key(s) in state_dict: \"3.weight\", \"3.bias\"", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("Unexpected key(s) in state_dict: \"2.weight\", \"2.bias\"", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("size mismatch for 0.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("size mismatch for 0.bias", error.Message, StringComparison.Ordinal);
        Assert.True(before.Equal(wider.Parameters()[0]));
        new Sequential(new Linear(3, 4), new Dropout()).Load(Path, strict: false);
    }

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(Path, [.. length, .. json, .. data]);
    }
}
