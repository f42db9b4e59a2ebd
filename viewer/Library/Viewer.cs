using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine;

/// <summary>
/// Shows a network while it is trained: weights, gradients and how its layers fare, in a window of its own, or in
/// pictures where there is no display. Attached to any training loop in two lines. It changes nothing: a training has
/// the same weights, bit for bit, with a viewer and without, unless the user asks for another learning rate.
/// </summary>
/// <remarks>
/// Use one viewer from one thread, the one that trains; several viewers may look at several trainings, or at one. What
/// goes wrong in a viewer is said once on the console's error stream, and the training goes on.
/// </remarks>
/// <example>
/// <code>
/// using var viewer = Viewer.Open(net, adam);
/// foreach (var (input, label) in loader)
/// {
///     adam.ZeroGrad();
///     var loss = criterion.Call(net.Call(input), label);
///     loss.Backward();
///     adam.Step();
///     viewer.Step(loss);
/// }
///
/// viewer.Wait();    // until the user closes the window
/// </code>
/// </example>
public sealed class Viewer : IDisposable
{
    private readonly Link link = new();
    private readonly Recorder recorder;
    private readonly Presenter presenter;
    private bool isDisposed;

    private Viewer(Module model, Optimizer? optimizer, Tensor? probe, ViewerSamples? samples, ViewerOptions options)
    {
        link.Wishes = new() { FramesPerSecond = options.FramesPerSecond, MostCost = options.MostCost };
        recorder = new(link, model, optimizer, probe, samples);
        presenter = Presenter.Open(link, recorder.Network, options);
    }

    /// <summary>
    /// Whether nobody looks any more: the user has closed the window, its display is gone, or the viewer is disposed of.
    /// Steps go on as if there were none.
    /// </summary>
    public bool IsClosed => link.IsClosed;

    /// <summary>Whether it shows a window, which a user can close; else it writes pictures.</summary>
    public bool HasWindow => presenter.HasWindow;

    /// <summary>What its threads have in common.</summary>
    internal Link Link => link;

    /// <summary>What shows it; for tests.</summary>
    internal Presenter Presenter => presenter;

    /// <summary>
    /// Opens a window, or writes pictures where there is no display and says so on the console. Call it once the network
    /// is on its device, before the first step.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">What trains it: its learning rate is shown, and the user may change it.</param>
    /// <param name="probe">
    /// A batch on which activations are looked at, as the network takes it: some dozens of examples, on the network's
    /// device. Unless given, the first 64 examples of the first batch that the network is called with.
    /// </param>
    /// <param name="samples">Examples to show with what the network takes them for.</param>
    /// <param name="options">How it looks and what it may cost.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option has a value that cannot be.</exception>
    public static Viewer Open(
        Module model, Optimizer? optimizer = null, Tensor? probe = null, ViewerSamples? samples = null,
        ViewerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FramesPerSecond, 0.001);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MostCost);
        ArgumentOutOfRangeException.ThrowIfNegative(options.HistoryBytes);
        return new(model, optimizer, probe, samples, options);
    }

    /// <summary>
    /// Says that a step has been made, behind the optimizer's. Never waits, unless the user has paused the training: then
    /// until it is to go on, or the window is closed. Does nothing once nobody looks any more.
    /// </summary>
    /// <param name="loss">The step's loss, a tensor of one element; read later, when the device has it.</param>
    /// <param name="accuracy">The share of right answers in the step's batch, a tensor of one element.</param>
    /// <param name="cancellation">Lets the training go on, should the user have paused it.</param>
    /// <exception cref="DeviceLostException">The network's device is lost.</exception>
    public void Step(Tensor loss, Tensor? accuracy = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (!link.IsClosed)
            recorder.Step(loss, accuracy, cancellation);
        else
            recorder.LetGo();
    }

    /// <summary>
    /// Says that the training is over, and returns when the user has closed the window; at once where there is none.
    /// Meanwhile the user may look at everything.
    /// </summary>
    /// <param name="cancellation">Closes the window.</param>
    public void Wait(CancellationToken cancellation = default)
    {
        using var closing = cancellation.Register(link.Close);
        recorder.End();
        if (presenter.HasWindow)
            recorder.ServeUntilClosed();
    }

    /// <summary>Ends: closes the window, or writes the last picture. Steps that come later do nothing.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        recorder.End();
        presenter.Dispose();
        link.Close();
    }
}
