namespace KernelEngine;

/// <content>Dimensions as kernels go through them.</content>
internal static unsafe partial class Dimensions
{
    /// <summary>
    /// Orders dimensions so that the first operand from <paramref name="leading"/> on is gone through in the order of
    /// its memory, leaves out those of size 1 and merges those that go on from one another.
    /// </summary>
    /// <param name="sizes">The sizes; rewritten.</param>
    /// <param name="strides">The strides, operand by operand; rewritten with the new rank.</param>
    /// <param name="rank">The number of dimensions.</param>
    /// <param name="operands">The number of operands.</param>
    /// <param name="leading">The operand whose order counts first; the others decide ties.</param>
    /// <returns>The new rank, at least 1.</returns>
    public static int Collapse(long* sizes, long* strides, int rank, int operands, int leading)
    {
        var order = stackalloc int[rank];
        var kept = 0;
        for (var d = 0; d < rank; d++)
        {
            if (sizes[d] == 1)
                continue;
            var at = kept++;
            while (at > 0 && IsOutside(d, order[at - 1]))
            {
                order[at] = order[at - 1];
                at--;
            }

            order[at] = d;
        }

        return Merge(sizes, strides, rank, operands, order, kept);

        // Whether a dimension belongs outside of one that precedes it.
        bool IsOutside(int a, int b)
        {
            for (var i = 0; i < operands; i++)
            {
                var own = strides + ((i + leading) % operands * rank);
                long x = Math.Abs(own[a]), y = Math.Abs(own[b]);
                if (x == y || x == 0 || y == 0)
                    continue;
                return x > y;
            }

            return false;
        }
    }

    /// <summary>As <see cref="Collapse"/>, without changing the order of the elements.</summary>
    public static int CollapseInOrder(long* sizes, long* strides, int rank, int operands)
    {
        var order = stackalloc int[rank];
        var kept = 0;
        for (var d = 0; d < rank; d++)
        {
            if (sizes[d] != 1)
                order[kept++] = d;
        }

        return Merge(sizes, strides, rank, operands, order, kept);
    }

    private static int Merge(long* sizes, long* strides, int rank, int operands, int* order, int kept)
    {
        if (kept == 0)
        {
            sizes[0] = 1;
            for (var k = 0; k < operands; k++)
                strides[k] = 1;
            return 1;
        }

        // Which dimensions go on from the one outside of them.
        var groups = 0;
        var first = stackalloc int[kept + 1];
        first[groups++] = 0;
        for (var i = 1; i < kept; i++)
        {
            int outer = order[i - 1], inner = order[i];
            for (var k = 0; k < operands; k++)
            {
                var own = strides + (k * rank);
                if (own[outer] != own[inner] * sizes[inner])
                {
                    first[groups++] = i;
                    break;
                }
            }
        }

        first[groups] = kept;
        var newSizes = stackalloc long[groups];
        var newStrides = stackalloc long[groups * operands];
        for (var g = 0; g < groups; g++)
        {
            newSizes[g] = 1;
            for (var i = first[g]; i < first[g + 1]; i++)
                newSizes[g] *= sizes[order[i]];
            for (var k = 0; k < operands; k++)
                newStrides[(k * groups) + g] = strides[(k * rank) + order[first[g + 1] - 1]];
        }

        for (var g = 0; g < groups; g++)
            sizes[g] = newSizes[g];
        for (var i = 0; i < groups * operands; i++)
            strides[i] = newStrides[i];
        return groups;
    }
}
