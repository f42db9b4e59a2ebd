using KernelEngine.Gpu;

namespace KernelEngine.Tests;

/// <summary>
/// First and second derivatives of every case of <see cref="GradientCatalog"/> against differences in float64: on the
/// CPU with arguments of every form, on GPU devices a fixed third of the cases, each in one form, since every form
/// needs kernels of its own.
/// </summary>
public sealed class GradientTableTests
{
    private const int GpuShare = 3;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in TestDevices.All)
            {
                foreach (var name in GradientCatalog.All.Keys)
                {
                    if (device.Data == "cpu" || Number(name) % GpuShare == 0)
                        rows.Add(device.Data, name);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void DerivativesAgreeWithDifferences(string device, string name)
    {
        var on = TestDevices.Get(device);
        var row = GradientCatalog.All[name];
        foreach (var form in FormsOn(on, row))
        {
            var random = new Random(Number(name) + (int)form);
            var leaves = Array.ConvertAll(row.Shapes, s => Leaf(s, form, row, random, on));
            Tensor[] Function(Tensor[] x) =>
                row.Function([.. x.Take(row.Shapes.Length).Select((l, i) => Formed(l, row.Shapes[i], form))]);
            try
            {
                // The point where it is taken is drawn: where the function is steep, differences are coarse.
                Assert.True(Autograd.GradCheck(Function, leaves, atol: 1e-6, rtol: 1e-4));
                if (row.OnceBecause is null)
                    Assert.True(Autograd.GradGradCheck(Function, leaves, atol: 1e-5, rtol: 1e-4));
            }
            catch (TensorException e) when (e is not NoFloat64Exception)
            {
                throw new InvalidOperationException($"{name}, {form}: {e.Message}", e);
            }
        }
    }

    private static GradientForm[] FormsOn(ComputeDevice device, GradientCase row)
    {
        var forms = Enum.GetValues<GradientForm>();
        if (!row.AllowsTies)
            forms = [.. forms.Where(f => f != GradientForm.Broadcast)];
        return device.Type == DeviceType.Cpu ? forms : [forms[Number(row.Name) / GpuShare % forms.Length]];
    }

    // The same in every process.
    private static int Number(string name) => name.Sum(c => c);

    private static Tensor Leaf(Shape shape, GradientForm form, GradientCase row, Random random, ComputeDevice device)
    {
        Shape leaf = form switch
        {
            GradientForm.Permuted => [.. shape.AsSpan().ToArray().Reverse()],
            GradientForm.Stepped when shape.Rank > 0 => [.. shape.AsSpan()[..^1], (2 * shape[^1]) + 1],
            GradientForm.Broadcast when shape.Rank > 0 => [1, .. shape.AsSpan()[1..]],
            _ => shape,
        };

        // Evenly spread and shuffled, each a little off its place: no two are near each other.
        var count = (int)leaf.ElementCount;
        var places = Enumerable.Range(0, count).ToArray();
        random.Shuffle(places);
        var step = (row.High - row.Low) / Math.Max(1, count);
        var numbers = Array.ConvertAll(
            places, p => row.Low + (step * (p + 0.5 + (0.3 * (random.NextDouble() - 0.5)))));
        return Tensor.FromArray(numbers, leaf).To(device).RequiresGrad_();
    }

    private static Tensor Formed(Tensor leaf, Shape shape, GradientForm form) => form switch
    {
        GradientForm.Permuted => leaf.Permute([.. Enumerable.Range(0, leaf.Rank).Reverse()]),
        GradientForm.Stepped when shape.Rank > 0 => leaf[TensorIndex.Ellipsis, (1..).Step(2)],
        GradientForm.Broadcast when shape.Rank > 0 => leaf.Expand(shape),
        _ => leaf,
    };
}
