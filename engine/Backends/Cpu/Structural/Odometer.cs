namespace KernelEngine.Cpu;

/// <summary>
/// Goes through the indices of a shape in row-major order, a run along the last dimension at a time, and keeps the
/// offsets of up to three operands.
/// </summary>
internal ref struct Odometer
{
    private readonly ReadOnlySpan<long> sizes;
    private readonly ReadOnlySpan<long> first, second, third;
    private readonly long[] place;

    public Odometer(
        Shape shape, ReadOnlySpan<long> first, ReadOnlySpan<long> second = default, ReadOnlySpan<long> third = default)
    {
        this.first = first;
        this.second = second;
        this.third = third;
        var rank = shape.Rank;
        sizes = shape.AsSpan();
        place = rank > 1 ? new long[rank - 1] : [];
        Run = rank == 0 ? 1 : shape[rank - 1];
        FirstStep = StepOf(first);
        SecondStep = StepOf(second);
        ThirdStep = StepOf(third);
    }

    /// <summary>The number of elements in a run.</summary>
    public long Run { get; }

    /// <summary>The steps within a run.</summary>
    public long FirstStep { get; }

    /// <inheritdoc cref="FirstStep"/>
    public long SecondStep { get; }

    /// <inheritdoc cref="FirstStep"/>
    public long ThirdStep { get; }

    /// <summary>The offsets of the run's first element.</summary>
    public long First { get; private set; }

    /// <inheritdoc cref="First"/>
    public long Second { get; private set; }

    /// <inheritdoc cref="First"/>
    public long Third { get; private set; }

    /// <summary>The index of the run in a dimension but the last.</summary>
    public readonly long Place(int dimension) => place[dimension];

    /// <summary>Goes on to the next run.</summary>
    public bool Next()
    {
        for (var d = place.Length - 1; d >= 0; d--)
        {
            if (++place[d] < sizes[d])
            {
                Move(d, 1);
                return true;
            }

            Move(d, 1 - sizes[d]);
            place[d] = 0;
        }

        return false;
    }

    private void Move(int dimension, long count)
    {
        First += first[dimension] * count;
        if (second.Length > 0)
            Second += second[dimension] * count;
        if (third.Length > 0)
            Third += third[dimension] * count;
    }

    private static long StepOf(ReadOnlySpan<long> strides) => strides.Length == 0 ? 0 : strides[^1];
}
