using System.Numerics;

namespace KernelEngine;

/// <content>Random numbers. Where no generator is given, the device's default one is used.</content>
public partial class Tensor
{
    /// <summary>Uniform numbers in [0, 1). As <c>torch.rand</c>.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorException">A size is negative, or the dtype has no fractions.</exception>
    public static Tensor Rand(
        Shape shape, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false,
        Generator? generator = null) =>
        Wanting(Empty(shape, dtype, device).Draw(RandomKernels.Uniform, generator, [], [0, 1]), requiresGrad);

    /// <summary>Uniform numbers in [0, 1). As <c>torch.rand</c>.</summary>
    public static Tensor Rand(params ReadOnlySpan<long> sizes) => Rand(Shape.Create(sizes));

    /// <summary>Numbers of the normal distribution, mean 0, deviation 1. As <c>torch.randn</c>.</summary>
    /// <inheritdoc cref="Rand(Shape, DType?, ComputeDevice?, bool, Generator?)"/>
    public static Tensor Randn(
        Shape shape, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false,
        Generator? generator = null) =>
        Wanting(Empty(shape, dtype, device).Draw(RandomKernels.Normal, generator, [], [0, 1]), requiresGrad);

    /// <summary>Numbers of the normal distribution, mean 0, deviation 1. As <c>torch.randn</c>.</summary>
    public static Tensor Randn(params ReadOnlySpan<long> sizes) => Randn(Shape.Create(sizes));

    /// <summary>Whole numbers from low up to, but without, high. As <c>torch.randint</c>.</summary>
    /// <param name="low">The smallest.</param>
    /// <param name="high">One above the largest.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="dtype">The dtype; int64 where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorException">There is no number to draw, or the dtype cannot hold them.</exception>
    public static Tensor Randint(
        long low, long high, Shape shape, DType? dtype = null, ComputeDevice? device = null,
        Generator? generator = null) => Empty(shape, dtype ?? DType.Int64, device).Random_(low, high, generator);

    /// <summary>Whole numbers from 0 up to, but without, high. As <c>torch.randint</c>.</summary>
    /// <inheritdoc cref="Randint(long, long, Shape, DType?, ComputeDevice?, Generator?)"/>
    public static Tensor Randint(
        long high, Shape shape, DType? dtype = null, ComputeDevice? device = null, Generator? generator = null) =>
        Randint(0, high, shape, dtype, device, generator);

    /// <summary>The whole numbers from 0 up to, but without, n, in random order. As <c>torch.randperm</c>.</summary>
    /// <param name="n">How many.</param>
    /// <param name="dtype">The dtype; int64 where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorRuntimeException">n is negative, or the dtype does not hold all numbers below it.
    /// </exception>
    public static Tensor Randperm(
        long n, DType? dtype = null, ComputeDevice? device = null, Generator? generator = null)
    {
        CheckPermutation(n, dtype ?? DType.Int64);
        var order = Empty([n], DType.Int64, device).Draw(RandomKernels.Permutation, generator, [], []);
        return order.To(dtype ?? DType.Int64);
    }

    /// <summary>Uniform numbers in [0, 1), of the same shape. As <c>torch.rand_like</c>.</summary>
    public static Tensor RandLike(
        Tensor like, DType? dtype = null, ComputeDevice? device = null, Generator? generator = null) =>
        EmptyLike(like, dtype, device).Uniform_(generator: generator);

    /// <summary>Numbers of the normal distribution, of the same shape. As <c>torch.randn_like</c>.</summary>
    public static Tensor RandnLike(
        Tensor like, DType? dtype = null, ComputeDevice? device = null, Generator? generator = null) =>
        EmptyLike(like, dtype, device).Normal_(generator: generator);

    /// <summary>Whole numbers from low up to, but without, high, of the same shape. As <c>torch.randint_like</c>.
    /// </summary>
    public static Tensor RandintLike(
        Tensor like, long low, long high, DType? dtype = null, ComputeDevice? device = null,
        Generator? generator = null) => EmptyLike(like, dtype, device).Random_(low, high, generator);

    /// <summary>1 with the probability that each element is, else 0. As <c>torch.bernoulli</c>.</summary>
    /// <exception cref="TensorRuntimeException">The dtype has no fractions, or an element is no probability.
    /// </exception>
    public Tensor Bernoulli(Generator? generator = null)
    {
        CheckProbabilities(this);
        var result = RandomKernels.Below.Apply(Rand(Shape, DType.Float32, Device, generator: generator), Detach());
        if (ShouldRecord(this))
            result.SetHistory(Recorded("BernoulliBackward0", g => [ZerosLike(g[0]!)], this), 0);
        return result;
    }

    /// <summary>1 with probability p, else 0, of the same shape and dtype. As <c>torch.bernoulli(x, p)</c>.</summary>
    /// <exception cref="TensorRuntimeException">p is not between 0 and 1.</exception>
    public Tensor Bernoulli(double p, Generator? generator = null) => EmptyLike(this).Bernoulli_(p, generator);

    /// <summary>Writes 1 with probability p, else 0. As <c>torch.Tensor.bernoulli_</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// p is not between 0 and 1, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Bernoulli_(double p = 0.5, Generator? generator = null)
    {
        if (!(p is >= 0 and <= 1))
            throw new TensorRuntimeException($"bernoulli_ expects p to be in [0, 1], but got p={StreamText.Of(p)}");
        var threshold = (long)Math.Ceiling(p * (1 << 24));
        return DrawOver("BernoulliBackward0", RandomKernels.Bernoulli, generator, [threshold], []);
    }

    /// <summary>Writes uniform numbers in [from, to). As <c>torch.Tensor.uniform_</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// The dtype has no fractions or does not hold the ends, from is above to, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Uniform_(double from = 0, double to = 1, Generator? generator = null)
    {
        var largest = DType.MaxValue.ToDouble();
        if (Math.Abs(from) > largest || Math.Abs(to) > largest)
        {
            throw new TensorRuntimeException(
                $"{(Math.Abs(from) > largest ? "from" : "to")} is out of bounds for {DType.CName}");
        }

        if (!(from <= to))
        {
            throw new TensorRuntimeException(
                "uniform_ expects to return a [from, to) range, but found " +
                $"from={StreamText.Of(from)} > to={StreamText.Of(to)}");
        }

        return DrawOver("UniformBackward0", RandomKernels.Uniform, generator, [], [from, to]);
    }

    /// <summary>Writes numbers of the normal distribution. As <c>torch.Tensor.normal_</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// The dtype has no fractions, the deviation is negative, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Normal_(double mean = 0, double std = 1, Generator? generator = null)
    {
        if (!(std >= 0))
            throw NegativeDeviation(std);
        return DrawOver("NormalBackward0", RandomKernels.Normal, generator, [], [mean, std]);
    }

    /// <summary>Writes whole numbers from low up to, but without, high. As <c>torch.Tensor.random_</c>.</summary>
    /// <exception cref="TensorRuntimeException">There is no number to draw, or the dtype cannot hold them.
    /// </exception>
    public Tensor Random_(long low, long high, Generator? generator = null)
    {
        if (low >= high)
        {
            throw new TensorRuntimeException(
                $"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}");
        }

        CheckHolds(low, "from");
        CheckHolds(high - 1, "to - 1");
        return DrawOver(
            "RandomBackward0", RandomKernels.Integers, generator, [low, unchecked(high - low)], []);
    }

    private static Tensor Wanting(Tensor tensor, bool requiresGrad) =>
        requiresGrad ? tensor.RequiresGrad_() : tensor;

    private static void CheckPermutation(long n, DType dtype)
    {
        if (dtype == DType.Bool)
            throw new TensorRuntimeException("\"randperm\" not implemented for 'Bool'");
        // PyTorch does not ask it of bfloat16.
        if (dtype == DType.Int64 || dtype == DType.BFloat16 || n <= dtype.MaxExact + 1)
            return;
        if (dtype.IsFloatingPoint && n <= dtype.MaxValue.ToDouble())
        {
            var limit = dtype == DType.Float16 ? "2049" : $"2^{BitOperations.Log2((ulong)dtype.MaxExact)}+1";
            throw new TensorRuntimeException($"n cannot be greater than {limit} for {dtype.LegacyName} type.");
        }

        var name = dtype == DType.Float16 ? "at::Half" : dtype == DType.Int32 ? "int" : dtype.Name + "_t";
        throw new TensorRuntimeException($"value cannot be converted to type {name} without overflow");
    }

    private void CheckHolds(long value, string name)
    {
        if (value < DType.MinValue.ToDouble() || value > DType.MaxValue.ToDouble())
            throw new TensorRuntimeException($"{name} is out of bounds for {DType.CName}");
    }

    /// <summary>Draws over an existing tensor: in the order of its elements, wherever they lie.</summary>
    private Tensor DrawOver(
        string node, StructuralKernel kernel, Generator? generator, ReadOnlySpan<long> integers,
        ReadOnlySpan<double> reals)
    {
        InPlace.Check(this, RequiresGrad);
        if (IsContiguous)
            Draw(kernel, generator, integers, reals);
        else
            Allocate(Device, Layout.Contiguous(Shape), DType).Draw(kernel, generator, integers, reals).CopyTo(this);
        Storage.Version++;
        if (Autograd.IsEnabled && RequiresGrad)
            InPlace.Record(this, Recorded(node, g => [ZerosLike(g[0]!)], this));
        return this;
    }

    /// <summary>Draws over new, contiguous memory.</summary>
    private Tensor Draw(
        StructuralKernel kernel, Generator? generator, ReadOnlySpan<long> integers, ReadOnlySpan<double> reals)
    {
        if (reals.Length > 0 && !DType.IsFloatingPoint)
        {
            var name = kernel == RandomKernels.Uniform ? "check_uniform_bounds" : "normal_kernel_cpu";
            throw new TensorRuntimeException($"\"{name}\" not implemented for '{DType.LegacyName}'");
        }

        var stream = generator ?? Generator.For(Device);
        var count = ElementCount;
        var offset = stream.Take(count);
        if (count == 0)
            return this;
        Device.Backend.Run(new StructuralLaunch
        {
            Kernel = kernel,
            Operands = [Target()],
            Integers = [unchecked((long)stream.Seed), offset, .. integers],
            Reals = reals,
        });
        return this;
    }
}
