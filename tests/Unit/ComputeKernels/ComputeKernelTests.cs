namespace KernelEngine.Tests;

/// <summary>A user's own kernel before any device runs it: interface, checks, gradients.</summary>
public class ComputeKernelTests
{
    private static readonly ComputeKernel Blur = ComputeKernel.Define("blur3", threads: 64, body: """
        uint i = id.x; if (i >= n) return;
        dst[i] = lerp(src[i], 0.5f * (src[max(i, 1u) - 1u] + src[min(i + 1u, n - 1u)]), w);
        """).Reads<float>("src").Writes<float>("dst").Param<uint>("n").Param<float>("w");

    private readonly EmptyBackend backend = new();

    [Fact]
    public void The_interface_is_data()
    {
        Assert.Equal([new("src", DType.Float32, Access.Read), new("dst", DType.Float32, Access.Write)], Blur.Operands);
        Assert.Equal([new("n", typeof(uint)), new("w", typeof(float))], Blur.Parameters);
        Assert.Equal("blur3(reads float32 src, writes float32 dst, uint n, float w)", Blur.ToString());
        Assert.Equal(2, Blur.Reads<Half>("more").Operands.Length - 1);
        Assert.Equal(2, Blur.Operands.Length);
    }

    [Theory]
    [InlineData("src")]
    [InlineData("n")]
    [InlineData("2n")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_name_is_an_identifier_and_free(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => Blur.Reads<float>(name));
        Assert.ThrowsAny<ArgumentException>(() => Blur.Param<float>(name));
    }

    [Fact]
    public void What_no_kernel_takes_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => ComputeKernel.Define("k", 0, ";"));
        Assert.ThrowsAny<ArgumentException>(() => ComputeKernel.Define("k", 4096, ";"));
        Assert.ThrowsAny<ArgumentException>(() => ComputeKernel.Define("k", 64, " "));
        Assert.ThrowsAny<ArgumentException>(() => Blur.Param<Half>("h"));
        Assert.Throws<TensorTypeException>(() => Blur.Reads<char>("c"));
        Assert.ThrowsAny<ArgumentException>(() => Blur.SpirV(new byte[24]));
        Assert.ThrowsAny<ArgumentException>(() => Blur.SpirV(new byte[] { 3, 2, 0x23, 7 }));
    }

    [Fact]
    public void It_runs_over_tensors_that_are_there()
    {
        var (x, y) = (Make(5), Make(5));
        Blur.Run(elements: 5, [x, y], 5, 0.5);
        var (kernel, elements, parameters) = Assert.Single(backend.Computed);
        Assert.Same(Blur, kernel);
        Assert.Equal(5, elements);
        Assert.Equal([5L, BitConverter.SingleToUInt32Bits(0.5f)], parameters);
        Assert.Equal((0, 1), (x.Version, y.Version));
        Blur.Run(elements: 0, [x, y], uint.MaxValue, 1);
        Assert.Single(backend.Computed);
    }

    [Fact]
    public void Operands_that_do_not_fit_say_why()
    {
        var (x, y) = (Make(5), Make(5));
        Says("takes 2 operands, not 1", () => Blur.Run(5, [x], 5, 0.5));
        Says("takes 2 parameters, not 1", () => Blur.Run(5, [x, y], 5));
        Says("x.To(DType.Float32)", () => Blur.Run(5, [x.To(DType.Float64), y], 5, 0.5));
        Says("Contiguous()", () => Blur.Run(5, [Make(10)[(0..10).Step(2)], y], 5, 0.5));
        Says("two devices", () => Blur.Run(5, [x, Tensor.Zeros(5)], 5, 0.5));
        Says("shares memory with 'src'", () => Blur.Run(5, [x, x], 5, 0.5));
        Says("n is uint, which cannot hold -1", () => Blur.Run(5, [x, y], -1, 0.5));
        Says("n is uint, which cannot hold 0.5", () => Blur.Run(5, [x, y], 0.5, 0.5));
        var wanted = Tensor.Empty([5], DType.Float32, backend.Device, requiresGrad: true);
        Says("leaf", () => Blur.Run(5, [x, wanted], 5, 0.5));
        Says("use Apply", () => Blur.Run(5, [x, wanted * 1], 5, 0.5));
        var both = Make(10);
        Blur.Run(5, [both[..5], both[5..]], 5, 0.5);
        using (Autograd.NoGrad())
            Blur.Run(5, [x, wanted], 5, 0.5);
        Assert.Equal(2, backend.Computed.Count);

        static void Says(string what, Action action) => Assert.Contains(
            what, Assert.ThrowsAny<TensorException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_processor_says_what_would_make_it_run()
    {
        var e = Assert.Throws<TensorNotImplementedException>(() => Blur.Apply([Tensor.Ones(5)], 5, 0.5));
        Assert.StartsWith("the kernel 'blur3' cannot run on cpu", e.Message, StringComparison.Ordinal);
        Assert.Contains("Pointwise.Define", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_makes_what_is_written_and_records_the_gradient()
    {
        var meta = ComputeDevice.Meta;
        var x = Tensor.Empty([2, 3], DType.Float32, meta, requiresGrad: true);
        Assert.Equal([2, 3], Blur.Apply([x.Detach()], 6, 0.5).Shape);

        KernelGradient? seen = null;
        var kernel = Blur.Gradient(g =>
        {
            seen = g;
            return [g.Gradients[0] * g.Parameters[1] + g.Inputs[0] * g.Results[0]];
        });
        var y = kernel.Apply([x], 6, 0.25);
        Assert.Equal("blur3Backward", y.GradientFunction!.Name);
        y.Sum().Backward();
        Assert.Equal([2, 3], x.Grad!.Shape);
        Assert.Equal((6L, 0.25), (seen!.Elements, seen.Parameters[1].ToDouble()));

        var e = Assert.Throws<TensorNotImplementedException>(() => Blur.Apply([x], 6, 0.5).Sum().Backward());
        Assert.Contains("the derivative for 'blur3' is not implemented", e.Message, StringComparison.Ordinal);

        var two = Blur.Writes<long>("places");
        var results = two.ApplyAll(6, [[2, 3], [1]], [x.Detach()], 6, 0.5);
        Assert.Equal((DType.Int64, new Shape([1L])), (results[1].DType, results[1].Shape));
        Assert.Throws<TensorRuntimeException>(() => two.ApplyAll(6, [[2, 3]], [x], 6, 0.5));
        Assert.Throws<TensorRuntimeException>(() => Blur.Updates<float>("state").Apply([x], 6, 0.5));
    }

    private Tensor Make(long count) => Tensor.Zeros([count], DType.Float32, backend.Device);
}
