using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <summary>
/// The sizes of a tensor's dimensions, as <c>torch.Size</c>. Written as a collection expression, <c>[2, 3]</c>, and
/// compared with one: <c>x.Shape == [2, 3]</c>, <c>x.Shape is [var n, ..]</c>.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    private readonly long[]? sizes;

    /// <summary>A shape over an array that nobody writes any more.</summary>
    internal Shape(long[] sizes) => this.sizes = sizes;

    /// <summary>The shape of a 0-dimensional tensor.</summary>
    public static Shape Scalar => default;

    /// <summary>The number of dimensions.</summary>
    public int Rank => sizes?.Length ?? 0;

    /// <summary>The number of dimensions, for patterns.</summary>
    public int Length => Rank;

    /// <summary>The size of a dimension.</summary>
    public long this[int dimension] => sizes![dimension];

    /// <summary>The number of elements: the product of the sizes, 1 without dimensions.</summary>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            if (sizes is null)
                return count;
            try
            {
                foreach (var size in sizes)
                    count = checked(count * size);
            }
            catch (OverflowException) when (Array.IndexOf(sizes, 0) < 0)
            {
                throw new TensorRuntimeException(
                    $"Storage size calculation overflowed with sizes={ToListText()}");
            }
            catch (OverflowException)
            {
                return 0;
            }

            return count;
        }
    }

    /// <summary>Makes a shape; the compiler calls it for <c>[2, 3]</c>.</summary>
    public static Shape Create(ReadOnlySpan<long> sizes) => sizes.Length == 0 ? default : new(sizes.ToArray());

    /// <summary>The sizes.</summary>
    public ReadOnlySpan<long> AsSpan() => sizes;

    /// <summary>A copy of the sizes.</summary>
    public long[] ToArray() => AsSpan().ToArray();

    /// <summary>The sizes, not copied: for the engine, which never writes to them.</summary>
    internal long[] Sizes => sizes ?? [];

    /// <summary>Enumerates the sizes.</summary>
    public ReadOnlySpan<long>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    /// <summary>A shape from an array, which is copied.</summary>
    public static implicit operator Shape(long[] sizes) => Create(sizes);

    /// <summary>A shape from an array, which is copied.</summary>
    public static implicit operator Shape(int[] sizes) =>
        sizes.Length == 0 ? default : new(Array.ConvertAll(sizes, s => (long)s));

    /// <summary>A shape of one dimension.</summary>
    public static implicit operator Shape(long size) => new([size]);

    /// <summary>Whether the sizes are the same.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether the sizes differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(Shape other) => ReferenceEquals(sizes, other.sizes) || AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in AsSpan())
            hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>PyTorch's text, <c>torch.Size([2, 3])</c>.</summary>
    public override string ToString() => $"torch.Size({ToListText()})";

    /// <summary>The sizes as a list, <c>[2, 3]</c>, as messages quote them.</summary>
    public string ToListText() => $"[{string.Join(", ", Sizes)}]";

    /// <summary>The shape that both broadcast to.</summary>
    /// <exception cref="TensorRuntimeException">Sizes differ where neither is 1.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        if (a.Equals(b))
            return a;
        var rank = Math.Max(a.Rank, b.Rank);
        var sizes = new long[rank];
        for (var i = 1; i <= rank; i++)
        {
            var sizeA = i <= a.Rank ? a[a.Rank - i] : 1;
            var sizeB = i <= b.Rank ? b[b.Rank - i] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1)
            {
                throw new TensorRuntimeException(
                    $"The size of tensor a ({sizeA}) must match the size of tensor b ({sizeB}) at non-singleton " +
                    $"dimension {rank - i}", $"the shapes are {a.ToListText()} and {b.ToListText()}");
            }

            sizes[rank - i] = sizeA == 1 ? sizeB : sizeA;
        }

        return new(sizes);
    }
}
