using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Activations that are no pointwise operators of their own, softmax, and dropout with one seed.</summary>
internal static class ActivationGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("AlphaDropout", [[3, 4]],
            x => Functional.AlphaDropout(x[0], 0.5, training: true, generator: new Generator(5))),
        new("Bilinear", [[2, 3], [2, 2], [4, 3, 2], [4]], x => Functional.Bilinear(x[0], x[1], x[2], x[3])),
        new("Dropout", [[3, 4]], x => Functional.Dropout(x[0], 0.5, generator: new Generator(5))),
        new("LogSoftmax", [[3, 4]], x => x[0].LogSoftmax(1)),
        new("Dropout1d", [[2, 3, 2]], x => Functional.Dropout1d(x[0], 0.5, generator: new Generator(5))),
        new("Dropout2d", [[2, 3, 2, 1]], x => Functional.Dropout2d(x[0], 0.5, generator: new Generator(5))),
        new("Dropout3d", [[2, 3, 2, 1, 1]], x => Functional.Dropout3d(x[0], 0.5, generator: new Generator(5))),
        new("FeatureAlphaDropout", [[2, 3, 2]],
            x => Functional.FeatureAlphaDropout(x[0], 0.5, training: true, generator: new Generator(5))),
        new("Relu6", [[3, 4]], x => x[0].Relu6()) { High = 8 },
        new("Rrelu", [[3, 4]], x => x[0].Rrelu()),
        new("ScaledDotProductAttention", [[2, 2, 3], [2, 4, 3], [2, 4, 2]], x =>
        {
            var (output, weights) = Functional.ScaledDotProductAttention(x[0], x[1], x[2]);
            return [output, weights];
        }),
        new("ScaledDotProductAttention: causal", [[1, 3, 2], [1, 3, 2], [1, 3, 2]],
            x => Functional.ScaledDotProductAttention(x[0], x[1], x[2], isCausal: true).Output),
        new("Selu", [[3, 4]], x => x[0].Selu()),
        new("Softmax", [[3, 4]], x => x[0].Softmax(-1)),
        new("Softmax: first dimension", [[3, 4]], x => x[0].Softmax(0)),
        new("Softmin", [[3, 4]], x => x[0].Softmin(-1)),
        new("TrueDivide", [[3, 4], [4]], x => x[0].TrueDivide(x[1])) { Low = 0.3 },
    ];
}
