namespace KernelEngine.Tests;

/// <summary>The kernel of a user's own that docs/kernels.md shows is the one here, and runs.</summary>
public class DocumentedKernelTests
{
    // <docs>
    static readonly ComputeKernel SoftThreshold = ComputeKernel.Define("soft_threshold", threads: 64, body: """
        int i = id.x; if (i >= n) return;
        float size = max(abs(src[i]) - t, 0.0f);
        dst[i] = src[i] < 0.0f ? -size : size;
        """)
        .Reads<float>("src").Writes<float>("dst").Param<int>("n").Param<float>("t")
        .Gradient(g =>
        {
            var isCut = g.Inputs[0].Abs() <= g.Parameters[1];
            return [g.Gradients[0].MaskedFill(isCut, 0)]; // one for each tensor that is read, null for none
        });

    static Tensor Shrink(Tensor x, double t) => SoftThreshold.Apply([x], x.ElementCount, t);
    // </docs>

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void It_computes_and_has_a_gradient(string name)
    {
        var x = Tensor.FromSpan<float>([-3, -1, 0.5f, 2], [4], TestDevices.Get(name)).RequiresGrad_();
        var y = Shrink(x, 1);
        Assert.Equal([-2f, 0, 0, 1], y.Detach().ToArray<float>());
        (y * y).Sum().Backward();
        Assert.Equal([-4f, 0, 0, 2], x.Grad!.ToArray<float>());
        Assert.Empty(Shrink(x.Detach()[..0], 1).ToArray<float>());
    }

    [Fact]
    public void It_is_the_one_that_is_shown()
    {
        const string begin = "    // <docs>\n", end = "    // </docs>\n";
        var file = Path.Combine(Repository.Root, "tests/Unit/ComputeKernels/DocumentedKernelTests.cs");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var first = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var code = text[first..text.IndexOf(end, first, StringComparison.Ordinal)].Replace("\n    ", "\n")[4..];
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/kernels.md")).ReplaceLineEndings("\n");
        Assert.Contains($"```csharp\n{code}```\n", page, StringComparison.Ordinal);
    }
}
