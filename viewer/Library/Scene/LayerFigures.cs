using System.Runtime.CompilerServices;

namespace KernelEngine.Viewing;

/// <summary>How a layer fares at a step: its parameters' numbers taken together, and those of what it passes on.</summary>
/// <param name="GradientNorm">The 2-norm of all its gradients; NaN where there is none.</param>
/// <param name="UpdateRatio">log10 of its update's norm over its values' norm; NaN where it is not known.</param>
/// <param name="Dead">The share of its units that pass nothing on; NaN where that has no meaning.</param>
/// <param name="Mean">Of what it passes on.</param>
/// <param name="Deviation">Of what it passes on.</param>
/// <param name="HasBadValues">Whether a value of its parameters, or of their gradients, is no finite number.</param>
internal readonly record struct LayerFigures(
    double GradientNorm, double UpdateRatio, double Dead, double Mean, double Deviation, bool HasBadValues)
{
    /// <summary>The band of <see cref="UpdateRatio"/> in which networks learn well.</summary>
    public const double LeastHealthy = -3.7, MostHealthy = -2.3;

    private static readonly ConditionalWeakTable<Frame, LayerFigures[]> Known = [];

    /// <summary>Whether the updates are neither tiny nor huge; unknown ones are.</summary>
    public bool IsHealthy => !HasBadValues && !(UpdateRatio < LeastHealthy - 1 || UpdateRatio > MostHealthy + 0.7);

    /// <summary>Those of every layer of a frame.</summary>
    public static ReadOnlySpan<LayerFigures> Of(Frame frame) => Known.GetValue(frame, Count);

    private static LayerFigures[] Count(Frame frame)
    {
        var all = new LayerFigures[frame.Network.Layers.Count];
        foreach (var layer in frame.Network.Layers)
        {
            double gradient = 0, update = 0, norm = 0;
            var isBad = false;
            var hasGradient = false;
            foreach (var index in layer.Parameters)
            {
                if (index >= frame.Parameters.Count)
                    continue;
                var of = frame.Parameters[index];
                if (!float.IsNaN(of.GradientNorm) || float.IsNaN(of.GradientMax) != float.IsNaN(of.GradientNorm))
                    (gradient, hasGradient) = (gradient + ((double)of.GradientNorm * of.GradientNorm), true);
                update += (double)of.UpdateNorm * of.UpdateNorm;
                norm += (double)of.Norm * of.Norm;
                isBad |= !float.IsFinite(of.Mean) || !float.IsFinite(of.Norm) || float.IsInfinity(of.GradientNorm);
            }

            var passed = layer.Index < frame.Layers.Count ? frame.Layers[layer.Index] : new LayerStatistics
            {
                ActivationMean = float.NaN,
                ActivationDeviation = float.NaN,
                Dead = float.NaN,
            };
            all[layer.Index] = new(
                hasGradient ? Math.Sqrt(gradient) : double.NaN, norm > 0 ? 0.5 * Math.Log10(update / norm) : double.NaN,
                passed.Dead, passed.ActivationMean, passed.ActivationDeviation, isBad);
        }

        return all;
    }
}
