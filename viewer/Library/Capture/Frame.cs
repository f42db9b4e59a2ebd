namespace KernelEngine.Viewing;

/// <summary>What was seen of a training at one step. Never changed once it is made.</summary>
internal sealed class Frame
{
    public required NetworkMap Network { get; init; }

    /// <summary>How many steps have been made; the first one is 1.</summary>
    public required long Step { get; init; }

    /// <summary>Since the viewer was opened.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>The run as a whole.</summary>
    public required RunStatistics Run { get; init; }

    /// <summary>Loss, and accuracy or NaN, of steps since the frame before, in their order; thinned where they are many.</summary>
    public IReadOnlyList<LossPoint> Losses { get; init; } = [];

    /// <summary>For each parameter; empty where the window asked for none.</summary>
    public IReadOnlyList<ParameterStatistics> Parameters { get; init; } = [];

    /// <summary>For each layer; empty where the window asked for none.</summary>
    public IReadOnlyList<LayerStatistics> Layers { get; init; } = [];

    /// <summary>The elements that the window asked for.</summary>
    public IReadOnlyDictionary<MapKey, MapValues> Maps { get; init; } = new Dictionary<MapKey, MapValues>();

    /// <summary>For networks of two inputs: what it says of each place.</summary>
    public DecisionMap? Decision { get; init; }

    /// <summary>Examples with what the network takes them for.</summary>
    public SampleStrip? Samples { get; init; }

    /// <summary>The same without the elements, so that their memory is free.</summary>
    public Frame WithoutMaps() => WithMaps(new Dictionary<MapKey, MapValues>());

    /// <summary>The same with other elements.</summary>
    public Frame WithMaps(IReadOnlyDictionary<MapKey, MapValues> maps) => With(Losses, maps);

    /// <summary>The same with the losses of a frame that nobody saw.</summary>
    public Frame After(Frame missed) => missed.Losses.Count == 0 ? this : With([.. missed.Losses, .. Losses], Maps);

    private Frame With(IReadOnlyList<LossPoint> losses, IReadOnlyDictionary<MapKey, MapValues> maps) => new()
    {
        Network = Network,
        Step = Step,
        Time = Time,
        Run = Run,
        Losses = losses,
        Parameters = Parameters,
        Layers = Layers,
        Maps = maps,
        Decision = Decision,
        Samples = Samples,
    };
}

/// <summary>A step's loss, and its accuracy or NaN.</summary>
internal readonly record struct LossPoint(long Step, float Loss, float Accuracy);

/// <summary>A parameter's values, or its gradient's.</summary>
internal enum MapKind
{
    Weight,
    Gradient,
}

/// <summary>Whose elements.</summary>
/// <param name="Parameter">The place in <see cref="NetworkMap.Parameters"/>.</param>
/// <param name="Kind">Its values or its gradient.</param>
internal readonly record struct MapKey(int Parameter, MapKind Kind);

/// <summary>The run as a whole, over the time since the frame before.</summary>
internal readonly record struct RunStatistics
{
    /// <summary>Of the optimizer's first group; NaN where the viewer was given no optimizer.</summary>
    public required double LearningRate { get; init; }

    public required double StepsPerSecond { get; init; }

    /// <summary>NaN where the size of a batch is not known.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>What the viewer takes of the training's time, 0 to 1.</summary>
    public required double Cost { get; init; }
}

/// <summary>A parameter's numbers.</summary>
internal readonly record struct ParameterStatistics
{
    public required float Mean { get; init; }

    public required float Deviation { get; init; }

    public required float Min { get; init; }

    public required float Max { get; init; }

    /// <summary>The 2-norm of the values.</summary>
    public required float Norm { get; init; }

    /// <summary>The 2-norm of the gradient; NaN where there is none.</summary>
    public required float GradientNorm { get; init; }

    /// <summary>The largest absolute value of the gradient; NaN where there is none.</summary>
    public required float GradientMax { get; init; }

    /// <summary>The 2-norm of what one step changed; NaN where it is not known yet.</summary>
    public required float UpdateNorm { get; init; }

    /// <summary>How many elements lie in each of 64 equal parts from -HistogramScale to HistogramScale.</summary>
    public required IReadOnlyList<float> Histogram { get; init; }

    public required float HistogramScale { get; init; }

    /// <summary>The larger of |Min| and |Max|.</summary>
    public float Largest => Math.Max(Math.Abs(Min), Math.Abs(Max));

    /// <summary>log10 of the update's norm over the values' norm; about -3 is healthy.</summary>
    public float UpdateRatio => MathF.Log10(UpdateNorm / Norm);
}

/// <summary>A layer's numbers on the probe batch.</summary>
internal readonly record struct LayerStatistics
{
    /// <summary>NaN without a probe, as the others.</summary>
    public required float ActivationMean { get; init; }

    public required float ActivationDeviation { get; init; }

    /// <summary>Units that pass nothing on, whatever the example, 0 to 1; NaN where no ReLU follows.</summary>
    public required float Dead { get; init; }
}

/// <summary>What a network of two inputs says of each place of a square.</summary>
internal sealed class DecisionMap
{
    /// <summary>Places along each side.</summary>
    public required int Size { get; init; }

    /// <summary>The inputs at the corners.</summary>
    public required (float Left, float Right, float Bottom, float Top) Area { get; init; }

    /// <summary>The class of each place, row by row from the top, and how sure the network is of it, 0 to 1.</summary>
    public required IReadOnlyList<(byte Class, float Sure)> Places { get; init; }

    /// <summary>Examples, with their classes.</summary>
    public required IReadOnlyList<(float X, float Y, byte Class)> Points { get; init; }

    /// <summary>How many classes there are.</summary>
    public required int Classes { get; init; }
}

/// <summary>Pictures with what the network takes them for.</summary>
internal sealed class SampleStrip
{
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>1 for grey, 3 for red, green and blue.</summary>
    public required int Channels { get; init; }

    /// <summary>The pictures' values 0 to 1, one picture after the other: channels, rows, columns.</summary>
    public required float[] Pixels { get; init; }

    public required IReadOnlyList<Sample> Samples { get; init; }
}

/// <summary>One picture of a strip.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Prediction">What the network takes it for.</param>
/// <param name="Sure">How sure it is, 0 to 1.</param>
internal readonly record struct Sample(string Label, string Prediction, float Sure)
{
    public bool IsWrong => Label != Prediction;
}
