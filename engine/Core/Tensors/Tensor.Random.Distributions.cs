namespace KernelEngine;

/// <content>
/// Random numbers of further distributions. Where no generator is given, the device's default one is used.
/// </content>
public partial class Tensor
{
    /// <summary>
    /// Places along the last dimension, each with a probability in proportion to the element there. As
    /// <c>torch.multinomial</c>.
    /// </summary>
    /// <param name="count">How many from each row.</param>
    /// <param name="replacement">Whether a place may be drawn more than once.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <returns>int64, [count] or [rows, count].</returns>
    /// <exception cref="TensorRuntimeException">
    /// There are not one or two dimensions, no fractions, too few places, or weights that are negative, not finite, or
    /// all zero.
    /// </exception>
    public Tensor Multinomial(long count, bool replacement = false, Generator? generator = null)
    {
        if (Rank is not (1 or 2))
            throw new TensorRuntimeException("prob_dist must be 1 or 2 dim");
        if (!DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"multinomial only supports floating-point dtypes for input, got: {DType.LegacyName}");
        }

        if (count <= 0)
            throw new TensorRuntimeException("cannot sample n_sample <= 0 samples");
        if (!replacement && count > Shape[^1])
        {
            throw new TensorRuntimeException(
                "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
        }

        using (Autograd.NoGrad())
        {
            var weights = Detach().Double();
            Shape shape = [.. Shape.AsSpan()[..^1], count];
            if (shape.ElementCount == 0)
                return Empty(shape, DType.Int64, Device);
            CheckDistribution(weights, replacement);
            if (!replacement)
            {
                // The first of waiting times that are in proportion to the weights' inverses.
                var waits = Distributions.Exponential.Apply(
                    Rand(Shape, DType.Float64, Device, generator: generator), 1.0);
                return (weights / waits).Topk(count).Indices;
            }

            // What is drawn lies below the sum of all, so that it is never behind the last place with a weight.
            var sums = weights.Cumsum(-1);
            var total = sums.Narrow(-1, Shape[^1] - 1, 1) * (1 - (1.0 / (1L << 52)));
            return sums.Searchsorted(Rand(shape, DType.Float64, Device, generator: generator) * total, right: true);
        }
    }

    /// <summary>Writes 1 with the probability that a tensor's elements are, else 0. As
    /// <c>torch.Tensor.bernoulli_</c>.</summary>
    /// <param name="p">The probabilities; they expand to this tensor's shape.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">
    /// p has no fractions, is not between 0 and 1 or does not expand, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Bernoulli_(Tensor p, Generator? generator = null)
    {
        CheckProbabilities(p);
        CheckSameDevice(p);
        var probabilities = p.Detach().Expand(Shape);
        return DrawnOver("BernoulliBackward1", () => RandomKernels.Below.Apply(
            Rand(Shape, DType.Float32, Device, generator: generator), probabilities));
    }

    /// <summary>Numbers of normal distributions. As <c>torch.normal</c>.</summary>
    /// <param name="mean">The means: a tensor or a number.</param>
    /// <param name="std">The deviations: a tensor or a number.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <returns>Of the shape that both broadcast to, in the dtype of the first that is a tensor.</returns>
    /// <exception cref="TensorException">
    /// A deviation is negative, the dtype has no fractions, or neither is a tensor.
    /// </exception>
    public static Tensor Normal(Argument mean, Argument std, Generator? generator = null)
    {
        var like = mean.Tensor ?? std.Tensor ?? throw new TensorTypeException(
            "normal() received an invalid combination of arguments",
            "one must be a tensor; with numbers only, give a shape");
        if (std.Tensor is null && !(std.Scalar.ToDouble() >= 0))
            throw NegativeDeviation(std.Scalar.ToDouble());
        var (means, deviations) = (mean.Tensor?.Detach(), std.Tensor?.Detach());
        if (deviations is { ElementCount: > 0 } && !deviations.Ge(0).All().Item().ToBoolean())
            throw new TensorRuntimeException("normal expects all elements of std >= 0.0");
        var shape = means is not null && deviations is not null
            ? Shape.Broadcast(means.Shape, deviations.Shape)
            : like.Shape;
        if (!like.DType.IsFloatingPoint)
            throw TypeRules.Refused("normal_kernel", like.DType);
        Tensor result;
        using (Autograd.NoGrad())
        {
            result = Randn(shape, like.DType, like.Device, generator: generator);
            _ = deviations is not null ? result.Mul_(deviations) : result.Mul_(std.Scalar);
            _ = means is not null ? result.Add_(means) : result.Add_(mean.Scalar);
        }

        Tensor?[] given = [mean.Tensor, std.Tensor];
        Tensor[] sources = [.. given.OfType<Tensor>()];
        if (ShouldRecord(sources))
        {
            var name = sources.Length == 2 ? "NormalBackward3"
                : mean.Tensor is null ? "NormalBackward2" : "NormalBackward1";
            var shapes = Array.ConvertAll(sources, s => s.Shape);
            result.SetHistory(Recorded(name, g => Array.ConvertAll(
                shapes, Tensor? (s) => Zeros(s, g[0]!.DType, g[0]!.Device)), sources), 0);
        }

        return result;
    }

    /// <summary>Numbers of one normal distribution. As <c>torch.normal</c>.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="std">The deviation.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorException">The deviation is negative, or the dtype has no fractions.</exception>
    public static Tensor Normal(
        double mean, double std, Shape shape, DType? dtype = null, ComputeDevice? device = null,
        Generator? generator = null) => Empty(shape, dtype, device).Normal_(mean, std, generator);

    /// <summary>Writes numbers of the exponential distribution. As <c>torch.Tensor.exponential_</c>.</summary>
    /// <param name="lambda">The rate.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">
    /// The rate is negative, the dtype has no fractions, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Exponential_(double lambda = 1, Generator? generator = null)
    {
        CheckReal("exponential");
        if (!(lambda >= 0))
        {
            throw new TensorRuntimeException(
                $"exponential_ expects lambda >= 0.0, but found lambda={StreamText.Of(lambda)}");
        }

        return DrawnOver("ExponentialBackward0", () =>
            Distributions.Exponential.Apply(Uniforms(generator), lambda));
    }

    /// <summary>Writes numbers of Cauchy's distribution. As <c>torch.Tensor.cauchy_</c>.</summary>
    /// <param name="median">The median.</param>
    /// <param name="sigma">Half of the width at half of the height.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">
    /// The dtype has no fractions, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Cauchy_(double median = 0, double sigma = 1, Generator? generator = null)
    {
        CheckReal("cauchy");
        return DrawnOver("CauchyBackward0", () =>
            Distributions.Cauchy.Apply(Uniforms(generator), median, sigma));
    }

    /// <summary>Writes numbers whose logarithms are normal. As <c>torch.Tensor.log_normal_</c>.</summary>
    /// <param name="mean">The mean of the logarithms.</param>
    /// <param name="std">Their deviation.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">
    /// The deviation is not above 0, the dtype has no fractions, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor LogNormal_(double mean = 1, double std = 2, Generator? generator = null)
    {
        CheckReal("log_normal");
        if (!(std > 0))
            throw new TensorRuntimeException($"log_normal_ expects std > 0.0, but found std={StreamText.Of(std)}");
        return DrawnOver("LogNormalBackward0", () =>
            Empty(Shape, DType, Device).Normal_(mean, std, generator).Exp());
    }

    /// <summary>Writes how many trials it takes to the first success, from 1. As <c>torch.Tensor.geometric_</c>.
    /// </summary>
    /// <param name="p">The probability of success.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">
    /// p is not between 0 and 1, the dtype is bool, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Geometric_(double p, Generator? generator = null)
    {
        if (!(p is > 0 and < 1))
        {
            throw new TensorRuntimeException(
                $"geometric_ expects p to be in (0, 1), but got p={StreamText.Of(p)}");
        }

        if (DType == DType.Bool)
            throw TypeRules.Refused("geometric", DType);

        // Computed in float64, as rounding would make the ends of the tail one.
        return DrawnOver("GeometricBackward0", () => Distributions.Geometric.Apply(
            Rand(Shape, DType.Float64, Device, generator: generator), Math.Log(1 - p)));
    }

    /// <summary>Writes whole numbers from 0 up to, but without, high. As <c>torch.Tensor.random_</c>.</summary>
    /// <exception cref="TensorRuntimeException">There is no number to draw, or the dtype cannot hold them.
    /// </exception>
    public Tensor Random_(long high, Generator? generator = null) => Random_(0, high, generator);

    /// <summary>
    /// Writes whole numbers from 0 up to the largest that the dtype holds, or to which it holds all. As
    /// <c>torch.Tensor.random_</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">This is a leaf that requires a gradient.</exception>
    public Tensor Random_(Generator? generator = null)
    {
        return DrawOver(
            "RandomBackward0", RandomKernels.Integers, generator, [0, unchecked(DType.MaxExact + 1)], []);
    }

    /// <summary>Poisson numbers, this tensor's elements being the rates. As <c>torch.poisson</c>.</summary>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">A rate is negative, or the dtype has no fractions.</exception>
    public Tensor Poisson(Generator? generator = null)
    {
        CheckReal("poisson");
        var rates = Detach();
        if (ElementCount > 0 && !rates.Ge(0).All().Item().ToBoolean())
            throw new TensorRuntimeException("invalid Poisson rate, expected rate to be non-negative");
        var result = Allocate(Device, Layout.Contiguous(Shape), DType);
        var stream = generator ?? Generator.For(Device);
        var offset = stream.Take(ElementCount);
        if (ElementCount > 0)
        {
            Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Distributions.Poisson,
                Operands = [rates.Contiguous().Operand(), result.Operand()],
                Integers = [unchecked((long)stream.Seed), offset],
            });
        }

        if (ShouldRecord(this))
            result.SetHistory(Recorded("PoissonBackward0", g => [ZerosLike(g[0]!)], this), 0);
        return result;
    }

    private static TensorRuntimeException NegativeDeviation(double std) =>
        new($"normal expects std >= 0.0, but found std {StreamText.Of(std)}");

    private static void CheckProbabilities(Tensor p)
    {
        if (!p.DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"bernoulli_tensor_cpu_p_\" not implemented for '{p.DType.LegacyName}'");
        if (p.ElementCount > 0 && !p.Detach().Ge(0).LogicalAnd(p.Detach().Le(1)).All().Item().ToBoolean())
            throw new TensorRuntimeException("Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
    }

    // One look at all weights: the smallest, the largest, and the smallest of the rows' sums.
    private static void CheckDistribution(Tensor weights, bool replacement)
    {
        const string name = "invalid multinomial distribution ";
        if (weights.ElementCount == 0)
            throw new TensorRuntimeException(name + "(sum of probabilities <= 0)");
        var numbers = Stack([weights.Amin(), weights.Amax(), weights.Sum(-1).Amin()]).ToScalars();
        var (least, most) = (numbers[0].ToDouble(), numbers[1].ToDouble());
        if (!replacement && !(least >= 0 && double.IsFinite(most)))
        {
            throw new TensorRuntimeException(
                "probability tensor contains either `inf`, `nan` or element < 0");
        }

        if (!(least >= 0))
            throw new TensorRuntimeException(name + "(encountering probability entry < 0)");
        if (!double.IsFinite(most))
            throw new TensorRuntimeException(name + "(encountering probability entry = infinity or NaN)");
        if (!(numbers[2].ToDouble() > 0))
            throw new TensorRuntimeException(name + "(sum of probabilities <= 0)");
    }

    private void CheckReal(string name)
    {
        if (!DType.IsFloatingPoint)
            throw TypeRules.Refused(name, DType);
    }

    /// <summary>Uniform numbers for this tensor's elements, as precise as its dtype or float32.</summary>
    private Tensor Uniforms(Generator? generator) => Rand(
        Shape, DType == DType.Float64 ? DType.Float64 : DType.Float32, Device, generator: generator);

    /// <summary>Writes over this tensor what a function draws, of its shape.</summary>
    private Tensor DrawnOver(string node, Func<Tensor> draw)
    {
        InPlace.Check(this, RequiresGrad);
        using (Autograd.NoGrad())
        {
            var drawn = draw();
            drawn.To(DType).CopyTo(this);
        }

        Storage.Version++;
        if (Autograd.IsEnabled && RequiresGrad)
            InPlace.Record(this, Recorded(node, g => [ZerosLike(g[0]!)], this));
        return this;
    }
}
