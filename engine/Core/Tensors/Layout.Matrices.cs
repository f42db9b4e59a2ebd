namespace KernelEngine;

/// <content>Layouts of matrices, kept so that operators need not make them anew.</content>
public sealed partial class Layout
{
    private const int Kept = 256;
    private static readonly Layout?[] Matrices = new Layout?[Kept];
    private Layout? transposed;

    /// <summary>The last two dimensions in the other order, over the same elements.</summary>
    internal Layout Transposed => transposed ??= Transpose();

    /// <summary>The row-major layout of a matrix: often the very same object.</summary>
    internal static Layout Matrix(long rows, long columns)
    {
        // Whichever thread writes last wins; layouts do not change, so that any of them will do.
        ref var slot = ref Matrices[(int)(((rows * 31) + columns) & (Kept - 1))];
        if (slot is { } known && known.Shape[0] == rows && known.Shape[1] == columns)
            return known;
        return slot = new(new Shape([rows, columns]));
    }

    /// <summary>A layout seen as a matrix, or null where its strides do not allow it.</summary>
    internal static Layout? AsMatrix(Layout layout, Shape matrix) =>
        layout.IsContiguous && layout.Offset == 0 && matrix.Rank == 2
            ? Matrix(matrix[0], matrix[1]) : layout.TryView(matrix);

    /// <summary>A vector as a matrix of one row.</summary>
    internal Layout AsRow() => new(new([1, Shape[0]]), [strides[0] * Shape[0], strides[0]], Offset);

    /// <summary>A vector as a matrix of one column.</summary>
    internal Layout AsColumn() => new(new([Shape[0], 1]), [strides[0], 1], Offset);

    private Layout Transpose()
    {
        var (sizes, steps) = (Shape.ToArray(), strides.ToArray());
        (sizes[^1], sizes[^2]) = (sizes[^2], sizes[^1]);
        (steps[^1], steps[^2]) = (steps[^2], steps[^1]);
        return new(new(sizes), steps, Offset) { transposed = this };
    }
}
