using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Pooling, padding, resampling, sliding blocks.</summary>
internal static class PoolingGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("MaxPool1d", [[2, 2, 7]], x => x[0].MaxPool1d(3, 2, 1)) { AllowsTies = false },
        new("MaxPool2d", [[1, 2, 4, 6]], x => x[0].MaxPool2d(2)) { AllowsTies = false },
        new("MaxPool2d: overlapping", [[1, 2, 5, 4]], x => x[0].MaxPool2d([3, 2], [2, 1], 1, [1, 2], ceilMode: true))
        { AllowsTies = false },
        new("MaxPool2d: no batch", [[2, 4, 4]], x => x[0].MaxPool2d(3, 1, 1)) { AllowsTies = false },
        new("MaxPool2d: large windows", [[1, 1, 17, 17]], x => x[0].MaxPool2d(17).Sum()) { AllowsTies = false },
        new("MaxPool3d", [[1, 1, 3, 3, 4]], x => x[0].MaxPool3d(2, 1)) { AllowsTies = false },
        new("MaxPool2dWithIndices", [[1, 2, 4, 4]], x => x[0].MaxPool2dWithIndices(2, 2).Output)
        { AllowsTies = false },
        new("MaxPool1dWithIndices", [[2, 2, 6]], x => x[0].MaxPool1dWithIndices(2).Output) { AllowsTies = false },
        new("MaxPool3dWithIndices", [[1, 1, 2, 4, 4]], x => x[0].MaxPool3dWithIndices(2).Output)
        { AllowsTies = false },
        new("AvgPool1d", [[2, 2, 7]], x => x[0].AvgPool1d(3, 2, 1, true, false)),
        new("AvgPool2d", [[1, 2, 4, 6]], x => x[0].AvgPool2d(2)),
        new("AvgPool2d: overlapping", [[2, 5, 4]], x => x[0].AvgPool2d([3, 2], [2, 1], 1, true, false)),
        new("AvgPool2d: divisor", [[1, 1, 4, 4]], x => x[0].AvgPool2d(3, 1, divisorOverride: -2)),
        new("AvgPool3d", [[1, 1, 3, 3, 4]], x => x[0].AvgPool3d(2, 1, 1)),
        new("AdaptiveAvgPool1d", [[2, 2, 7]], x => x[0].AdaptiveAvgPool1d(3)),
        new("AdaptiveAvgPool2d", [[1, 2, 5, 4]], x => x[0].AdaptiveAvgPool2d(3, 3)),
        new("AdaptiveAvgPool2d: even", [[1, 2, 4, 6]], x => x[0].AdaptiveAvgPool2d(2, 3)),
        new("AdaptiveAvgPool2d: one", [[1, 2, 4, 3]], x => x[0].AdaptiveAvgPool2d(1)),
        new("AdaptiveAvgPool3d", [[1, 1, 3, 4, 3]], x => x[0].AdaptiveAvgPool3d(2, null, 2)),
        new("AdaptiveMaxPool1d", [[2, 2, 7]], x => x[0].AdaptiveMaxPool1d(3).Output) { AllowsTies = false },
        new("AdaptiveMaxPool2d", [[1, 2, 5, 4]], x => x[0].AdaptiveMaxPool2d(3, 2).Output) { AllowsTies = false },
        new("AdaptiveMaxPool3d", [[1, 1, 3, 4, 3]], x => x[0].AdaptiveMaxPool3d(2).Output) { AllowsTies = false },
        new("MaxUnpool", [[1, 2, 2, 2]], x => x[0].MaxUnpool(
            Tensor.FromArray([0L, 2, 9, 15, 5, 6, 8, 11]).Reshape([1, 2, 2, 2]).To(x[0].Device), [4, 4])),
        new("Pad: reflect", [[1, 2, 4, 3]], x => x[0].Pad([2, 1, -1, 3], "reflect")),
        new("Pad: replicate", [[2, 3, 4]], x => x[0].Pad([2, 5], "replicate")),
        new("Pad: circular", [[1, 1, 3, 2, 3]], x => x[0].Pad([1, 3, 2, 0, -1, 1], "circular")),
        new("Pad: constant", [[2, 3]], x => x[0].Pad([1, -1, 2, 0], "constant", 3)),
        new("Interpolate", [[1, 2, 3, 4]], x => x[0].Interpolate(scaleFactor: [1.7])),
        new("Interpolate: nearest exact", [[2, 2, 5]], x => x[0].Interpolate(3, mode: "nearest-exact")),
        new("Interpolate: linear", [[2, 2, 5]], x => x[0].Interpolate(8, mode: "linear", alignCorners: true)),
        new("Interpolate: bilinear", [[1, 2, 3, 4]], x => x[0].Interpolate([5, 3], mode: "bilinear")),
        new("Interpolate: bicubic", [[1, 1, 4, 4]], x => x[0].Interpolate([6, 3], mode: "bicubic")),
        new("Interpolate: trilinear", [[1, 1, 2, 3, 2]], x => x[0].Interpolate(4, mode: "trilinear")),
        new("Interpolate: area", [[1, 2, 5, 4]], x => x[0].Interpolate([2, 3], mode: "area")),
        new("Interpolate: antialias", [[1, 1, 6, 5]], x => x[0].Interpolate([3, 7], mode: "bicubic", antialias: true)),
        new("PixelShuffle", [[1, 8, 2, 3]], x => x[0].PixelShuffle(2)),
        new("PixelUnshuffle", [[2, 4, 6]], x => x[0].PixelUnshuffle(2)),
        new("ChannelShuffle", [[1, 6, 2]], x => x[0].ChannelShuffle(3)),
        new("UnfoldBlocks", [[1, 2, 4, 5]], x => x[0].UnfoldBlocks([2, 3], [2, 1], [1, 0], [1, 2])),
        new("Fold", [[1, 8, 9]], x => Functional.Fold(x[0], [4, 4], 2)),
        new("LpPool1d", [[2, 2, 6]], x => Functional.LpPool1d(x[0], 3, 2)) { Low = 0.2 },
        new("LpPool2d", [[1, 2, 4, 4]], x => Functional.LpPool2d(x[0], 2, 2)) { Low = 0.2 },
        new("MaxUnpool1d", [[1, 2, 3]], x => Functional.MaxUnpool1d(
            x[0], Tensor.Of([[0L, 3, 5], [1L, 2, 4]]).Reshape(1, 2, 3).To(x[0].Device), 2)),
        new("MaxUnpool2d", [[1, 1, 2, 2]], x => Functional.MaxUnpool2d(
            x[0], Tensor.Of([0L, 7, 9, 14]).Reshape(1, 1, 2, 2).To(x[0].Device), 2)),
        new("MaxUnpool3d", [[1, 1, 1, 1, 2]], x => Functional.MaxUnpool3d(
            x[0], Tensor.Of([5L, 10]).Reshape(1, 1, 1, 1, 2).To(x[0].Device), 2)),
        new("FoldBlocks", [[1, 8, 9]], x => x[0].FoldBlocks([4, 4], 2)),
        new("FoldBlocks: padded", [[8, 9]], x => x[0].FoldBlocks(5, 2, 2, 1, 2)),
    ];
}
