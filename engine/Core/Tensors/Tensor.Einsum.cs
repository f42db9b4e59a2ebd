using System.Text;

namespace KernelEngine;

/// <content>Sums of products over named dimensions.</content>
public partial class Tensor
{
    /// <summary>
    /// Sums of products, as an equation says. Each letter names a dimension; operands are separated by commas, and
    /// the output follows <c>-&gt;</c>; a letter that is not in the output is summed over, one that an operand repeats
    /// takes its diagonal, and <c>...</c> covers the dimensions without a letter, which broadcast. Without an output,
    /// it is the letters that are there once, in alphabetical order, capitals first. Nothing larger than the operands
    /// and the results is ever made: products are those of matrices. As <c>torch.einsum</c>.
    /// </summary>
    /// <param name="equation">The equation: <c>"bij,bjk-&gt;bik"</c> is a batch of matrix products.</param>
    /// <param name="operands">The operands.</param>
    /// <exception cref="TensorException">
    /// The equation is not well formed, or the operands' shapes, dtypes or devices do not go with it.
    /// </exception>
    public static Tensor Einsum(string equation, params IReadOnlyList<Tensor> operands) =>
        Contraction.Einsum(equation, operands);

    /// <summary>
    /// Sums of products, with numbers from 0 to 51 in the place of letters. As <c>torch.einsum</c> with lists of
    /// subscripts.
    /// </summary>
    /// <param name="operands">
    /// The operands and what names their dimensions: numbers, and <see cref="TensorIndex.Ellipsis"/>.
    /// </param>
    /// <param name="output">The dimensions of the output; null for those that are named once.</param>
    /// <exception cref="TensorException">
    /// A subscript is out of range, or the operands' shapes, dtypes or devices do not go together.
    /// </exception>
    public static Tensor Einsum(
        IReadOnlyList<(Tensor Operand, TensorIndex[] Subscripts)> operands, TensorIndex[]? output = null)
    {
        ArgumentNullException.ThrowIfNull(operands);
        var equation = new StringBuilder();
        for (var i = 0; i < operands.Count; i++)
            Append(equation, i == 0 ? "" : ",", operands[i].Subscripts, "subscript");
        if (output is not null)
            Append(equation, "->", output, "output subscript");
        return Contraction.Einsum(equation.ToString(), [.. operands.Select(o => o.Operand)]);

        static void Append(StringBuilder equation, string before, TensorIndex[] subscripts, string what)
        {
            equation.Append(before);
            foreach (var subscript in subscripts)
            {
                if (subscript.What == TensorIndex.Kind.Ellipsis)
                    equation.Append("...");
                else if (subscript is { What: TensorIndex.Kind.Number, IsStartFromEnd: false, Start: >= 0 and < 52 })
                    equation.Append(EinsumEquation.LetterOf((int)subscript.Start));
                else
                {
                    throw new TensorValueException(
                        $"einsum(): {what} in subscript list is not within the valid range [0, 52)");
                }
            }
        }
    }
}
