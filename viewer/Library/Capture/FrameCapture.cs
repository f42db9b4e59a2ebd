using System.Diagnostics;
using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>
/// Makes what frames hold: launches what computes it on the network's device, and reads it all at once. What cannot be
/// had, is left out.
/// </summary>
internal sealed class FrameCapture : IDisposable
{
    // A training that is watched for so many steps and makes no pass is not watched any longer.
    private const int MostTraced = 10;

    // The decision around points is a pass with thousands of examples: seldom, and not more than this share of the time.
    private const double DecisionSeconds = 0.25, MostDecisionSeconds = 2, DecisionShare = 0.02;

    private readonly Module model;
    private readonly ViewerSamples? samples;
    private readonly Action<Exception> fail;
    private readonly LayerTrace trace;
    private bool isTraced;
    private IReadOnlyList<LayerTrace.Call>? calls;
    private PictureSize? picture;
    private Tensor? probe;
    private NetworkScan scan;
    private ProbePass? pass;
    private ParameterCapture parameters;
    private LayerCapture? layers;
    private SampleCapture? strip;
    private DecisionMap? decision;
    private double nextDecision;
    private long decidedStep;
    private float[] numbers = [];

    /// <param name="model">The network.</param>
    /// <param name="probe">A batch to look at activations with; the first one that comes along where null.</param>
    /// <param name="samples">Examples to show.</param>
    /// <param name="fail">Told what went wrong.</param>
    public FrameCapture(Module model, Tensor? probe, ViewerSamples? samples, Action<Exception> fail)
    {
        (this.model, this.probe, this.samples, this.fail) = (model, probe?.Detach(), samples, fail);
        picture = samples?.Picture;
        trace = new(model, probe is null);
        scan = NetworkScan.Of(model, null, picture);
        parameters = new(scan.Parameters, Network.Device);
        Losses = new(Network.Device);
    }

    /// <summary>The network as far as it is known.</summary>
    public NetworkMap Network => scan.Map;

    /// <summary>What the steps since the last frame with statistics led to.</summary>
    public LossLog Losses { get; private set; }

    /// <summary>How many examples a step takes; null where that is not known.</summary>
    public long? BatchSize { get; private set; }

    /// <summary>Whether the update of the step behind it can be told.</summary>
    public bool Remembers(long step) => parameters.Remembers(step);

    /// <summary>Keeps the parameters' values behind a step.</summary>
    public void Remember(long step)
    {
        using var mode = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        parameters.Remember(step);
    }

    /// <summary>Behind each step, before it is looked at: learns how data flows, once.</summary>
    public void Follow(long step)
    {
        if (isTraced || (trace.Calls.Count == 0 && step < MostTraced))
            return;
        isTraced = true;
        trace.Dispose();
        probe ??= trace.Probe;
        BatchSize = trace.Batch is [var count, ..] ? count : null;
        calls = trace.Calls;
        picture ??= trace.Batch is { } batch ? PictureSize.Of(batch) : null;
        Build();
    }

    /// <summary>Whether the decision around points is one of a step before.</summary>
    /// <param name="step">The last step.</param>
    public bool IsDecisionOld(long step) => strip is { HasPoints: true } && decidedStep < step;

    /// <summary>Has the next frame decide whenever the last decision was.</summary>
    public void DecideNext() => nextDecision = 0;

    /// <summary>Begins to make a frame; one at a time.</summary>
    /// <param name="wishes">What the window wants.</param>
    /// <param name="step">The last step.</param>
    /// <param name="seconds">How long the training has run.</param>
    /// <returns>
    /// Done when all is read; makes the frame of the rest. What goes wrong in the reading went wrong on the device.
    /// </returns>
    public ValueTask<Func<TimeSpan, RunStatistics, Frame>> Begin(Wishes wishes, long step, double seconds)
    {
        using var mode = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        if (!parameters.IsUpToDate)
            Build();
        var reading = new Reading(Network.Device);
        var (points, statistics, activations) = ((Func<LossPoint[]>?)null, (Func<ParameterStatistics[]>?)null,
            (Func<LayerStatistics[]>?)null);
        var pictures = (Func<(SampleStrip? Strip, DecisionMap? Map)>?)null;
        if (wishes.Statistics)
        {
            points = Losses.Take(reading);
            statistics = Try(() => parameters.Ask(reading, step));
            if (pass is { IsPossible: true } silent)
            {
                activations = Try(() => layers?.Ask(reading, silent));
                pictures = Try(() => AskSamples(reading, silent, wishes, step, seconds));
            }
        }

        var maps = new Dictionary<MapKey, MapValues>();
        var reads = new List<ValueTask>();
        foreach (var key in wishes.Maps)
            Try<object>(() => { AddMap(maps, reads, key, wishes.TakesDeviceValues); return null; });
        if (wishes.Statistics && strip is not null)
            reads.Add(strip.WhenRead());
        reads.Add(reading.Run(ref numbers));
        var network = Network;
        return Finish();

        async ValueTask<Func<TimeSpan, RunStatistics, Frame>> Finish()
        {
            foreach (var read in reads)
                await read.ConfigureAwait(false);
            var found = pictures?.Invoke();
            decision = found?.Map ?? decision;
            var (losses, ofParameters, ofLayers) = (points?.Invoke(), statistics?.Invoke(), activations?.Invoke());
            return (time, run) => new()
            {
                Network = network,
                Step = step,
                Time = time,
                Run = run,
                Losses = losses ?? [],
                Parameters = ofParameters ?? [],
                Layers = ofLayers ?? [],
                Maps = maps,
                Samples = found?.Strip,
                Decision = wishes.Statistics ? decision : null,
            };
        }
    }

    /// <summary>Ends watching the training's passes.</summary>
    public void Dispose() => trace.Dispose();

    // Again where the network was moved or converted.
    private void Build()
    {
        using var mode = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        scan = NetworkScan.Of(model, calls, picture);
        parameters = new(scan.Parameters, Network.Device);
        if (!ReferenceEquals(Losses.Device, Network.Device))
            Losses = new(Network.Device);
        pass = new(model, fail);
        if (probe is not null && calls is not null)
        {
            probe = TensorScope.Exempt(scan.Fitting(probe));

            // Not all ReLUs are modules.
            if (Try(() => new LayerCapture(Network.Layers, scan.Layers, probe).FindRectified(pass)) is { } rectified)
            {
                calls = [.. calls.Select(c => c with { IsRectified = c.IsRectified || rectified.Contains(c.Module) })];
                scan = NetworkScan.Of(model, calls, picture);
            }

            layers = new(Network.Layers, scan.Layers, probe);
        }

        strip = samples is null ? null : Try(() => new SampleCapture(samples, scan));
    }

    private Func<(SampleStrip? Strip, DecisionMap? Map)>? AskSamples(
        Reading reading, ProbePass silent, Wishes wishes, long step, double seconds)
    {
        if (strip is not { IsReady: true } || (strip.HasPoints && seconds < nextDecision && !wishes.IsPaused))
            return null;
        var start = Stopwatch.GetTimestamp();
        var answer = strip.Ask(reading, silent);
        decidedStep = step;
        nextDecision = seconds + Math.Clamp(
            Stopwatch.GetElapsedTime(start).TotalSeconds / DecisionShare, DecisionSeconds, MostDecisionSeconds);
        return answer;
    }

    private void AddMap(Dictionary<MapKey, MapValues> maps, List<ValueTask> reads, MapKey key, bool onDevice)
    {
        if (key.Parameter >= scan.Parameters.Count)
            return;
        var parameter = scan.Parameters[key.Parameter];
        if ((key.Kind == MapKind.Weight ? parameter : parameter.Grad) is not { } values || maps.ContainsKey(key))
            return;
        var shown = MapGrids.Shown(values, Network.Parameters[key.Parameter].Step);
        if (onDevice)
        {
            var copy = TensorScope.Exempt(Tensor.Empty([shown.ElementCount], device: shown.Device));
            var packing = new Packing();
            packing.Add(copy, shown);
            packing.Run();
            maps.Add(key, new DeviceValues(copy));
            return;
        }

        var memory = new float[shown.ElementCount];
        reads.Add(shown.To(DType.Float32).ReadAsync(memory.AsMemory()));
        maps.Add(key, new HostValues(memory));
    }

    private T? Try<T>(Func<T?> ask) where T : class
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (e is not DeviceLostException)
        {
            fail(e);
            return null;
        }
    }
}
