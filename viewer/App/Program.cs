using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KernelEngine;
using Training;
using ViewerApp;

// Trains a small network on the best device, and shows it in a window, or in pictures where there is no display.
var headless = new Option<string?>("--headless")
{
    Description = "Open no window; leave pictures in this folder [default, where there is no display: " +
        "viewer-pictures].",
};
headless.Validators.Add(result =>
{
    var path = result.GetValueOrDefault<string?>();
    if (string.IsNullOrEmpty(path) || File.Exists(path))
        result.AddError($"--headless {path}: this is a file; name a folder.");
});
var standard = new ViewerOptions();
var close = new Option<bool>("--close")
{
    Description = "Close the window once the network is trained and tested.",
};
var size = new Option<(int Width, int Height)?>("--size")
{
    Description = "The window's size at first, or that of the pictures " +
        $"[default: {standard.Width}x{standard.Height}].",
    CustomParser = SizeOf,
};
var fps = new Option<double?>("--fps")
{
    Description = "How often the network is looked at, at most, in a second " +
        FormattableString.Invariant($"[default: {standard.FramesPerSecond}]."),
    CustomParser = FpsOf,
};
var renderer = new Option<string?>("--renderer")
{
    Description = "What the window draws with [default: vulkan where the network is on a Vulkan device, else opengl].",
};
renderer.AcceptOnlyFromAmong("opengl", "vulkan");

var command = new TrainCommand(
    "Trains a network, and shows it in a window while it learns.", ComputeDevice.Best, "the best there is")
{
    Observe = (parsed, scene) => new ViewerObserver(
        scene,
        new()
        {
            Title = $"{scene.Options.Dataset}: {scene.Options.Model}",
            IsHeadless = parsed.GetValue(headless) is not null,
            Directory = parsed.GetValue(headless),
            Width = parsed.GetValue(size)?.Width ?? standard.Width,
            Height = parsed.GetValue(size)?.Height ?? standard.Height,
            FramesPerSecond = parsed.GetValue(fps) ?? standard.FramesPerSecond,
            Renderer = parsed.GetValue(renderer) switch
            {
                "opengl" => ViewerRenderer.OpenGl,
                "vulkan" => ViewerRenderer.Vulkan,
                _ => ViewerRenderer.Automatic,
            },
        },
        parsed.GetValue(close)),
};
foreach (var option in (Option[])[headless, close, size, fps, renderer])
    command.Add(option);
return command.Invoke(args);

static (int Width, int Height)? SizeOf(ArgumentResult result)
{
    var text = result.Tokens[0].Value;
    if (text.Split('x') is [var across, var down] &&
        int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out var width) &&
        int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out var height) &&
        width is > 0 and <= 16384 && height is > 0 and <= 16384)
    {
        return (width, height);
    }

    result.AddError($"--size takes a width and a height in pixels, such as 1280x720, not {text}.");
    return default;
}

static double? FpsOf(ArgumentResult result)
{
    var text = result.Tokens[0].Value;
    if (double.TryParse(text, CultureInfo.InvariantCulture, out var value) && value is >= 0.001 and <= 1000)
        return value;
    result.AddError($"--fps takes a number from 0.001 to 1000, not {text}.");
    return default;
}
