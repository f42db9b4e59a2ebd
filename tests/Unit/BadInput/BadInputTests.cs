using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>What users get wrong: a clear exception of the right kind each time, with PyTorch's sentence first.</summary>
[Collection(DeviceFaultCollection.Name)]
public class BadInputTests
{
    public static TheoryData<string> Devices => TestDevices.All;

    [Theory, MemberData(nameof(Devices))]
    public void Shapes_that_do_not_broadcast(string device)
    {
        var (a, b) = (Ones(device, 2, 3), Ones(device, 4));
        const string Message = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1";
        Expect(ErrorKind.Runtime, Message, () => a + b);
        Expect(ErrorKind.Runtime, Message, () => a.Maximum(b));
        Expect(ErrorKind.Runtime, Message, () => a.Lt(b));
        Expect(ErrorKind.Runtime, Message, () => Tensor.Where(a.Gt(0), a, b));
        Expect(ErrorKind.Runtime, "output with shape [3] doesn't match the broadcast shape [2, 3]",
            () => Ones(device, 3).Add_(a));
        Expect(ErrorKind.Runtime, "The expanded size of the tensor (4) must match the existing size (3)",
            () => a.Expand([2, 4]));
        Expect(ErrorKind.Runtime, "shape '[4]' is invalid for input of size 6", () => a.Reshape([4]));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Matrices_that_do_not_multiply(string device)
    {
        Expect(ErrorKind.Runtime, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
            () => Ones(device, 2, 3).Matmul(Ones(device, 4, 5)));
        Expect(ErrorKind.Runtime, "size mismatch, got 2, 2x3,4", () => Ones(device, 2, 3).Matmul(Ones(device, 4)));
        Expect(ErrorKind.Runtime, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
            () => Ones(device, 2, 3).Linear(Ones(device, 5, 4)));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 2, 3).Mm(Ones(device, 3)));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 2, 3).Mm(Ones(device, 3, 2).To(DType.Int64)));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 3).Dot(Ones(device, 4)));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Dtypes_that_an_operator_does_not_take(string device)
    {
        var real = Ones(device, 3);
        var truth = real.Gt(0);
        Assert.Throws<TensorRuntimeException>(() => real & real);
        Assert.Throws<TensorRuntimeException>(() => truth - truth);
        Assert.Throws<TensorRuntimeException>(() => -truth);
        Expect(ErrorKind.Runtime, "result type Float can't be cast to the desired output type Long",
            () => real.To(DType.Int64).Add_(real));
        Expect(ErrorKind.Runtime, "only Tensors of floating point dtype can require gradients",
            () => real.To(DType.Int64).RequiresGrad_());
        Assert.Throws<TensorTypeException>(() => real.ToArray<double>());
        Assert.Throws<TensorTypeException>(() => Tensor.FromArray(new uint[3]));
        Assert.Throws<TensorTypeException>(() => DType.Parse("float128"));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Whole_numbers_divided_by_zero(string device)
    {
        var x = Tensor.Full([3], 7, DType.Int64, TestDevices.Get(device));
        if (device == "cpu")
        {
            Expect(ErrorKind.Runtime, "ZeroDivisionError", () => x.FloorDivide(0));
            Expect(ErrorKind.Runtime, "ZeroDivisionError", () => x.Remainder(x - x));
        }
        else
        {
            // Any number is fine there, as in PyTorch; a trap is not.
            Assert.Equal([3], Waited(x.FloorDivide(0)).Shape);
            Assert.Equal([3], Waited(x.Remainder(x - x)).Shape);
        }

        Assert.Equal(double.PositiveInfinity, (x / 0)[0].Item<double>());
        Assert.Equal(long.MinValue, Tensor.Full([1], long.MinValue, DType.Int64, x.Device).FloorDivide(-1).Item<long>());
    }

    [Theory, MemberData(nameof(Devices))]
    public void Writes_that_overlap(string device)
    {
        var x = Ones(device, 4);
        Expect(ErrorKind.Runtime, "unsupported operation: more than one element of the written-to tensor refers to a " +
            "single memory location.", () => x[..1].Expand([4]).Add_(x));
        Expect(ErrorKind.Runtime, "unsupported operation: some elements of the input tensor and the written-to tensor " +
            "refer to a single memory location.", () => x[1..].Add_(x[..^1]));

        var square = new Parameter(Ones(device, 3, 3));
        square.Grad = square.Detach().T;
        Expect(ErrorKind.Runtime, "unsupported operation: some elements of the input tensor and the written-to tensor",
            () =>
            {
                new SGD([square], lr: 1).Step();
                return null;
            });

        // What is written at indices, and the indices, are read before anything is written.
        var turned = Tensor.Arange(0, 4, device: x.Device);
        turned.Scatter_(0, 3 - turned, turned);
        Assert.Equal([3L, 2, 1, 0], turned.ToArray<long>());
        turned.IndexPut_([turned], turned);
        Assert.Equal([0L, 1, 2, 3], turned.ToArray<long>());

        // Interleaved, but no element is both: that is fine.
        x[(0..4).Step(2)].Add_(x[(1..4).Step(2)]);
        Assert.Equal([2f, 1, 2, 1], x.ToArray<float>());
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_freed_tensor(string device)
    {
        var x = Ones(device, 3);
        var view = x[1..];
        x.Free();
        x.Free();
        Assert.Throws<TensorRuntimeException>(() => x + 1);
        Assert.Throws<TensorRuntimeException>(() => view.Sum());
        Assert.Throws<TensorRuntimeException>(() => x.ToArray<float>());
        Assert.Throws<TensorRuntimeException>(() => x.Add_(x));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Shapes_that_other_families_refuse(string device)
    {
        var (x, labels) = (Ones(device, 2, 4), Tensor.Zeros([3], DType.Int64, TestDevices.Get(device)));
        var index = labels.Unsqueeze(1);
        Assert.Throws<TensorRuntimeException>(() => x.Gather(1, index));
        Assert.Throws<TensorRuntimeException>(() => x.Gather(1, labels));
        Assert.Throws<TensorRuntimeException>(() => x.Scatter(1, index, 1.0));
        Assert.Throws<TensorRuntimeException>(() => x.Clone().IndexPut_([labels], Ones(device, 5)));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Cat([x, Ones(device, 2, 3)]));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Stack([x, Ones(device, 2, 3)]));
        Assert.Throws<TensorRuntimeException>(() => x.Bmm(x));
        Assert.Throws<TensorIndexException>(() => x.Sum(2));
        Assert.Throws<TensorIndexException>(() => x.Cumsum(2));
        Assert.Throws<TensorIndexException>(() => x.Softmax(-3));
        Assert.Throws<TensorRuntimeException>(() => new MSELoss().Call(x, Ones(device, 3)));
        Expect(ErrorKind.Value, "Expected input batch_size (2) to match target batch_size (3).",
            () => new CrossEntropyLoss().Call(x, labels));
        Expect(ErrorKind.Value, "Target size", () => new BCEWithLogitsLoss().Call(x, Ones(device, 3)));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Indices_out_of_range(string device)
    {
        var x = Ones(device, 2, 4);
        var four = Tensor.Full([2, 1], 4, DType.Int64, x.Device);
        Assert.ThrowsAny<TensorException>(() => Waited(x.Gather(1, four)));
        Assert.ThrowsAny<TensorException>(() => Waited(x.Gather(1, -four)));
        Assert.ThrowsAny<TensorException>(() => Waited(x.Scatter(1, four, 1.0)));
        Assert.ThrowsAny<TensorException>(() => Waited(x.ScatterAdd(1, four, x)));
        Assert.Throws<TensorIndexException>(() => Waited(x.IndexSelect(1, four.Flatten())));
        Assert.Throws<TensorIndexException>(() => Waited(Tensor.Embedding(x, four)));
        Assert.Throws<TensorIndexException>(() => Waited(x[2]));
        Assert.Throws<TensorIndexException>(() => Waited(x.Clone().IndexPut_([four], x[0, 0])));
        Expect(ErrorKind.Index, "Target 4 is out of bounds.", () => new CrossEntropyLoss().Call(x, four.Flatten()));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Zero_sized_everything(string device)
    {
        var (rows, columns) = (Ones(device, 0, 3), Ones(device, 3, 0));
        foreach (var y in new[]
        {
            rows + 1, rows * rows[..0], rows.Exp(), rows.Gt(0), rows.Softmax(1), rows.LogSoftmax(0), rows.Cumsum(0),
            rows.Cumprod(1), rows.Clone(), rows.To(DType.Int64), rows.Add_(1), rows.Contiguous(),
            rows.Gather(0, rows.Long()), rows.IndexSelect(1, Tensor.Arange(0, 3, device: rows.Device)),
        })
        {
            Assert.Equal([0L, 3], y.Shape.ToArray());
        }

        Assert.Equal(new float[9], columns.Mm(rows).ToArray<float>());
        Assert.Equal([0L, 0], rows.Mm(columns).Shape.ToArray());
        Assert.Equal([0f, 0, 0], rows.Sum(0).ToArray<float>());
        Assert.Equal([1f, 1, 1], columns.Prod(1).ToArray<float>());
        Assert.Equal([3L, 3], Tensor.Cat([rows, Ones(device, 3, 3)]).Shape.ToArray());
        var layer = new Linear(3, 2).To(rows.Device);
        layer.Call(rows).Sum().Backward();
        Assert.Equal(new float[6], layer.Weight.Grad!.ToArray<float>());
        Assert.True(double.IsNaN(new CrossEntropyLoss().Call(rows, Ones(device, 0).Long()).Item<double>()));
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_scope_frees_what_it_does_not_keep(string device)
    {
        Tensor kept, lost;
        using (var scope = Tensor.Scope())
        {
            lost = Ones(device, 3);
            kept = scope.Keep(lost + 1);
        }

        Assert.Equal(6, kept.Sum().Item<double>());
        Assert.Throws<TensorRuntimeException>(() => lost + 1);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_training_step_within_a_scope_leaves_gradients_and_moments(string device)
    {
        var layer = new KernelEngine.Nn.Linear(3, 2).To(TestDevices.Get(device));
        var adam = new KernelEngine.Nn.Adam(layer.Parameters());
        for (var step = 0; step < 3; step++)
        {
            using var scope = Tensor.Scope();
            layer.Call(Ones(device, 4, 3)).Sum().Backward();
            adam.Step();
        }

        Assert.Equal([12, 12], layer.Bias!.Grad!.ToArray<float>());
    }

    [Theory, MemberData(nameof(Devices))]
    public void Sizes_that_cannot_be(string device)
    {
        var d = TestDevices.Get(device);
        Expect(ErrorKind.Runtime, "Trying to create tensor with negative dimension -1: [-1]",
            () => Tensor.Zeros([-1], device: d));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Empty([long.MaxValue, 3], device: d));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Empty([1L << 61], device: d));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Empty([1L << 50], device: d));
        Assert.Equal(0, Tensor.Empty([long.MaxValue, 0, long.MaxValue], device: d).ElementCount);
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 3).AsStrided([10], [1]));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 3).AsStrided([3], [1L << 62]));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 3).AsStrided([1], [1], long.MaxValue));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 1).Expand(new long[100].Select(_ => 2L).ToArray()));
        Assert.Equal(1, Ones(device, 4).Slice(0, 1, 4, long.MaxValue).ElementCount);
        Assert.Throws<TensorRuntimeException>(() => Tensor.FromArray(new float[3], [4]));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Counts_that_cannot_be(string device)
    {
        var x = Ones(device, 2, 3, 4);
        Expect(ErrorKind.Index, "Dimension out of range (expected to be in range of [-3, 2], but got -2147483647)",
            () => x.Tensordot(x, int.MaxValue));
        Expect(ErrorKind.Index, "Dimension specified as -1 but tensor has no dimensions",
            () => x[0, 0, 0].Tensordot(x, 1));
        foreach (var offset in new[] { long.MinValue, long.MaxValue })
        {
            Assert.Throws<TensorRuntimeException>(() => Ones(device, 5).Diag(offset));
            Assert.Throws<TensorRuntimeException>(() => x.DiagEmbed(offset));
            Assert.Throws<TensorRuntimeException>(() => x.DiagFlat(offset));
        }

        Assert.Equal([0L, int.MaxValue], Ones(device, 5).Combinations(int.MaxValue).Shape);
        Assert.Equal([1L, 65], Ones(device, 1).Combinations(65, withReplacement: true).Shape);
        Expect(ErrorKind.Runtime, "numel: integer multiplication overflow",
            () => Ones(device, 2).Combinations(int.MaxValue, withReplacement: true));
        Assert.True(Ones(device, 2).Round(int.MinValue).IsNaN().All().Item().ToBoolean());
        Assert.True(Ones(device, 2).Round_(int.MinValue).IsNaN().All().Item().ToBoolean());
        Expect(ErrorKind.Runtime, "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square",
            () => x.PixelShuffle(1L << 40));
        Assert.Equal([0L, 1L << 40, 1L << 40], Ones(device, 0, 1, 1).PixelShuffle(1L << 40).Shape);
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 0, 3).Chunk(int.MaxValue));
        Assert.Throws<TensorRuntimeException>(() => x.TensorSplit(long.MaxValue));
        Assert.Throws<TensorRuntimeException>(() => Ones(device, 0, 3).VSplit(1L << 40));
        Assert.Throws<TensorValueException>(
            () => Functional.MaxUnpool3d(x, x.Long(), [2, 2], outputSize: [2, 3, 4]));
        Expect(ErrorKind.Runtime, "Expected 2-dimensional tensor, but got 0-dimensional tensor for argument #1 'self' " +
            "(while checking arguments for embedding_renorm_)",
            () => Functional.Embedding(x.Long()[0, 0], x[0, 0, 0], maxNorm: 1));
    }

    [Fact]
    public void Spans_of_what_is_not_contiguous()
    {
        var x = Tensor.Ones(2, 3);
        Assert.Throws<TensorRuntimeException>(() => { x.T.AsSpan<float>(); });
        Assert.Throws<TensorTypeException>(() => { x.AsSpan<int>(); });
        Assert.Throws<TensorRuntimeException>(() =>
        {
            Tensor.Ones([2], device: ComputeDevice.Meta).AsSpan<float>();
        });
    }

    [Theory, MemberData(nameof(Devices))]
    public void Items_of_what_is_not_one_element(string device)
    {
        Expect(ErrorKind.Value, "only one element tensors can be converted to Python scalars",
            () => Ones(device, 2).Item());
        Expect(ErrorKind.Value, "only one element tensors can be converted to Python scalars",
            () => Ones(device, 0).Item());
        Assert.Equal(1, Ones(device, 1, 1).Item<int>());
    }

    private static Tensor Ones(string device, params long[] sizes) =>
        Tensor.Ones(sizes, device: TestDevices.Get(device));

    // What a GPU finds in its data is thrown by the next one who waits.
    private static Tensor Waited(Tensor result)
    {
        result.Device.Synchronize();
        return result;
    }

    private static void Expect(ErrorKind kind, string message, Func<object?> code)
    {
        var e = Assert.ThrowsAny<TensorException>(() => code() is Tensor result ? Waited(result) : null);
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(kind, e.Kind);
    }
}
