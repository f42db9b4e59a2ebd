using KernelEngine.Viewing;

namespace KernelEngine;

/// <summary>
/// Examples that a viewer shows with what the network takes them for: pictures, or points with the decision around them.
/// They are read once, and not used for training.
/// </summary>
public sealed class ViewerSamples
{
    private ViewerSamples(Tensor inputs, Tensor labels, IReadOnlyList<string>? classes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        if (inputs.Rank < 2)
            throw new ArgumentException($"one example after the other, not a shape of {inputs.Shape}", nameof(inputs));
        if (labels.Rank != 1 || labels.DType.IsFloatingPoint)
            throw new ArgumentException("one whole number for each example", nameof(labels));
        if (labels.Shape[0] != inputs.Shape[0])
        {
            throw new ArgumentException(
                $"{labels.Shape[0]} labels for {inputs.Shape[0]} examples", nameof(labels));
        }

        (Inputs, Labels, Classes) = (inputs.Detach(), labels, classes);
    }

    /// <summary>The examples, as the network takes them: the first dimension counts them.</summary>
    internal Tensor Inputs { get; }

    /// <summary>The class of each.</summary>
    internal Tensor Labels { get; }

    /// <summary>What the classes are called; their numbers where null.</summary>
    internal IReadOnlyList<string>? Classes { get; }

    /// <summary>What a picture is like; null for points.</summary>
    internal PictureSize? Picture { get; private init; }

    /// <summary>
    /// Pictures for the strip of examples, marked where the network is wrong. A dozen or two that were not trained with
    /// say most.
    /// </summary>
    /// <param name="inputs">
    /// As the network takes them: [N, C, H, W] with 1 or 3 channels, [N, H, W], or [N, P] where P is the pixels of a
    /// square picture in grey; eight rows and columns at least.
    /// </param>
    /// <param name="labels">The class of each: whole numbers of shape [N].</param>
    /// <param name="classes">What the classes are called; their numbers unless given.</param>
    /// <exception cref="ArgumentException">The shapes are not those of pictures and labels.</exception>
    /// <example>
    /// <code>
    /// var (images, labels) = new DataLoader(Digits.Test, batchSize: 24).First();
    /// using var viewer = Viewer.Open(net, samples: ViewerSamples.Pictures(images, labels));
    /// </code>
    /// </example>
    public static ViewerSamples Pictures(Tensor inputs, Tensor labels, IReadOnlyList<string>? classes = null)
    {
        return new(inputs, labels, classes)
        {
            Picture = PictureSize.Of(inputs.Shape) ??
                throw new ArgumentException($"a shape of {inputs.Shape} holds no pictures", nameof(inputs)),
        };
    }

    /// <summary>Points of a plane: the viewer shows them, and which class the network sees at each place around.</summary>
    /// <param name="inputs">As the network takes them: [N, 2].</param>
    /// <param name="labels">The class of each: whole numbers of shape [N].</param>
    /// <param name="classes">What the classes are called; their numbers unless given.</param>
    /// <exception cref="ArgumentException">The shapes are not those of points and labels.</exception>
    public static ViewerSamples Points(Tensor inputs, Tensor labels, IReadOnlyList<string>? classes = null)
    {
        var samples = new ViewerSamples(inputs, labels, classes);
        return inputs.Rank == 2 && inputs.Shape[1] == 2
            ? samples
            : throw new ArgumentException($"two numbers for each point, not a shape of {inputs.Shape}", nameof(inputs));
    }
}
