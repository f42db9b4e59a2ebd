using CsCheck;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Inputs drawn at random (dtypes, shapes, views, numbers): GPU devices give what the processor gives. Whole numbers,
/// masks and places are equal; others are within the tolerances of the conformance cases.
/// </summary>
public sealed class GpuAgreementTests
{
    private const int Draws = 5;
    private const double Low = -2, High = 2;

    private static readonly DType[] Reals = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];

    private static readonly DType[] Wholes = [DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64];

    private static readonly DType[] Numbers = [.. Reals, .. Wholes];

    private static readonly DType[] Everything = [.. Numbers, DType.Bool];

    // Two tensors of one shape and dtype, that has at least one dimension.
    private static readonly Dictionary<string, (DType[] DTypes, Func<Tensor, Tensor, Tensor> Call)> Table = new()
    {
        ["add"] = (Everything, (x, y) => x + y),
        ["sub with factor"] = (Numbers, (x, y) => x.Sub(y, 3)),
        ["mul by a number"] = (Everything, (x, y) => (x * y) * 3),
        ["div"] = (Numbers, (x, y) => x / ((y * y) + 1)),
        ["floor_divide"] = (Wholes, (x, y) => x.FloorDivide(y.Abs().Maximum(Tensor.OnesLike(y)))),
        ["remainder"] = (Wholes, (x, y) => x.Remainder(y.Abs().Maximum(Tensor.OnesLike(y)))),
        ["bits"] = ([.. Wholes, DType.Bool], (x, y) => (x & y) ^ (x | ~y)),
        ["compare"] = (Everything, (x, y) => x.Lt(y) | x.Eq(y)),
        ["maximum"] = (Everything, (x, y) => x.Maximum(y)),
        ["where"] = (Everything, (x, y) => Tensor.Where(x.Gt(y), x, y)),
        ["clamp"] = (Numbers, (x, y) => x.Clamp(-1, 1) + y.Sign()),
        ["round"] = (Reals, (x, y) => x.Floor() + y.Round() + (x * 7).Trunc()),
        ["exp and log"] = (Reals, (x, y) => x.Exp() + (y.Abs() + 0.5).Log()),
        ["sin and tanh"] = (Reals, (x, y) => x.Sin() + (y * 4).Tanh()),
        ["sqrt and pow"] = (Reals, (x, y) => x.Abs().Sqrt() + (x.Abs() + 0.5).Pow(y)),
        ["erf and gelu"] = (Reals, (x, y) => x.Erf() + y.Sigmoid() + x.Gelu()),
        ["atan2"] = (Reals, (x, y) => x.Atan2(y.Abs() + 0.25)),
        ["to float32"] = (Everything, (x, y) => (x + y).To(DType.Float32)),
        ["to float64"] = (Everything, (x, y) => x.To(DType.Float64)),
        ["to int64"] = (Everything, (x, y) => x.To(DType.Int64)),
        ["to int8"] = (Everything, (x, y) => x.To(DType.Int8)),
        ["to bool"] = (Everything, (x, y) => x.To(DType.Bool)),
        ["to float16"] = (Everything, (x, y) => x.To(DType.Float16)),
        ["to bfloat16"] = (Everything, (x, y) => x.To(DType.BFloat16)),
        ["sum"] = (Everything, (x, y) => x.Sum()),
        ["sum of a dimension"] = (Everything, (x, y) => x.Sum(0)),
        ["mean of the last"] = (Reals, (x, y) => (x * y).Mean(-1)),
        ["variance"] = (Reals, (x, y) => x.Var(0)),
        ["norm"] = (Reals, (x, y) => x.Norm(2, [-1])),
        ["logsumexp"] = (Reals, (x, y) => x.Logsumexp(-1)),
        ["amax"] = (Numbers, (x, y) => Filled(x).Amax([0])),
        ["argmax"] = (Numbers, (x, y) => Filled(x).Argmax(-1)),
        ["any"] = (Everything, (x, y) => x.Gt(y).Any(0)),
        ["count"] = (Everything, (x, y) => x.CountNonzero()),
        ["cumsum"] = (Numbers, (x, y) => x.Cumsum(-1)),
        ["cummax"] = (Numbers, (x, y) => x.Cummax(0).Indices),
        ["sort"] = (Numbers, (x, y) => x.Sort(-1, stable: true).Values),
        ["argsort"] = (Numbers, (x, y) => x.Sort(-1, stable: true).Indices),
        ["topk"] = (Numbers, (x, y) => Filled(x).Topk(1, 0).Values),
        ["softmax"] = (Reals, (x, y) => x.Softmax(-1)),
        ["log_softmax"] = (Reals, (x, y) => x.LogSoftmax(0)),
        ["cat"] = (Everything, (x, y) => Tensor.Cat([x, y], 0)),
        ["flip and roll"] = (Everything, (x, y) => x.Flip([0]).Roll(1, -1)),
        ["gather"] = (Everything, (x, y) => x.Gather(0, y.Gt(x).Long() * Math.Min(1, x.Shape[0] - 1))),
        ["index_select"] = (Everything, (x, y) => Filled(x).IndexSelect(
            0, Tensor.Zeros([3], DType.Int64, x.Device))),
        ["index_add"] = (Numbers, (x, y) => Filled(x).Clone().IndexAdd_(
            0, Tensor.Arange(Filled(y).Shape[0], device: x.Device), Filled(y))),
        ["index_put with repeats"] = (Numbers, (x, y) => Filled(x).Clone().IndexPut_(
            [Tensor.Zeros([4], DType.Int64, x.Device)], Filled(y)[0], accumulate: true)),
        ["scatter_add"] = ([DType.Float32, DType.Float64, .. Wholes], (x, y) =>
            x.Clone().ScatterAdd_(-1, Tensor.ZerosLike(x, DType.Int64), y)),
        ["masked_select"] = (Everything, (x, y) => x.MaskedSelect(x.Gt(y))),
        ["nonzero"] = (Everything, (x, y) => x.Gt(y).NonZero()),
        ["unique"] = (Numbers, (x, y) => x.Unique()),
        ["tril"] = (Everything, (x, y) => Square(x).Tril()),
        ["matmul"] = ([DType.Float32, DType.Float64, DType.Int64], (x, y) => Square(x).Matmul(Square(y).T)),
        ["matmul of narrow numbers"] = ([DType.Float16, DType.BFloat16], (x, y) => Square(x).Matmul(Square(y).T)),
    };

    // What the roundings of a sum come to grows with its terms, however near to zero it ends.
    private static readonly HashSet<string> Sums =
        ["sum", "sum of a dimension", "mean of the last", "cumsum", "scatter_add", "matmul", "matmul of narrow numbers"];

    private static readonly Gen<int> Size = Gen.Frequency(
        (8, Gen.Int[1, 5]), (2, Gen.Int[6, 40]), (1, Gen.Const(0)), (1, Gen.Const(1)));

    private static readonly Gen<long[]> Shape = Gen.Frequency(
        (8, Size.Select(i => (long)i).Array[1, 4]),
        (1, Gen.Int[200, 3000].Select(i => new long[] { i })),
        (1, Gen.Int[200, 3000].Select(i => new long[] { 3, i })));

    public static TheoryData<string, string> OperatorsOnGpus
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var device in TestDevices.Gpus)
            {
                foreach (var name in Table.Keys)
                    data.Add(device.Data, name);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(OperatorsOnGpus))]
    public void What_is_computed_is_what_the_processor_computes(string name, string operation)
    {
        var device = TestDevices.Get(name);
        var (dtypes, call) = Table[operation];
        Gen.Select(Gen.Int[0, dtypes.Length - 1], Shape, Gen.Int[0, 4], Gen.Int[0, 4], Gen.ULong).Sample(
            (dtype, sizes, viewOfX, viewOfY, seed) =>
            {
                var type = dtypes[dtype];
                var expected = call(
                    View(Drawn(sizes, type, seed), viewOfX), View(Drawn(sizes, type, seed + 1), viewOfY));
                var found = call(
                    View(Drawn(sizes, type, seed).To(device), viewOfX),
                    View(Drawn(sizes, type, seed + 1).To(device), viewOfY));
                AssertSame(expected, found, type, Sums.Contains(operation) ? sizes.Aggregate(1L, (x, y) => x * y) : 1);
            },
            iter: Draws, threads: 1, print: draw => $"{dtypes[draw.Item1]} ({string.Join(", ", draw.Item2)}) " +
                $"views {draw.Item3} and {draw.Item4}, seed {draw.Item5}");
    }

    private static Tensor Drawn(long[] sizes, DType dtype, ulong seed)
    {
        // Room for every second element.
        long[] room = [.. sizes[..^1], sizes[^1] * 2];
        if (dtype.IsFloatingPoint)
            return Tensor.Empty(room, DType.Float64).Uniform_(Low, High, new(seed)).To(dtype);
        return Tensor.Empty(room, DType.Int64).Random_(-9, 10, new(seed)).To(dtype);
    }

    // The same shape each time, lying differently.
    private static Tensor View(Tensor room, int view)
    {
        var last = room.Shape[^1] / 2;
        return view switch
        {
            0 => room.Narrow(-1, 0, last).Contiguous(),
            1 => room.Narrow(-1, last, last),
            2 => room[TensorIndex.Ellipsis, TensorIndex.Slice(null, null, 2)],
            3 => room.Narrow(-1, 0, last).Transpose(0, -1).Contiguous().Transpose(0, -1),
            _ => room.Narrow(-1, 0, last).Narrow(0, 0, Math.Min(room.Rank > 1 ? room.Shape[0] : last, 1))
                .Expand([.. room.Shape.ToArray()[..^1], last]),
        };
    }

    // One with an element at least along the first dimension and the last.
    private static Tensor Filled(Tensor x) => x.ElementCount > 0 ? x : Tensor.Ones([2, 2], x.DType, x.Device);

    private static Tensor Square(Tensor x) => x.ElementCount == 0
        ? x.Reshape(0, 3)
        : x.Reshape(x.Shape[0], x.ElementCount / x.Shape[0]);

    private static void AssertSame(Tensor expected, Tensor found, DType type, long terms)
    {
        Assert.Equal(expected.Shape, found.Shape);
        Assert.Equal(expected.DType, found.DType);
        if (!expected.DType.IsFloatingPoint)
        {
            Assert.Equal(
                expected.To(DType.Int64).Flatten().ToArray<long>(),
                found.To(ComputeDevice.Cpu()).To(DType.Int64).Flatten().ToArray<long>());
            return;
        }

        var narrow = type.IsFloatingPoint && type.Size < expected.DType.Size ? type : expected.DType;
        var tolerance = narrow.Code switch
        {
            DTypeCode.Float64 => 1e-7,
            DTypeCode.Float32 => 1e-5,
            DTypeCode.Float16 => 2e-3,
            _ => 1.6e-2,
        };

        // In float32 at least, one after the other, the largest products.
        var roundings = Math.ScaleB(1, -24) * terms * High * High;
        var wanted = expected.To(DType.Float64).Flatten().ToArray<double>();
        var got = found.To(ComputeDevice.Cpu()).To(DType.Float64).Flatten().ToArray<double>();
        for (var i = 0; i < wanted.Length; i++)
        {
            Assert.True(
                wanted[i].Equals(got[i]) || wanted[i] == got[i] ||
                    Math.Abs(wanted[i] - got[i]) <= (tolerance * (1 + Math.Abs(wanted[i]))) + roundings,
                $"element {i}: {got[i]:R}, on the processor {wanted[i]:R}");
        }
    }
}
