using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Activations that are no pointwise operators of their own, softmax, and dropout with one seed.</summary>
internal static class ActivationGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("Dropout", [[3, 4]], x => Functional.Dropout(x[0], 0.5, generator: new Generator(5))),
        new("LogSoftmax", [[3, 4]], x => x[0].LogSoftmax(1)),
        new("Relu6", [[3, 4]], x => x[0].Relu6()) { High = 8 },
        new("Rrelu", [[3, 4]], x => x[0].Rrelu()),
        new("Selu", [[3, 4]], x => x[0].Selu()),
        new("Softmax", [[3, 4]], x => x[0].Softmax(-1)),
        new("Softmax: first dimension", [[3, 4]], x => x[0].Softmax(0)),
        new("Softmin", [[3, 4]], x => x[0].Softmin(-1)),
        new("TrueDivide", [[3, 4], [4]], x => x[0].TrueDivide(x[1])) { Low = 0.3 },
    ];
}
