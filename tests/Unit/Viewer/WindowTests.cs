using KernelEngine.Viewing;
using SkiaSharp;

namespace KernelEngine.Tests.Viewing;

/// <summary>Tests with a window: alone, as they share the keyboard and the mouse.</summary>
[CollectionDefinition(nameof(WindowCollection), DisableParallelization = true)]
public sealed class WindowCollection;

/// <summary>The viewer's window as its user has it: keys, clicks and the pixels of a screen.</summary>
[Collection(nameof(WindowCollection))]
public sealed class WindowTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_map_on_the_screen_has_the_colours_of_the_weights(string device) => CheckMap(device, null);

    [Fact]
    public void A_map_that_shaders_of_OpenGL_draw_has_them_too() => CheckMap("cpu", new() { UsesShaders = true });

    private static void CheckMap(string device, ViewerOptions? options)
    {
        using var training = Open(device, options);
        Pause(training);
        var name = "map:fc1.weight";
        training.PlaceOf(name);
        TestDisplay.Move(3, 3);

        // The last step's frame may still be on its way.
        training.WaitFor(() => CompareMap(training));
        Assert.StartsWith(
            device.StartsWith("vulkan", StringComparison.Ordinal) ? "Vulkan" : "OpenGL",
            training.Look(w => w.Renderer.Name), StringComparison.Ordinal);
        using var read = training.Look(w => w.Renderer.Read());
        Assert.Equal(1280, read.Width);
        training.Finish();
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Keys_and_clicks_do_what_they_say(string device)
    {
        using var training = Open(device);
        Pause(training);
        var steps = training.Steps;
        TestDisplay.Press("period");
        training.WaitFor(() => training.Steps == steps + 1, "one step");
        Click(training, "step");
        training.WaitFor(() => training.Steps == steps + 2, "another step");
        Click(training, "pause");
        training.WaitForSteps(20);
        Assert.False(training.Look(w => w.Scene.State.IsPaused));

        TestDisplay.Press("Tab");
        training.WaitFor(() => training.Look(w => w.Scene.ViewIndex) == 1, "the next view");
        TestDisplay.Press("3");
        training.WaitFor(() => training.Look(w => w.Scene.ViewIndex) == 2, "the third view");
        TestDisplay.Press("question");
        training.WaitFor(() => training.Look(w => w.Scene.State.ShowsKeys), "the keys");
        TestDisplay.Press("Escape");
        training.WaitFor(() => !training.Look(w => w.Scene.State.ShowsKeys), "the view again");
        training.Finish();
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Pointing_reads_a_weight(string device)
    {
        using var training = Open(device);
        Pause(training);
        TestDisplay.Press("6");
        training.WaitFor(() => training.Look(w => w.Scene.ViewIndex) == 5, "the view of weights");
        var (x, y) = training.PlaceOf("map:fc1.weight");
        TestDisplay.Move(x, y);
        training.WaitFor(() =>
        {
            var (tip, map) = training.Look(w => (
                w.Scene.TipLines, w.Shown!.Maps.FirstOrDefault(m => m.Bounds == w.Scene.BoundsOf("map:fc1.weight"))));
            var element = map?.ElementAt((int)x, (int)y) ?? -1;
            if (element < 0)
                return "no map";
            float[] weights = training.Model.First.ToArray<float>();
            var expected = $"fc1.weight[{element / 16}, {element % 16}] = {NumberText.Short(weights[element])}";
            return tip is [var line] && line == expected ? null : $"{string.Join('|', tip)} for {expected}";
        });
        training.Finish();
    }

    [Fact]
    public void The_learning_rate_goes_up_and_down()
    {
        using var training = Open("cpu");
        double Rate() => training.Optimizer.ParamGroups[0].Lr;
        TestDisplay.Press("plus");
        training.WaitFor(() => Rate() > 0.0124, "a higher rate");
        TestDisplay.Press("minus");
        training.WaitFor(() => Rate() < 0.0101, "the rate before");
        Click(training, "lr+");
        training.WaitFor(() => Rate() > 0.0124, "a higher rate by the mouse");
    }

    [Fact]
    public void S_leaves_a_picture_of_what_is_seen()
    {
        var folder = Directory.CreateTempSubdirectory("kernel-window-");
        try
        {
            using var training = Open("cpu", new() { Directory = folder.FullName });
            Pause(training);
            TestDisplay.Press("s");
            training.WaitFor(() => folder.GetFiles("*.png").Length == 1, "the picture");
            var file = folder.GetFiles("*.png")[0];
            using var picture = SKBitmap.Decode(file.FullName);
            Assert.Equal((1280, 720), (picture.Width, picture.Height));
            Assert.True(picture.Pixels.Distinct().Count() > 50, "it is empty");
            training.Finish();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_window_that_is_closed_ends_the_viewer_and_not_the_training(string device)
    {
        using var training = Open(device);
        Pause(training);
        training.Screen.AskToClose(training.Window);
        training.WaitFor(() => training.Viewer.IsClosed, "the end of the viewer");
        training.WaitForSteps(20);
        training.Finish();
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_window_may_have_any_size(string device)
    {
        using var training = Open(device);
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3840, 2160), (37, 500), (1280, 720)])
        {
            training.Screen.Resize(training.Window, width, height);
            training.WaitFor(
                () => training.Look(w => w.Shown?.Size) == new PixelSize(width, height), $"{width} x {height}");
            training.WaitForSteps(2);
        }

        Pause(training);
        TestDisplay.Move(3, 3);
        training.WaitFor(() => CompareMap(training));
        training.Finish();
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_window_that_is_minimised_draws_nothing_and_comes_back(string device)
    {
        using var training = Open(device);
        training.Screen.Minimise(training.Window, true);
        training.WaitFor(() => training.Look(w => w.Window.Size) == default, "the icon");
        var shown = training.Look(w => w.Shown);
        var losses = training.Look(w => w.Scene.State.History.Losses.Points.Count);
        training.WaitForSteps(20);
        training.WaitFor(() => training.Look(w => w.Scene.State.History.Losses.Points.Count) > losses, "losses");
        Assert.Same(shown, training.Look(w => w.Shown));

        training.Screen.Minimise(training.Window, false);
        training.WaitFor(() => training.Look(w => w.Shown) != shown, "the window again");
        Pause(training);
        TestDisplay.Move(3, 3);
        training.WaitFor(() => CompareMap(training));
        training.Finish();
    }

    [Fact]
    public void Several_viewers_have_a_window_each()
    {
        using var one = Open("cpu");
        using (var other = Open("cpu"))
        {
            other.WaitForSteps(5);
            other.Finish();
        }

        one.WaitForSteps(5);
        one.Finish();
    }

    private static ViewedTraining Open(string device, ViewerOptions? options = null)
    {
        var found = TestDevices.Get(device);
        TestDisplay.Require();
        return new ViewedTraining(found, options);
    }

    private static void Click(ViewedTraining training, string name)
    {
        var (x, y) = training.PlaceOf(name);
        TestDisplay.Click(x, y);
    }

    private static void Pause(ViewedTraining training)
    {
        TestDisplay.Press("space");
        training.WaitForPause();
    }

    /// <summary>Compares the screen's pixels with the weights, which nobody changes now.</summary>
    /// <returns>What is wrong; null where nothing is.</returns>
    private static string? CompareMap(ViewedTraining training)
    {
        var found = training.Look(w => (Bounds: w.Scene.BoundsOf("map:fc1.weight"), w.Shown));
        if (found is not ({ } bounds, { } picture) || picture.Maps.FirstOrDefault(m => m.Bounds == bounds) is not { } map)
            return "no map";
        float[] weights = training.Model.First.ToArray<float>();
        var pixels = training.Screen.Pixels(training.Window, picture.Size.Width, picture.Size.Height);
        var cells = new HashSet<int>();
        for (var y = bounds.Y + 1; y < bounds.Bottom; y += 3)
        {
            for (var x = bounds.X + 1; x < bounds.Right; x += 3)
            {
                var element = map.ElementAt(x, y);
                if (element < 0)
                    continue;
                cells.Add(element);
                var expected = map.ColorAt(weights, element);
                var seen = pixels[(y * picture.Size.Width) + x];
                seen = (seen & 0xFF00) | ((seen >> 16) & 0xFF) | ((seen & 0xFF) << 16);
                if ((expected & 0xFFFFFF) != (seen & 0xFFFFFF))
                    return $"0x{seen:X} for {weights[element]} at ({x}, {y})";
            }
        }

        return cells.Count >= 100 ? null : $"{cells.Count} cells";
    }
}
