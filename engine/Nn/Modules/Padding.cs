namespace KernelEngine.Nn;

/// <summary>A module that pads the last dimensions.</summary>
public abstract class PaddingModule : Module
{
    private readonly Shape padding;
    private readonly string mode;
    private readonly Scalar? value;

    private protected PaddingModule(int spatial, Shape padding, string mode, Scalar? value = null)
    {
        this.padding = padding.Rank == 1 ? Enumerable.Repeat(padding[0], 2 * spatial).ToArray() : padding;
        (this.mode, this.value) = (mode, value);
    }

    /// <inheritdoc/>
    protected override string Settings => PythonSizes.Tuple(padding, padding.Rank);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Pad(input, padding, mode, value);
}

/// <summary>A border of a number in one dimension, as <c>torch.nn.ConstantPad1d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
/// <param name="value">The number.</param>
public sealed class ConstantPad1d(Shape padding, Scalar value) : PaddingModule(1, padding, "constant", value)
{
    private readonly Scalar value = value;

    /// <inheritdoc/>
    protected override string Settings => $"padding={base.Settings}, value={PythonNumber.Of(value)}";
}

/// <summary>A border of a number in two dimensions, as <c>torch.nn.ConstantPad2d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
/// <param name="value">The number.</param>
public sealed class ConstantPad2d(Shape padding, Scalar value) : PaddingModule(2, padding, "constant", value)
{
    private readonly Scalar value = value;

    /// <inheritdoc/>
    protected override string Settings => $"padding={base.Settings}, value={PythonNumber.Of(value)}";
}

/// <summary>A border of a number in three dimensions, as <c>torch.nn.ConstantPad3d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
/// <param name="value">The number.</param>
public sealed class ConstantPad3d(Shape padding, Scalar value) : PaddingModule(3, padding, "constant", value)
{
    private readonly Scalar value = value;

    /// <inheritdoc/>
    protected override string Settings => $"padding={base.Settings}, value={PythonNumber.Of(value)}";
}

/// <summary>A border of zeros in two dimensions, as <c>torch.nn.ZeroPad2d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ZeroPad2d(Shape padding) : PaddingModule(2, padding, "constant", 0.0);

/// <summary>
/// A border as in a mirror on the last elements in one dimension, as <c>torch.nn.ReflectionPad1d</c>.
/// </summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReflectionPad1d(Shape padding) : PaddingModule(1, padding, "reflect");

/// <summary>
/// A border as in a mirror on the last elements in two dimensions, as <c>torch.nn.ReflectionPad2d</c>.
/// </summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReflectionPad2d(Shape padding) : PaddingModule(2, padding, "reflect");

/// <summary>
/// A border as in a mirror on the last elements in three dimensions, as <c>torch.nn.ReflectionPad3d</c>.
/// </summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReflectionPad3d(Shape padding) : PaddingModule(3, padding, "reflect");

/// <summary>A border of the last elements in one dimension, as <c>torch.nn.ReplicationPad1d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReplicationPad1d(Shape padding) : PaddingModule(1, padding, "replicate");

/// <summary>A border of the last elements in two dimensions, as <c>torch.nn.ReplicationPad2d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReplicationPad2d(Shape padding) : PaddingModule(2, padding, "replicate");

/// <summary>A border of the last elements in three dimensions, as <c>torch.nn.ReplicationPad3d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class ReplicationPad3d(Shape padding) : PaddingModule(3, padding, "replicate");

/// <summary>A border from the other end in one dimension, as <c>torch.nn.CircularPad1d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class CircularPad1d(Shape padding) : PaddingModule(1, padding, "circular");

/// <summary>A border from the other end in two dimensions, as <c>torch.nn.CircularPad2d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class CircularPad2d(Shape padding) : PaddingModule(2, padding, "circular");

/// <summary>A border from the other end in three dimensions, as <c>torch.nn.CircularPad3d</c>.</summary>
/// <param name="padding">
/// How much: one number for all sides, or before and behind the last dimension, and so on.
/// </param>
public sealed class CircularPad3d(Shape padding) : PaddingModule(3, padding, "circular");
