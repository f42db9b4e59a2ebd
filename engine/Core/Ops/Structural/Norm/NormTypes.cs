namespace KernelEngine;

/// <summary>What the normalizations share: the type that they compute in, and how they are recorded.</summary>
internal static class NormTypes
{
    /// <summary>The gradients of input, weight and bias: of the result's, input, weight, mean, 1 / deviation.</summary>
    public delegate Tensor?[] Differentiation(
        Tensor gradient, Tensor input, Tensor? weight, Tensor mean, Tensor rstd);

    /// <summary>Narrow types are normalized in float32 and rounded once.</summary>
    public static DType Wide(DType dtype) => ReferenceEquals(dtype, DType.Float64) ? dtype : DType.Float32;

    /// <summary>A node over input, weight and bias, the latter two with edges that lead nowhere where absent.</summary>
    public static FunctionNode Record(
        string name, Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor rstd,
        Differentiation differentiate)
    {
        ReadOnlySpan<Tensor> saved = weight is null ? [input, mean, rstd] : [input, mean, rstd, weight];
        var hasWeight = weight is not null;
        var node = new FunctionNode(name, 3, saved, (g, s) =>
            differentiate(g[0]!, s[0], hasWeight ? s[3] : null, s[1], s[2]));
        node.NextEdges[0] = input.GradientEdge;
        node.NextEdges[1] = weight?.GradientEdge ?? default;
        node.NextEdges[2] = bias?.GradientEdge ?? default;
        return node;
    }
}
