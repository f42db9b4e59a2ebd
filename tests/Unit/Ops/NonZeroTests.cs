namespace KernelEngine.Tests;

/// <summary>Where a tensor is not zero, on every device.</summary>
public sealed class NonZeroTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ManyDimensions(string device)
    {
        // More dimensions than a launch takes sizes.
        long[] shape = [2, 1, 3, 2, 1, 2, 2, 1, 3, 2, 2, 1, 3, 2, 1, 2, 2, 3];
        var count = shape.Aggregate(1L, (a, b) => a * b);
        var numbers = Enumerable.Range(0, (int)count).Select(i => i % 7 == 3 ? 1f : 0f).ToArray();
        var x = Tensor.FromSpan<float>(numbers, shape, device: TestDevices.Get(device));
        var expected = new List<long>();
        for (var i = 0L; i < count; i++)
        {
            var place = new long[shape.Length];
            var rest = i;
            for (var d = shape.Length - 1; d >= 0; d--)
                (rest, place[d]) = Math.DivRem(rest, shape[d]);
            if (numbers[i] != 0)
                expected.AddRange(place);
        }

        var found = x.NonZero();
        Assert.Equal(new Shape([expected.Count / shape.Length, shape.Length]), found.Shape);
        Assert.Equal(expected, found.ToArray<long>());
    }
}
