using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using KernelEngine.Tests.Gpu;

namespace KernelEngine.Tests;

/// <summary>Kernels of a user's own where they run: on GPUs.</summary>
public class ComputeKernelDeviceTests
{
    private static readonly ComputeKernel Blur = ComputeKernel.Define("blur3", threads: 64, body: """
        uint i = id.x; if (i >= n) return;
        dst[i] = lerp(src[i], 0.5f * (src[max(i, 1u) - 1u] + src[min(i + 1u, n - 1u)]), w);
        """).Reads<float>("src").Writes<float>("dst").Param<uint>("n").Param<float>("w");

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void The_example_runs(string name)
    {
        var device = TestDevices.Get(name);
        var values = Enumerable.Range(0, 1000).Select(i => (float)(i * i % 37)).ToArray();
        var x = Tensor.FromSpan<float>(values, [1000], device);
        Assert.Equal(Blurred(values, 0.25f), Blur.Apply([x], 1000, 0.25).ToArray<float>());

        // A part of other memory, and one element.
        Assert.Equal(Blurred(values[3..10], 0.5f), Blur.Apply([x[3..10]], 7, 0.5).ToArray<float>());
        var one = Tensor.Zeros([1], device: device);
        Blur.Run(elements: 1, [x[5..6], one], 1, 1);
        Assert.Equal(values[5], one.Item<float>());
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void The_gradient_is_the_given_one(string name)
    {
        // The transpose of a blur is that of the gradients, but for the ends.
        var kernel = Blur.Gradient(g =>
        {
            var (n, w) = (g.Elements, g.Parameters[1].ToDouble());
            var d = g.Gradients[0];
            var side = d * (0.5 * w);
            var result = d * (1 - w);
            var inner = Tensor.Cat([side[1..], Tensor.Zeros([1], device: d.Device)], 0) +
                Tensor.Cat([Tensor.Zeros([1], device: d.Device), side[..^1]], 0);
            var ends = Tensor.Cat([side[..1], Tensor.Zeros([n - 2], device: d.Device), side[^1..]], 0);
            return [result + inner + ends];
        });
        var device = TestDevices.Get(name);
        var x = Tensor.FromSpan<float>([1, 5, 2, 8, 3], [5], device);
        x.RequiresGrad_();
        var v = Tensor.FromSpan<float>([3, 1, 4, 1, 5], [5], device);
        (kernel.Apply([x], 5, 0.5) * v).Sum().Backward();
        Assert.Equal([2.5f, 2.25f, 2.5f, 2.75f, 4f], x.Grad!.ToArray<float>());
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void Elements_beyond_the_groups_of_one_row_are_reached(string name)
    {
        var kernel = ComputeKernel.Define("places", threads: 2, body: """
            if (id.x >= n) return;
            dst[id.x] = id.x + 1000000 * (local_id.x + 2 * (group_id.x - id.x / 2));
            """).Writes<int>("dst").Param<int>("n");
        var device = TestDevices.Get(name);
        var dst = Tensor.Zeros([150_001], DType.Int32, device);
        kernel.Run(dst.ElementCount, [dst], dst.ElementCount);
        Assert.Equal(
            Enumerable.Range(0, 150_001).Select(i => i + (1_000_000 * (i % 2))), dst.ToArray<int>());
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void Every_dtype_is_loaded_and_stored(string name)
    {
        var device = TestDevices.Get(name);
        Check<Half>([(Half)1.5, (Half)(-2)], [(Half)3, (Half)(-4)]);
        Check<BFloat16>([(BFloat16)1.5f, (BFloat16)(-2f)], [(BFloat16)3f, (BFloat16)(-4f)]);
        Check<byte>([1, 100], [2, 200]);
        Check<sbyte>([1, -50], [2, -100]);
        Check<short>([1, -5000], [2, -10000]);
        Check<int>([1, -50000], [2, -100000]);
        Check<long>([1, -5_000_000_000], [2, -10_000_000_000]);
        Check<float>([1, -0.5f], [2, -1]);
        if (device.Limits.HasFloat64)
            Check<double>([1, -1e100], [2, -2e100]);

        void Check<T>(T[] values, T[] twice) where T : unmanaged
        {
            var kernel = ComputeKernel.Define("twice", threads: 64, body: """
                int i = id.x; if (i >= n) return;
                STORE(dst, i, LOAD(src, i) + LOAD(src, i));
                """).Reads<T>("src").Writes<T>("dst").Param<int>("n");
            var x = Tensor.FromSpan<T>(values, [2], device);
            Assert.Equal(twice, kernel.Apply([x], 2).ToArray<T>());
        }
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void Threads_of_a_group_share_memory(string name)
    {
        // Every group adds up its elements and the count of all groups; floats only within the group.
        var kernel = ComputeKernel.Define("sums", threads: 64, body: """
            int i = id.x;
            partial[local_id.x] = i < n ? abs(src[i]) : 0.0f;
            BARRIER();
            for (int step = 32; step > 0; step /= 2)
            {
                if (local_id.x < step) partial[local_id.x] += partial[local_id.x + step];
                BARRIER();
            }
            if (local_id.x == 0)
            {
                sums[group_id.x] = FLOAT(partial[0] * factor);
                ATOMIC_ADD(groups, 0, 1);
            }
            """)
            .Reads<float>("src").Writes<float>("sums").Updates<int>("groups")
            .Param<int>("n").Param<double>("factor").Shared<float>("partial", 64);
        var device = TestDevices.Get(name);
        if (!device.Limits.HasFloat64)
        {
            Assert.Contains("float64", Assert.ThrowsAny<TensorNotImplementedException>(Run).Message,
                StringComparison.Ordinal);
            return;
        }

        Run();

        void Run()
        {
            var (sums, groups) = (Tensor.Zeros([3], device: device), Tensor.Zeros([1], DType.Int32, device));
            kernel.Run(130, [Tensor.Full([130], -1, DType.Float32, device), sums, groups], 130, 0.5);
            Assert.Equal([32, 32, 1], sums.ToArray<float>());
            Assert.Equal(3, groups.Item<int>());
        }
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void What_a_compiler_refuses_says_why(string name)
    {
        var kernel = ComputeKernel.Define("broken", threads: 64, body: "\n\n  dst[id.x] = undeclared_name;")
            .Writes<float>("dst");
        var dst = Tensor.Zeros([4], device: TestDevices.Get(name));
        var e = Assert.Throws<TensorRuntimeException>(() => kernel.Run(4, [dst]));
        Assert.Contains("broken", e.Message, StringComparison.Ordinal);
        Assert.Contains("undeclared_name", e.Message, StringComparison.Ordinal);

        var reserved = ComputeKernel.Define("names", threads: 64, body: "output[id.x] = 1.0f;").Writes<float>("output");
        Assert.Contains("'output'", Assert.Throws<TensorRuntimeException>(() => reserved.Run(4, [dst])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_compiled_form_can_be_given()
    {
        Assert.SkipWhen(SourceCompilers.Glslang is null, "glslangValidator is not on the path");
        var words = GlslProgram.Compile(Blur.Name, Blur.ToGlsl());
        var kernel = Blur.SpirV(MemoryMarshal.AsBytes(words.AsSpan()).ToArray());
        Assert.Equal(words.Length * 4, kernel.CompiledSpirV.Length);
        Assert.Contains("__kernel", Blur.ToOpenCl(), StringComparison.Ordinal);
        if (!ComputeDevice.IsAvailable("vulkan:0"))
            return;

        // The text is not looked at any more.
        var given = ComputeKernel.Define("blur3", threads: 64, body: "no text")
            .Reads<float>("src").Writes<float>("dst").Param<uint>("n").Param<float>("w").SpirV(kernel.CompiledSpirV);
        var x = Tensor.FromSpan<float>([1, 5, 2], [3], ComputeDevice.Parse("vulkan:0"));
        Assert.Equal(Blurred([1, 5, 2], 0.5f), given.Apply([x], 3, 0.5).ToArray<float>());
    }

    private static float[] Blurred(float[] x, float w) =>
    [
        .. x.Select((v, i) =>
        {
            var side = 0.5f * (x[Math.Max(i, 1) - 1] + x[Math.Min(i + 1, x.Length - 1)]);
            return v + ((side - v) * w);
        }),
    ];
}
