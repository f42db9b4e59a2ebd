namespace KernelEngine.Tests;

/// <summary>
/// Random programs over a few tensors, views of each other among them: operators, writes, reads, gradients in any
/// order. Computed when it is needed or at once, every value has the same bits.
/// </summary>
[Collection(nameof(FusionCollection))]
public sealed class RandomProgramTests : IDisposable
{
    private const int Steps = 60;
    private readonly FusionMode before = Fusion.Mode;

    public static TheoryData<string, int> Programs
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var device in new[] { "cpu", "vulkan:0", "opencl:0" })
            {
                // Each needs many kernels, which a software GPU's driver is slow to compile.
                for (var seed = 0; seed < (device == "cpu" ? 200 : 6); seed++)
                    data.Add(device, seed);
            }

            return data;
        }
    }

    public void Dispose() => Fusion.Mode = before;

    [Theory]
    [MemberData(nameof(Programs))]
    public void Give_the_same_bits(string name, int seed)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Off;
        var expected = Run(device, seed);
        foreach (var mode in new[] { FusionMode.Repeated, FusionMode.Always })
        {
            Fusion.Mode = mode;
            var values = Run(device, seed);
            Assert.Equal(expected.Count, values.Count);
            for (var i = 0; i < values.Count; i++)
                Assert.True(values[i].AsSpan().SequenceEqual(expected[i]), $"{mode}, seed {seed}, value {i}");
        }
    }

    private static List<long[]> Run(ComputeDevice device, int seed)
    {
        var random = new Random(seed);
        var dtype = new[] { DType.Float32, DType.Float32, DType.Float16, DType.Int32, DType.UInt8 }[seed % 5];
        var seen = new List<long[]>();
        var values = new List<Tensor>();
        for (var i = 0; i < 3; i++)
            values.Add(Numbers(random, dtype, device));
        var mayRecord = dtype == DType.Float32 && seed % 2 == 0;
        var leaf = mayRecord ? Numbers(random, dtype, device).RequiresGrad_() : null;
        if (leaf is not null)
            values.Add(leaf);
        for (var step = 0; step < Steps; step++)
        {
            var x = values[random.Next(values.Count)];
            var y = values[random.Next(values.Count)];
            var number = random.Next(1, 4);
            switch (random.Next(20))
            {
                case 0 or 1 or 2:
                    Add(x + y);
                    break;
                case 3 or 4:
                    Add(x * number);
                    break;
                case 5:
                    Add(x - (y * number));
                    break;
                case 6:
                    Add(x.Maximum(y).Abs());
                    break;
                case 7:
                    Add(Tensor.Where(x > y, x, y + number));
                    break;
                case 8:
                    Add(dtype.IsFloatingPoint ? x.Tanh() : x.Neg());
                    break;
                case 9:
                    Add((x + x.Amax()).Clone());
                    break;
                case 10:
                    Add(x.T.Contiguous().T);
                    break;
                case 11:
                    Write(x, t => t.Add_(y, number));
                    break;
                case 12:
                    Write(x, t => t.Mul_(number));
                    break;
                case 13:
                    Write(x, t => t[1..3].Copy_(y[2..4]));
                    break;
                case 14:
                    Write(x, t => t[.., random.Next(4)].Fill_(number));
                    break;
                case 15:
                    Note((x + number).Sum(random.Next(2)));
                    break;
                case 16:
                    Note(x);
                    break;
                case 17:
                    var product = x.To(DType.Float32).Matmul(y.To(DType.Float32).T);
                    Note(random.Next(2) == 0 ? product : product + product[0]);
                    if (dtype == DType.Float32)
                        Add(product.Matmul(x) * 0.001 + y[0]);
                    break;
                case 18:
                    // A view beside its base.
                    values[random.Next(3)] = x.View(x.Shape);
                    break;
                default:
                    if (leaf is not null && x.RequiresGrad && !x.IsLeaf)
                        Differentiate(x);
                    break;
            }
        }

        foreach (var value in values)
            Note(value);
        return seen;

        void Add(Tensor result)
        {
            if (values.Count < 8)
                values.Add(result);
            else
                values[random.Next(values.Count)] = result;
        }

        void Write(Tensor target, Action<Tensor> write)
        {
            if (target.RequiresGrad)
                return;
            using (Autograd.NoGrad())
            {
                try
                {
                    write(target);
                }
                catch (TensorRuntimeException)
                {
                    // Memory that overlaps partly; refused in either mode.
                    seen.Add([-1]);
                }
            }
        }

        void Differentiate(Tensor root)
        {
            try
            {
                root.Sum().Backward();
            }
            catch (TensorRuntimeException)
            {
                // A saved value was written, or the graph is gone.
                seen.Add([-2]);
            }

            for (var i = 0; i < values.Count; i++)
                values[i] = ReferenceEquals(values[i], leaf) ? leaf! : values[i].Detach();
            if (leaf!.Grad is { } gradient)
                Note(gradient);
        }

        void Note(Tensor value)
        {
            var numbers = value.Detach().To(DType.Float64).ToArray<double>();
            seen.Add(Array.ConvertAll(numbers, n => double.IsNaN(n) ? long.MinValue : BitConverter.DoubleToInt64Bits(n)));
        }
    }

    private static Tensor Numbers(Random random, DType dtype, ComputeDevice device)
    {
        var numbers = new float[6 * 4];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = random.Next(0, 40) / (dtype.IsFloatingPoint ? 16f : 1f);
        return Tensor.FromSpan<float>(numbers, [6, 4]).To(dtype).To(device);
    }
}
