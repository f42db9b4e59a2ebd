using System.Globalization;

namespace KernelEngine.Viewing;

/// <summary>Examples, with what the network takes them for: pictures, or points with the decision around them.</summary>
internal sealed class SampleCapture
{
    private const int MostPictures = 64, MostPoints = 2048, Places = 64;

    private readonly NetworkScan network;
    private readonly Tensor examples, labels;
    private readonly IReadOnlyList<string>? names;
    private readonly PictureSize? picture;
    private readonly long[] truth;
    private readonly float[] values;
    private Task read;
    private Tensor? inputs; // the pictures, or the places around the points
    private float[]? pixels;
    private (float Left, float Right, float Bottom, float Top) area;
    private (float X, float Y, byte Class)[] points = [];

    public SampleCapture(ViewerSamples samples, NetworkScan network)
    {
        (this.network, picture, names) = (network, samples.Picture, samples.Classes);
        var count = Math.Min(samples.Inputs.Shape[0], picture is null ? MostPoints : MostPictures);
        examples = TensorScope.Exempt(samples.Inputs.Narrow(0, 0, count));
        labels = TensorScope.Exempt(samples.Labels.Narrow(0, 0, count));
        (truth, values) = (new long[count], new float[examples.ElementCount]);
        read = Read();
    }

    /// <summary>Whether it shows points, which take a pass with many places.</summary>
    public bool HasPoints => picture is null;

    /// <summary>Whether the network can be asked: not before points are read, since the places lie around them.</summary>
    public bool IsReady => picture is not null || read.IsCompletedSuccessfully;

    /// <summary>Done when the examples are read; begins anew where that went wrong.</summary>
    public ValueTask WhenRead()
    {
        if (read.IsFaulted)
            read = Read();
        return new(read);
    }

    /// <summary>Asks what the network takes the examples for.</summary>
    /// <returns>
    /// Gives one of both once that and the examples are read; null where the network has no classes, or it is too early.
    /// </returns>
    public Func<(SampleStrip? Strip, DecisionMap? Map)>? Ask(Reading reading, ProbePass pass)
    {
        if (!IsReady || examples.ElementCount == 0)
            return null;
        inputs ??= TensorScope.Exempt(network.Fitting(picture is not null ? examples : Around()));
        if (Predictions.Ask(reading, pass.Run(inputs, [], (_, _) => { })) is not { } found)
            return null;
        return picture is { } size ? () => (Strip(found, size), null) : () => (null, Map(found));
    }

    // The training goes on meanwhile.
    private Task Read()
    {
        var (first, second) = (
            labels.To(DType.Int64).ReadAsync(truth.AsMemory()),
            examples.To(DType.Float32).ReadAsync(values.AsMemory()));
        return Both();

        async Task Both()
        {
            await first.ConfigureAwait(false);
            await second.ConfigureAwait(false);
        }
    }

    // Places around the points, which are read.
    private Tensor Around()
    {
        points = new (float, float, byte)[truth.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = (values[2 * i], values[(2 * i) + 1], (byte)Math.Clamp(truth[i], 0, 255));
        area = AreaOf(points);
        return Tensor.FromArray(PlacesOf(area), [Places * Places, 2]).To(examples.DType);
    }

    private SampleStrip Strip(Predictions found, PictureSize size) => new()
    {
        Width = size.Columns,
        Height = size.Rows,
        Channels = size.Channels,
        Pixels = pixels ??= Brightness(values),
        Samples = [.. truth.Select((label, i) => new Sample(NameOf(label), NameOf(found[i].Class), found[i].Sure))],
    };

    private DecisionMap Map(Predictions found)
    {
        var places = new (byte, float)[Places * Places];
        for (var i = 0; i < places.Length; i++)
            places[i] = ((byte)Math.Min(found[i].Class, 255), found[i].Sure);
        return new() { Size = Places, Area = area, Places = places, Points = points, Classes = found.Count };
    }

    private string NameOf(long label) => names is not null && label >= 0 && label < names.Count
        ? names[(int)label]
        : label.ToString(CultureInfo.InvariantCulture);

    // From 0 to 1; where values are outside, from the smallest to the largest.
    private static float[] Brightness(float[] values)
    {
        var (low, high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        return low >= 0 && high <= 1 ? values
            : Array.ConvertAll(values, v => high > low ? (v - low) / (high - low) : 0);
    }

    // A square around the points, with some room.
    private static (float Left, float Right, float Bottom, float Top) AreaOf((float X, float Y, byte Class)[] points)
    {
        if (points.Length == 0)
            return (-1, 1, -1, 1);
        var (left, right) = (points.Min(p => p.X), points.Max(p => p.X));
        var (bottom, top) = (points.Min(p => p.Y), points.Max(p => p.Y));
        var half = Math.Max(Math.Max(right - left, top - bottom) * 0.6f, 1e-3f);
        var (x, y) = ((left + right) / 2, (bottom + top) / 2);
        return (x - half, x + half, y - half, y + half);
    }

    // The middle of each place, row by row from the top.
    private static float[] PlacesOf((float Left, float Right, float Bottom, float Top) area)
    {
        var values = new float[2 * Places * Places];
        for (var i = 0; i < Places * Places; i++)
        {
            values[2 * i] = area.Left + ((area.Right - area.Left) * ((i % Places) + 0.5f) / Places);
            values[(2 * i) + 1] = area.Top - ((area.Top - area.Bottom) * ((i / Places) + 0.5f) / Places);
        }

        return values;
    }
}
