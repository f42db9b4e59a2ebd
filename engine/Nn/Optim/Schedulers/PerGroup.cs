using System.Collections;
using System.Runtime.CompilerServices;

namespace KernelEngine.Nn;

/// <summary>A number for all groups of an optimizer, or one for each: <c>0.1</c> or <c>[0.1, 0.3]</c>.</summary>
[CollectionBuilder(typeof(PerGroup), nameof(Create))]
public readonly struct PerGroup : IEnumerable<double>
{
    private readonly double[]? each;
    private readonly double all;

    private PerGroup(double all, double[]? each) => (this.all, this.each) = (all, each);

    /// <summary>A number for all groups.</summary>
    public static implicit operator PerGroup(double all) => new(all, null);

    /// <summary>A number for each group.</summary>
    public static implicit operator PerGroup(double[] each) => Create(each);

    /// <summary>A number for each group.</summary>
    public static PerGroup Create(ReadOnlySpan<double> each) => new(0, each.ToArray());

    /// <summary>The numbers as given: one for all, or one for each.</summary>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)(each ?? [all])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One for each of some groups.</summary>
    /// <param name="count">How many groups there are.</param>
    /// <param name="complaint">What to say where there are not as many numbers, from how many there are.</param>
    /// <exception cref="TensorValueException">There are not as many.</exception>
    internal double[] For(int count, Func<int, string> complaint)
    {
        if (each is null)
            return [.. Enumerable.Repeat(all, count)];
        return each.Length == count ? each : throw new TensorValueException(complaint(each.Length));
    }

    /// <summary>One for each group of an optimizer, with the sentence of the cyclic schedulers.</summary>
    internal double[] For(Optimizer optimizer, string name)
    {
        var count = optimizer.ParamGroups.Count;
        return For(count, given => $"expected {count} values for {name}, got {given}");
    }
}
