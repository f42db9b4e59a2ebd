using KernelEngine;
using Training;

namespace ViewerApp;

/// <summary>Shows a training in a viewer.</summary>
internal sealed class ViewerObserver : ITrainingObserver
{
    private const int MostPictures = 48, MostPoints = 300;

    private readonly Viewer viewer;
    private readonly bool closesAtEnd;

    public ViewerObserver(TrainingScene scene, ViewerOptions options, bool closesAtEnd)
    {
        this.closesAtEnd = closesAtEnd;
        var isPlane = scene.Options.Dataset == "spirals";
        var count = Math.Min(scene.Test.Count, isPlane ? MostPoints : MostPictures);
        var indices = Enumerable.Range(0, count).Select(i => (long)i * scene.Test.Count / count).ToArray();
        var (inputs, labels) = scene.Test.Batch(indices);
        viewer = Viewer.Open(
            scene.Net, scene.Optimizer,
            probe: inputs.To(scene.Net.Parameters()[0].Device),
            samples: isPlane
                ? ViewerSamples.Points(inputs, labels)
                : ViewerSamples.Pictures(inputs, labels, ClassesOf(scene.Options.Dataset)),
            options: options);
    }

    public void Step(Tensor loss, Tensor accuracy, CancellationToken stop) =>
        viewer.Step(loss, accuracy, stop);

    public void End()
    {
        if (!viewer.HasWindow)
            viewer.Dispose();
    }

    public void Linger(CancellationToken stop)
    {
        if (viewer.HasWindow && !closesAtEnd)
            viewer.Wait(stop);
    }

    public void Dispose() => viewer.Dispose();

    private static string[]? ClassesOf(string dataset) => dataset == "fashion-mnist"
        ? ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
        : null;
}
