using System.Text.Json;
using KernelEngine.Conformance;

namespace KernelEngine.Tests.Conformance;

public class ComparisonTests
{
    private static readonly Tolerance Near = new(1e-6, 1e-5);

    [Theory]
    [InlineData(1.0, 1.0, true)]
    [InlineData(1.00001, 1.0, true)]
    [InlineData(1.0001, 1.0, false)]
    [InlineData(double.NaN, double.NaN, true)]
    [InlineData(double.NaN, 1.0, false)]
    [InlineData(1.0, double.NaN, false)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(double.PositiveInfinity, double.NegativeInfinity, false)]
    [InlineData(1e300, double.PositiveInfinity, false)]
    [InlineData(double.PositiveInfinity, 1e300, false)]
    public void Tolerances(double got, double want, bool allowed) => Assert.Equal(allowed, Near.Allows(got, want));

    [Fact]
    public void WholeNumbersAreComparedAsSuch()
    {
        var a = Of(9007199254740993);
        var b = Of(9007199254740992);
        Assert.Null(Comparison.Tensors(a, a, Tolerance.Exact));
        Assert.Equal("1 of 1 differ, first at [0]: 9007199254740993, not 9007199254740992",
            Comparison.Tensors(a, b, Tolerance.Exact));

        static TensorData Of(long value) => new(DType.Int64, [1], BitConverter.GetBytes(value));
    }

    [Fact]
    public void DtypeAndShapeComeFirst()
    {
        var x = new TensorData(DType.UInt8, [2], [1, 2]);
        Assert.Equal("dtype uint8, not int8", Comparison.Tensors(x, x with { DType = DType.Int8 }, Near));
        Assert.Equal("shape [2], not [2, 1]", Comparison.Tensors(x, x with { Shape = [2, 1] }, Near));
        Assert.Null(Comparison.Kinds(x, x with { Bytes = [3, 4] }));
    }

    [Fact]
    public void PlainValuesKeepTheirKind()
    {
        Assert.Null(Comparison.Plain(1.0, 1.0, Near));
        Assert.NotNull(Comparison.Plain(1L, 1.0, Near));
        Assert.NotNull(Comparison.Plain(true, 1L, Near));
        Assert.NotNull(Comparison.Plain(null, false, Near));
        Assert.Null(Comparison.Plain(new object?[] { 1L, null }, new TupleValue([1L, null]), Near));
        Assert.Equal("item 1: 2, not 3", Comparison.Plain(new object?[] { 1L, 2L }, new object?[] { 1L, 3L }, Near));
    }

    [Fact]
    public void NumbersKeepTheirText()
    {
        Assert.Equal(1L, Read("1"));
        Assert.Equal(1.0, Read("1.0"));
        Assert.Equal(10.0, Read("1e1"));
        Assert.Equal(double.NegativeInfinity, Read("""{"$float":"-inf"}"""));
        Assert.Same(DType.BFloat16, Read("""{"$dtype":"bfloat16"}"""));
        Assert.Equal(new SliceValue(null, 3L, null), Read("""{"$slice":[null,3,null]}"""));
        Assert.Throws<CannotBindException>(() => Read("""{"$new":1}"""));
        Assert.Throws<CannotBindException>(() => Read("99999999999999999999"));

        static object? Read(string json) => ValueReader.Read(JsonDocument.Parse(json).RootElement);
    }
}
