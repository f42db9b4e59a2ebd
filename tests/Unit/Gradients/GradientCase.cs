namespace KernelEngine.Tests;

/// <summary>
/// A function whose first and second derivatives are checked. Its name is that of the C# method, with what is special
/// about the call after a colon, as in <c>Conv2d: grouped</c>.
/// </summary>
/// <param name="Name">The method's name, and what is special.</param>
/// <param name="Shapes">The shapes of the arguments that are drawn.</param>
/// <param name="Function">The function of these. Further tensors belong on the device of the first.</param>
public sealed record GradientCase(string Name, Shape[] Shapes, Func<Tensor[], Tensor[]> Function)
{
    /// <summary>A function with one result.</summary>
    public GradientCase(string name, Shape[] shapes, Func<Tensor[], Tensor> function)
        : this(name, shapes, x => [function(x)])
    {
    }

    /// <summary>The smallest number drawn.</summary>
    public double Low { get; init; } = -2;

    /// <summary>The largest number drawn.</summary>
    public double High { get; init; } = 2;

    /// <summary>
    /// Whether equal elements are fine; not for what selects by size. Elements that are drawn always differ, but an
    /// argument that was broadcast repeats them.
    /// </summary>
    public bool AllowsTies { get; init; } = true;

    /// <summary>Why there is no second derivative; null where there is one.</summary>
    public string? OnceBecause { get; init; }

    /// <summary>The C# method that is called.</summary>
    public string Method => Name.Split(':')[0];
}
