namespace KernelEngine;

/// <summary>
/// An equation of <c>einsum</c>, parsed: the labels of each operand, and which dimension of the aligned operands each
/// label becomes. Dimensions of the output come first, then those that are summed over.
/// </summary>
internal sealed class EinsumEquation
{
    /// <summary>Stands for all dimensions that no letter names.</summary>
    public const int Ellipsis = 52;

    private const int Letters = 52;
    private readonly int[] places = new int[Letters];
    private readonly int ellipsisPlace;
    private readonly int ellipsisRank;
    private readonly List<int>[] operands;

    /// <summary>Parses an equation for operands of given ranks.</summary>
    /// <exception cref="TensorRuntimeException">It is not well formed, or does not go with the operands.</exception>
    public EinsumEquation(string equation, IReadOnlyList<Tensor> tensors)
    {
        var arrow = equation.IndexOf("->", StringComparison.Ordinal);
        operands = ParseOperands(arrow < 0 ? equation : equation[..arrow], tensors.Count);
        var counts = new int[Letters];
        for (var i = 0; i < operands.Length; i++)
            ellipsisRank = Math.Max(ellipsisRank, Count(operands[i], i, tensors[i].Rank, counts));
        Array.Fill(places, -1);
        var place = 0;
        var hasEllipsis = true;
        if (arrow < 0)
        {
            // Without an output: what the ellipsis covers, then the letters that are there once, in their order.
            place = ellipsisRank;
            for (var letter = 0; letter < Letters; letter++)
            {
                if (counts[letter] == 1)
                    places[letter] = place++;
            }
        }
        else
        {
            (place, ellipsisPlace) = ParseOutput(equation, arrow + 2, counts);
            hasEllipsis = ellipsisPlace >= 0;
        }

        OutputRank = place;
        if (!hasEllipsis)
        {
            ellipsisPlace = place;
            place += ellipsisRank;
        }

        for (var letter = 0; letter < Letters; letter++)
        {
            if (counts[letter] > 0 && places[letter] < 0)
                places[letter] = place++;
        }

        Rank = place;
    }

    /// <summary>How many dimensions the result has.</summary>
    public int OutputRank { get; }

    /// <summary>How many dimensions the aligned operands have.</summary>
    public int Rank { get; }

    /// <summary>
    /// The operands with their dimensions at the places of their labels: diagonals where a label is repeated, size 1
    /// where an operand has not the label.
    /// </summary>
    /// <exception cref="TensorRuntimeException">Sizes do not broadcast.</exception>
    public Tensor[] Align(IReadOnlyList<Tensor> tensors)
    {
        var sizes = new long[Rank];
        Array.Fill(sizes, 1);
        var aligned = new Tensor[operands.Length];
        for (var i = 0; i < aligned.Length; i++)
            aligned[i] = Align(tensors[i], i, sizes);
        return aligned;
    }

    /// <summary>The letter of a number: capitals come first.</summary>
    public static char LetterOf(int label) => (char)(label < 26 ? 'A' + label : 'a' + label - 26);

    private static int NumberOf(char letter) => letter <= 'Z' ? letter - 'A' : letter - 'a' + 26;

    private static List<int>[] ParseOperands(string left, int count)
    {
        var operands = new List<int>[count];
        operands[0] = [];
        var current = 0;
        for (var i = 0; i < left.Length; i++)
        {
            switch (left[i])
            {
                case ' ':
                    break;
                case '.':
                    if (operands[current].Contains(Ellipsis))
                    {
                        throw new TensorRuntimeException(
                            $"einsum(): found '.' for operand {current} for which an ellipsis was already found");
                    }

                    if (string.CompareOrdinal(left, i, "...", 0, 3) != 0)
                    {
                        throw new TensorRuntimeException(
                            $"einsum(): found '.' for operand {current} that is not part of any ellipsis");
                    }

                    i += 2;
                    operands[current].Add(Ellipsis);
                    break;
                case ',':
                    if (++current == count)
                    {
                        throw new TensorRuntimeException(
                            "einsum(): fewer operands were provided than specified in the equation");
                    }

                    operands[current] = [];
                    break;
                case var letter:
                    operands[current].Add(Letter(letter, i));
                    break;
            }
        }

        return current == count - 1 ? operands : throw new TensorRuntimeException(
            "einsum(): more operands were provided than specified in the equation");
    }

    private static int Letter(char letter, int index) => char.IsAsciiLetter(letter) ? NumberOf(letter)
        : throw new TensorRuntimeException(
            $"einsum(): invalid subscript given at index {index} in the equation string, subscripts must be in " +
            "[a-zA-Z]");

    /// <summary>Counts the letters of an operand.</summary>
    /// <returns>How many dimensions its ellipsis covers.</returns>
    private static int Count(List<int> labels, int operand, int rank, int[] counts)
    {
        var named = 0;
        foreach (var label in labels)
        {
            if (label == Ellipsis)
                continue;
            counts[label]++;
            named++;
        }

        if (named < labels.Count ? named <= rank : named == rank)
            return rank - named;
        throw new TensorRuntimeException(
            $"einsum(): the number of subscripts in the equation ({named}" +
            (named < labels.Count ? $") is more than the number of dimensions ({rank}) for operand {operand}"
                : $") does not match the number of dimensions ({rank}) for operand {operand} and no ellipsis " +
                  "was given"));
    }

    /// <summary>Gives the labels of the output their places.</summary>
    /// <returns>How many places there are, and the first of the ellipsis; -1 where there is none.</returns>
    private (int Count, int Ellipsis) ParseOutput(string equation, int start, int[] counts)
    {
        var (place, found) = (0, -1);
        for (var i = start; i < equation.Length; i++)
        {
            if (equation[i] == ' ')
                continue;
            if (equation[i] == '.')
            {
                if (found >= 0)
                {
                    throw new TensorRuntimeException(
                        "einsum(): found '.' for output but an ellipsis (...) was already found");
                }

                if (string.CompareOrdinal(equation, i, "...", 0, 3) != 0)
                {
                    throw new TensorRuntimeException(
                        "einsum(): found '.' for output that is not part of any ellipsis (...)");
                }

                i += 2;
                found = place;
                place += ellipsisRank;
                continue;
            }

            var label = Letter(equation[i], i);
            if (places[label] >= 0 || counts[label] == 0)
            {
                throw new TensorRuntimeException(
                    $"einsum(): output subscript {LetterOf(label)} " + (places[label] >= 0
                        ? "appears more than once in the output"
                        : "does not appear in the equation for any input operand"));
            }

            places[label] = place++;
        }

        return (place, found);
    }

    private Tensor Align(Tensor tensor, int operand, long[] sizes)
    {
        var order = new int[Rank];
        Array.Fill(order, -1);
        var labels = operands[operand];
        var covered = tensor.Rank - labels.Count + 1;
        var dimension = 0;
        foreach (var label in labels)
        {
            if (label == Ellipsis)
            {
                for (var k = ellipsisRank - covered; k < ellipsisRank; k++, dimension++)
                {
                    var place = ellipsisPlace + k;
                    if (!Agree(tensor.Shape[dimension], ref sizes[place]))
                    {
                        throw new TensorRuntimeException(
                            $"einsum(): dimension {dimension} covered by ellipsis in operand {operand}has size " +
                            $"{tensor.Shape[dimension]} which does not broadcast with previously seen ellipsis with " +
                            $"size {sizes[place]} for the respective dimension");
                    }

                    order[place] = dimension;
                }
            }
            else if (order[places[label]] is var first and >= 0)
            {
                if (tensor.Shape[dimension] != tensor.Shape[first])
                {
                    throw new TensorRuntimeException(
                        $"einsum(): subscript {LetterOf(label)} is repeated for operand {operand} but the sizes " +
                        $"don't match, {tensor.Shape[dimension]} != {tensor.Shape[first]}");
                }

                tensor = tensor.Diagonal(0, first, dimension).Movedim(-1, first);
            }
            else
            {
                if (!Agree(tensor.Shape[dimension], ref sizes[places[label]]))
                {
                    throw new TensorRuntimeException(
                        $"einsum(): subscript {LetterOf(label)} has size {tensor.Shape[dimension]} for operand " +
                        $"{operand} which does not broadcast with previously seen size {sizes[places[label]]}");
                }

                order[places[label]] = dimension++;
            }
        }

        for (var place = 0; place < order.Length; place++)
        {
            if (order[place] >= 0)
                continue;
            tensor = tensor.Unsqueeze(dimension);
            order[place] = dimension++;
        }

        return tensor.Permute(order);
    }

    private static bool Agree(long size, ref long known)
    {
        if (size == 1 || size == known)
            return true;
        if (known != 1)
            return false;
        known = size;
        return true;
    }
}
