using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <summary>
/// The zeros around the input of a convolution: a number, one for each spatial dimension (<c>[1, 2]</c>),
/// <c>"valid"</c> for none, or <c>"same"</c> for as many as make the result as large as the input.
/// </summary>
[CollectionBuilder(typeof(ConvolutionPadding), nameof(Create))]
public readonly struct ConvolutionPadding
{
    private ConvolutionPadding(Shape sizes, string? mode) => (Sizes, Mode) = (sizes, mode);

    /// <summary>The numbers; empty where there are none or a mode is given.</summary>
    public Shape Sizes { get; }

    /// <summary><c>valid</c>, <c>same</c>, or null.</summary>
    public string? Mode { get; }

    /// <summary>A number for each spatial dimension; the compiler calls it for <c>[1, 2]</c>.</summary>
    public static ConvolutionPadding Create(ReadOnlySpan<long> sizes) => new(Shape.Create(sizes), null);

    /// <summary>Enumerates the numbers.</summary>
    public ReadOnlySpan<long>.Enumerator GetEnumerator() => Sizes.GetEnumerator();

    /// <summary>The same number for every dimension.</summary>
    public static implicit operator ConvolutionPadding(long size) => new(size, null);

    /// <summary>A number for each dimension.</summary>
    public static implicit operator ConvolutionPadding(Shape sizes) => new(sizes, null);

    /// <summary>A number for each dimension.</summary>
    public static implicit operator ConvolutionPadding(long[] sizes) => new(sizes, null);

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public static implicit operator ConvolutionPadding(string mode) => new(default, mode);
}
