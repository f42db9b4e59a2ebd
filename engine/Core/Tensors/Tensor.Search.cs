namespace KernelEngine;

/// <content>Places in sorted sequences, and membership.</content>
public partial class Tensor
{
    /// <summary>
    /// For each value its place in this sorted sequence: how many elements are less, or not greater where it is
    /// <paramref name="right"/>. As <c>torch.searchsorted</c>.
    /// </summary>
    /// <param name="values">
    /// Numbers to place: a tensor of any shape where this has one dimension, else one whose dimensions but the last
    /// are this one's; or a number. dtypes promote.
    /// </param>
    /// <param name="outInt32">Whether places are int32 instead of int64.</param>
    /// <param name="right">Whether a value stands behind the elements that equal it.</param>
    /// <param name="side"><c>left</c> or <c>right</c>, the same as a word.</param>
    /// <param name="sorter">The order of this sequence, where it is not sorted itself: int64, of its shape.</param>
    /// <exception cref="TensorException">Shapes, dtypes or sides do not go together.</exception>
    public Tensor Searchsorted(
        Argument values, bool outInt32 = false, bool right = false, string? side = null, Tensor? sorter = null)
    {
        const string name = "torch.searchsorted(): ";
        if (side is not (null or "left" or "right"))
            throw new TensorRuntimeException($"{name}side can only be 'left' or 'right' but got {side}");
        if (side == "left" && right)
        {
            throw new TensorRuntimeException(
                $"{name}side and right can't be set to opposites, got side of left while right was True");
        }

        var input = values.Tensor ?? Full([], values.Scalar, values.Scalar.DType, Device);
        if (sorter is not null)
        {
            CheckSameDevice(sorter);
            if (sorter.Shape != Shape)
            {
                throw new TensorRuntimeException(
                    $"{name}boundary and sorter must have the same size, but got boundary tensor " +
                    $"{Shape.ToListText()}and got sorter tensor {sorter.Shape.ToListText()}");
            }

            if (sorter.DType != DType.Int64)
            {
                throw new TensorRuntimeException(
                    $"{name}sorter must be a tensor of long dtype but got dtype {sorter.DType.LegacyName}");
            }
        }

        CheckSameDevice(input);
        if (Rank == 0)
        {
            throw new TensorRuntimeException(
                $"{name}boundaries tensor should have positive dimension, but got 0 dimension");
        }

        if (input.Rank == 0 && Rank != 1)
        {
            throw new TensorRuntimeException(
                $"{name}input value can be a scalar only when boundaries tensor dimension is 1, but we got " +
                $"boundaries tensor dim({Rank}) and input value's dim({input.Rank}) numel({input.ElementCount})");
        }

        if (Rank != 1 && (Rank != input.Rank || !Shape.AsSpan()[..^1].SequenceEqual(input.Shape.AsSpan()[..^1])))
        {
            throw new TensorRuntimeException(
                $"{name}boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and " +
                $"input value tensor must match, but we got boundaries tensor {Shape.ToListText()} and input value " +
                $"tensor {input.Shape.ToListText()}");
        }

        var dtype = ArgumentType.Promote([ArgumentType.Of(this), ArgumentType.Of(input)]);
        return Search.Apply(
            Detach().To(dtype), input.Detach().To(dtype), sorter, right || side == "right",
            outInt32 ? DType.Int32 : DType.Int64);
    }

    /// <summary>
    /// The bucket of each element: how many boundaries are less than it, or not greater where it is
    /// <paramref name="right"/>. As <c>torch.bucketize</c>.
    /// </summary>
    /// <param name="boundaries">The boundaries, sorted, of one dimension.</param>
    /// <param name="outInt32">Whether the result is int32 instead of int64.</param>
    /// <param name="right">Whether an element that equals a boundary lies behind it.</param>
    /// <exception cref="TensorRuntimeException">The boundaries have not one dimension.</exception>
    public Tensor Bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) => boundaries.Rank == 1
        ? boundaries.Searchsorted(this, outInt32, right)
        : throw new TensorRuntimeException($"boundaries tensor must be 1 dimension, but got dim({boundaries.Rank})");

    /// <summary>Whether each element is among others. As <c>torch.isin</c>.</summary>
    /// <param name="elements">The elements, or one.</param>
    /// <param name="testElements">The others, or one.</param>
    /// <param name="assumeUnique">That none is repeated on either side; changes nothing here.</param>
    /// <param name="invert">Whether it is asked which are not among them.</param>
    /// <exception cref="TensorException">Neither is a tensor.</exception>
    public static Tensor Isin(Argument elements, Argument testElements, bool assumeUnique = false, bool invert = false)
    {
        _ = assumeUnique;
        var device = (elements.Tensor ?? testElements.Tensor)?.Device ?? throw new TensorTypeException(
            "isin() received an invalid combination of arguments", "elements or testElements must be a tensor");
        var own = (elements.Tensor ?? Full([], elements.Scalar, elements.Scalar.DType, device)).Detach();
        var others = (testElements.Tensor ?? Full([], testElements.Scalar, testElements.Scalar.DType, device)).Detach();
        if (others.ElementCount == 0)
            return Full(own.Shape, invert, DType.Bool, device);
        if (others.ElementCount == 1)
            return invert ? own.Ne(others.Reshape([])) : own.Eq(others.Reshape([]));
        var dtype = ArgumentType.Promote([ArgumentType.Of(own), ArgumentType.Of(others)]);
        var sorted = others.To(dtype).Reshape([-1]).Sort().Values;
        own = own.To(dtype);
        var known = sorted;
        if (dtype.IsFloatingPoint)
        {
            // NaN, at the end, is found nowhere, and bisection cannot order it: the last number takes its place.
            sorted = Where(sorted.IsNaN(), double.NegativeInfinity, sorted).To(dtype).Cummax(0).Values;
            known = Where(known.Narrow(0, 0, 1).IsNaN(), double.NaN, sorted).To(dtype);
        }

        var found = known.Take(sorted.Searchsorted(own).Clamp(max: others.ElementCount - 1));
        return invert ? found.Ne(own) : found.Eq(own);
    }
}
