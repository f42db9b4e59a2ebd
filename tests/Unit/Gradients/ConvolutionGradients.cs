namespace KernelEngine.Tests;

/// <summary>Convolutions.</summary>
internal static class ConvolutionGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("Conv1d", [[2, 3, 7], [2, 3, 3], [2]], x => x[0].Conv1d(x[1], x[2])),
        new("Conv1d: unbatched, same", [[2, 5], [3, 2, 4], [3]], x => x[0].Conv1d(x[1], x[2], padding: "same")),
        new("Conv2d", [[2, 2, 4, 5], [3, 2, 3, 2], [3]], x => x[0].Conv2d(x[1], x[2])),
        new("Conv2d: strided, padded, dilated", [[1, 2, 7, 6], [2, 2, 2, 3], [2]],
            x => x[0].Conv2d(x[1], x[2], [2, 3], [1, 2], [3, 1])),
        new("Conv2d: grouped", [[2, 4, 4, 3], [6, 2, 2, 2]], x => x[0].Conv2d(x[1], padding: 1, groups: 2)),
        new("Conv2d: depthwise", [[1, 3, 4, 4], [3, 1, 3, 3], [3]], x => x[0].Conv2d(x[1], x[2], 2, 1, groups: 3)),
        new("Conv3d", [[1, 2, 3, 4, 3], [2, 2, 2, 2, 2], [2]], x => x[0].Conv3d(x[1], x[2], [1, 2, 1], 1)),
        new("ConvTranspose1d", [[2, 3, 4], [3, 2, 3], [2]],
            x => x[0].ConvTranspose1d(x[1], x[2], 2, 1, 1)),
        new("ConvTranspose2d", [[2, 2, 3, 2], [2, 3, 2, 3], [3]], x => x[0].ConvTranspose2d(x[1], x[2])),
        new("ConvTranspose2d: strided, padded, dilated", [[1, 2, 2, 3], [2, 2, 2, 3], [2]],
            x => x[0].ConvTranspose2d(x[1], x[2], [3, 2], [1, 2], [2, 1], 1, [1, 2])),
        new("ConvTranspose2d: grouped", [[1, 4, 3, 2], [4, 1, 2, 2]],
            x => x[0].ConvTranspose2d(x[1], stride: 2, groups: 2)),
        new("ConvTranspose3d", [[1, 2, 2, 2, 3], [2, 1, 2, 2, 2], [1]],
            x => x[0].ConvTranspose3d(x[1], x[2], [2, 1, 1], [0, 1, 0])),
    ];
}
