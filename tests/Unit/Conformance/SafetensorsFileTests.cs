using System.Buffers.Binary;
using System.Text;
using KernelEngine.Conformance;

namespace KernelEngine.Tests.Conformance;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void ReadsTensorsAndSkipsMetadata()
    {
        Write("""
            {"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
            "e":{"dtype":"I64","shape":[0,3],"data_offsets":[8,8]},"s":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}
            """, [0, 0, 128, 63, 0, 0, 0, 64, 1]);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["x", "e", "s"], file.Names);
        var x = file.Find("x")!;
        Assert.Equal((1.0, 2.0), (x.Real(0), x.Real(1)));
        Assert.Equal([0L, 3], file.Find("e")!.Shape);
        Assert.Empty(file.Find("s")!.Shape);
        Assert.Null(file.Find("nothing"));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{"x":1}""", "needs dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2]}}""", "needs dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "two data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "at least 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"x":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}""", "unknown dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "lies at [4, 12) of 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "lies at")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "has 8 bytes")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "more than")]
    [InlineData("""{"x":{"dtype":"U8","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}""",
        "more than")]
    [InlineData("""
        {"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}
        """, "twice")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", "no JSON")]
    public void HostileHeadersAreNamed(string header, string complaint)
    {
        Write(header, new byte[8]);
        var error = Assert.Throws<CaseFormatException>(() => SafetensorsFile.Open(path));
        Assert.Contains(complaint, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 })]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 })]
    public void ShortFilesAreNamed(byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        Assert.Throws<CaseFormatException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void TruthValuesAreZeroOrOne()
    {
        Write("""{"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", [1, 2]);
        using var file = SafetensorsFile.Open(path);
        Assert.Throws<CaseFormatException>(() => file.Find("x"));
    }

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
    }
}
