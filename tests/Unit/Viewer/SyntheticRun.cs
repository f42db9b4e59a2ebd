using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>Frames as a training would publish them, made of formulas: for tests of what is drawn.</summary>
internal sealed class SyntheticRun
{
    private readonly Random random = new(1);
    private readonly List<float[]> initial = [], learned = [];
    private readonly SampleStrip? samples;
    private readonly bool hasDecision;

    /// <summary>A run of a network of linear layers.</summary>
    /// <param name="sizes">The widths: inputs first, classes last.</param>
    /// <param name="picture">The side of the inputs, where they are pictures.</param>
    /// <param name="hasDecision">Whether frames bring a map of decisions.</param>
    public SyntheticRun(int[] sizes, int picture = 0, bool hasDecision = false)
    {
        this.hasDecision = hasDecision;
        var layers = new List<LayerInfo>();
        var parameters = new List<ParameterInfo>();
        for (var i = 0; i + 1 < sizes.Length; i++)
        {
            var (inputs, outputs) = (sizes[i], sizes[i + 1]);
            var first = parameters.Count;
            var tiles = i == 0 && picture > 0;
            parameters.Add(new ParameterInfo
            {
                Index = first,
                Name = $"fc{i + 1}.weight",
                Layer = layers.Count,
                Shape = new long[] { outputs, inputs },
                Grid = tiles
                    ? MapGrids.Of(new long[] { outputs, inputs }, new(1, picture, picture)).Grid
                    : MapGrids.Matrix(outputs, inputs),
            });
            parameters.Add(new ParameterInfo
            {
                Index = first + 1,
                Name = $"fc{i + 1}.bias",
                Layer = layers.Count,
                Shape = new long[] { outputs },
                Grid = MapGrids.Matrix(1, outputs),
            });
            layers.Add(new LayerInfo
            {
                Index = layers.Count,
                Name = $"fc{i + 1}",
                Type = "Linear",
                Description = $"Linear(in_features={inputs}, out_features={outputs}, bias=True)",
                Parameters = [first, first + 1],
                ParameterCount = (inputs * outputs) + outputs,
                Output = new long[] { outputs },
                IsRectified = i + 2 < sizes.Length,
            });
            if (i + 2 < sizes.Length)
            {
                layers.Add(new LayerInfo
                {
                    Index = layers.Count,
                    Name = $"dropout{i + 1}",
                    Type = "Dropout",
                    Description = "Dropout(p=0.2)",
                    Parameters = [],
                    ParameterCount = 0,
                    Output = new long[] { outputs },
                });
            }
        }

        Network = new NetworkMap
        {
            Name = picture > 0 ? "Mlp" : "Spirals",
            Device = ComputeDevice.Cpu(),
            Layers = layers,
            Parameters = parameters,
        };
        foreach (var parameter in parameters)
        {
            var count = (int)parameter.Shape.ElementCount;
            var spread = 1 / Math.Sqrt(parameter.Shape[parameter.Shape.Rank - 1]);
            initial.Add([.. Enumerable.Range(0, count).Select(_ => (float)(((2 * random.NextDouble()) - 1) * spread))]);
            learned.Add(Pattern(parameter, spread));
        }

        if (picture > 0)
            samples = Pictures(picture);
    }

    public NetworkMap Network { get; }

    /// <summary>The frame of a step; the shares of what is learned grow with it.</summary>
    public Frame FrameAt(long step, long before, bool hasMaps = true, Func<MapKey, float[], float[]>? change = null)
    {
        var share = 1 - Math.Exp(-step / 600.0);
        var maps = new Dictionary<MapKey, MapValues>();
        var statistics = new List<ParameterStatistics>();
        for (var p = 0; p < Network.Parameters.Count; p++)
        {
            var values = new float[initial[p].Length];
            var gradient = new float[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(((1 - (0.6 * share)) * initial[p][i]) + (share * learned[p][i]));
                gradient[i] = (float)((learned[p][i] - (0.4 * initial[p][i])) * (1.1 - share) * 0.02 * (0.6 + random.NextDouble()));
            }

            values = change?.Invoke(new(p, MapKind.Weight), values) ?? values;
            gradient = change?.Invoke(new(p, MapKind.Gradient), gradient) ?? gradient;
            statistics.Add(Describe(values, gradient, Network.Parameters[p].Layer, share));
            if (hasMaps)
            {
                maps[new(p, MapKind.Weight)] = new HostValues(values);
                maps[new(p, MapKind.Gradient)] = new HostValues(gradient);
            }
        }

        return new Frame
        {
            Network = Network,
            Step = step,
            Time = TimeSpan.FromSeconds(step / 400.0),
            Run = new RunStatistics
            {
                LearningRate = 1e-3 * Math.Pow(0.5, step / 2000),
                StepsPerSecond = 400 + (20 * random.NextDouble()),
                SamplesPerSecond = 64 * (400 + (20 * random.NextDouble())),
                Cost = 0.021 + (0.004 * random.NextDouble()),
            },
            Losses = [.. Enumerable.Range((int)before + 1, (int)(step - before)).Select(LossAt)],
            Parameters = statistics,
            Layers =
            [
                .. Network.Layers.Select(l => new LayerStatistics
                {
                    ActivationMean = 0.3f + (0.1f * l.Index), ActivationDeviation = 0.6f + (0.3f * (float)share),
                    Dead = l.IsRectified ? (float)(0.04 + (0.1 * share * (l.Index + 1) / 3)) : float.NaN,
                }),
            ],
            Maps = maps,
            Samples = samples,
            Decision = hasDecision ? Decision(share) : null,
        };
    }

    private LossPoint LossAt(int step)
    {
        var noise = 0.5 + random.NextDouble();
        var loss = (2.2 * Math.Exp(-step / 250.0)) + (0.25 * Math.Exp(-step / 1500.0) * noise) + (0.03 * noise);
        return new(step, (float)loss, (float)Math.Clamp(1 - (0.38 * loss * noise), 0, 1));
    }

    private float[] Pattern(ParameterInfo parameter, double spread)
    {
        var grid = parameter.Grid;
        var values = new float[parameter.Shape.ElementCount];
        for (var tile = 0; tile < grid.Tiles; tile++)
        {
            var (x, y, angle) = (random.NextDouble(), random.NextDouble(), random.NextDouble() * Math.Tau);
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    var (dx, dy) = (((column + 0.5) / grid.Columns) - x, ((row + 0.5) / grid.Rows) - y);
                    var wave = Math.Cos(((dx * Math.Cos(angle)) + (dy * Math.Sin(angle))) * 9);
                    var far = grid.Tiles > 1 ? Math.Exp(-((dx * dx) + (dy * dy)) * 6) : 0.7 * random.NextDouble();
                    values[(tile * grid.TileStride) + (row * grid.RowStride) + column] = (float)(2.2 * spread * wave * far);
                }
            }
        }

        return values;
    }

    private ParameterStatistics Describe(float[] values, float[] gradient, int layer, double share)
    {
        var finite = values.Where(float.IsFinite).DefaultIfEmpty().ToArray();
        var mean = finite.Average();
        var scale = Math.Max(1e-6f, finite.Max(Math.Abs));
        var histogram = new float[64];
        foreach (var value in finite)
            histogram[Math.Clamp((int)(((value / scale) + 1) * 32), 0, 63)]++;
        var norm = MathF.Sqrt(values.Sum(v => v * v));
        var size = MathF.Sqrt(gradient.Sum(v => v * v));
        return new ParameterStatistics
        {
            Mean = values.Average(),
            Deviation = MathF.Sqrt(values.Average(v => (v - mean) * (v - mean))),
            Min = values.Min(),
            Max = values.Max(),
            Norm = norm,
            GradientNorm = size,
            GradientMax = gradient.Max(Math.Abs),
            UpdateNorm = norm * (float)Math.Pow(10, -2.3 - (0.9 * share) - (0.15 * layer) + (0.1 * random.NextDouble())),
            Histogram = histogram,
            HistogramScale = scale,
        };
    }

    private SampleStrip Pictures(int side)
    {
        const int Count = 24;
        var pixels = new float[Count * side * side];
        var all = new List<Sample>();
        for (var i = 0; i < Count; i++)
        {
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    var (dx, dy) = (((x + 0.5) / side) - 0.5, ((y + 0.5) / side) - 0.5);
                    var radius = Math.Sqrt((dx * dx) + (dy * dy));
                    var ring = Math.Exp(-Math.Pow((radius - 0.12 - (0.02 * (i % 10))) * 9, 2));
                    pixels[(((i * side) + y) * side) + x] = (float)(ring * (0.7 + (0.3 * Math.Sin((i + 1) * Math.Atan2(dy, dx)))));
                }
            }

            var label = $"{i % 10}";
            all.Add(new Sample(label, i % 7 == 5 ? $"{(i + 3) % 10}" : label, 0.55f + (0.44f * (float)random.NextDouble())));
        }

        return new SampleStrip { Width = side, Height = side, Channels = 1, Pixels = pixels, Samples = all };
    }

    private static DecisionMap Decision(double share)
    {
        const int Size = 64;
        var places = new (byte, float)[Size * Size];
        for (var i = 0; i < places.Length; i++)
        {
            var (x, y) = (((i % Size / (Size - 1.0)) - 0.5) * 2, (0.5 - (i / Size / (Size - 1.0))) * 2);
            var phase = Math.Sin(Math.Atan2(y, x) + (share * 6 * Math.Sqrt((x * x) + (y * y))));
            places[i] = ((byte)(phase > 0 ? 1 : 0), (float)(0.5 + (0.5 * Math.Min(1, Math.Abs(phase) * 2))));
        }

        var points = new List<(float, float, byte)>();
        for (var i = 0; i < 200; i++)
        {
            var (radius, side) = ((i / 2 / 100.0) + 0.02, i % 2);
            var angle = (side * Math.PI) - (6 * radius) + (Math.PI / 2);
            points.Add(((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)), (byte)side));
        }

        return new DecisionMap { Size = Size, Area = (-1, 1, -1, 1), Places = places, Points = points, Classes = 2 };
    }
}
