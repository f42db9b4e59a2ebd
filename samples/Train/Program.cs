using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using KernelEngine;
using KernelEngine.Nn;
using Train;

// Trains a small network on the CPU or another device, and says how well it does on examples it has not seen.
var dataset = new Option<string?>("--dataset")
{
    Description = "What to learn: handwritten digits, which arm of a spiral a point lies on, or pictures of clothes " +
        "[default: digits].",
};
dataset.AcceptOnlyFromAmong(TrainingOptions.Datasets);
var data = new Option<string?>("--data")
{
    Description = "The folder with the four files of Fashion-MNIST [default: where Debian's package " +
        "dataset-fashion-mnist puts them, or data/fashion-mnist].",
};
var model = new Option<string?>("--model")
{
    Description = "The network: mlp has two hidden layers, cnn two convolutions [default: mlp].",
};
model.AcceptOnlyFromAmong(TrainingOptions.Models);
var device = new Option<string>("--device")
{
    Description = $"Where to compute: {string.Join(", ", ComputeDevice.All.Where(d => d.Type != DeviceType.Meta))}.",
    DefaultValueFactory = _ => "cpu",
};
device.Validators.Add(result =>
{
    try
    {
        if (ComputeDevice.Parse(result.GetValueOrDefault<string>()).Type == DeviceType.Meta)
            result.AddError("--device meta: it has shapes but no data, so nothing can be learned there.");
    }
    catch (TensorException e)
    {
        result.AddError($"--device: {e.Message}");
    }
});
var epochs = new Option<int?>("--epochs")
{
    Description = "Passes over the examples, those before it was resumed counted [default: 40; spirals: 200; " +
        "fashion-mnist: 10; with cnn: 5].",
    CustomParser = WholeNumber,
};
var batchSize = new Option<int?>("--batch-size")
{
    Description = "Examples per step [default: 64].",
    CustomParser = WholeNumber,
};
var lr = new Option<double?>("--lr")
{
    Description = "Learning rate of the first epoch [default: 0.005; sgd: 0.1; fashion-mnist: 0.002; sgd: 0.05].",
    CustomParser = RealNumber,
};
var optimizer = new Option<string?>("--optimizer")
{
    Description = "How parameters follow their gradients [default: adam].",
};
optimizer.AcceptOnlyFromAmong(TrainingOptions.Optimizers);
var seed = new Option<ulong?>("--seed")
{
    Description = "Seed of first values and of the order of examples [default: 0].",
    CustomParser = result =>
    {
        if (ulong.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"--seed takes a whole number from 0 on, not {result.Tokens[0].Value}.");
        return null;
    },
};
var save = new Option<string?>("--save")
{
    Description = "The file to save to, after each epoch and on Ctrl-C [default: the file of --resume].",
};
save.Validators.Add(result =>
{
    var path = result.GetValueOrDefault<string?>();
    if (string.IsNullOrEmpty(path) || Directory.Exists(path))
        result.AddError($"--save {path}: this is a folder; name a file.");
    else if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        result.AddError($"--save {path}: there is no such folder.");
});
var resume = new Option<string?>("--resume")
{
    Description = "A saved file to go on with; its options need not be given again.",
};

var command = new RootCommand("Trains a network and tests it.")
{
    dataset, data, model, device, epochs, batchSize, lr, optimizer, seed, save, resume,
};
command.SetAction(parsed =>
{
    var given = new Dictionary<string, string>();
    foreach (var option in (Option[])[dataset, model, epochs, batchSize, lr, optimizer, seed])
    {
        if (parsed.GetResult(option) is { } result && result.GetValueOrDefault<object?>() is { } value)
            given.Add(option.Name[2..], Convert.ToString(value, CultureInfo.InvariantCulture)!);
    }

    using var stop = new CancellationTokenSource();
    ConsoleCancelEventHandler onCancel = (_, e) =>
    {
        // The first Ctrl-C ends the training after the step that it is in, and saves it; a second one ends the program.
        e.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };
    Console.CancelKeyPress += onCancel;
    try
    {
        var resumed = parsed.GetValue(resume);
        var options = TrainingOptions.From(
            given, resumed is null ? new Dictionary<string, string>() : Checkpoint.ReadValues(resumed));
        if (parsed.GetValue(data) is { } folder && options.Dataset != "fashion-mnist")
            throw new TensorValueException($"--data {folder}: {options.Dataset} needs no files; leave the option out");
        var run = new TrainingRun
        {
            Options = options,
            Device = ComputeDevice.Parse(parsed.GetRequiredValue(device)),
            Data = parsed.GetValue(data),
            SavePath = parsed.GetValue(save) ?? resumed,
            ResumePath = resumed,
        };
        return run.Execute(stop.Token);
    }
    catch (Exception e) when (e is TensorException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
    finally
    {
        Console.CancelKeyPress -= onCancel;
    }
});
var parsedArguments = command.Parse(args);
if (parsedArguments.Action is ParseErrorAction complaint)
    complaint.ShowHelp = false;
return parsedArguments.Invoke();

static int? WholeNumber(ArgumentResult result)
{
    if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value > 0)
        return value;
    result.AddError(
        $"{((OptionResult)result.Parent!).Option.Name} takes a whole number above zero, not {result.Tokens[0].Value}.");
    return null;
}

static double? RealNumber(ArgumentResult result)
{
    if (double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value > 0 &&
        double.IsFinite(value))
    {
        return value;
    }

    result.AddError(
        $"{((OptionResult)result.Parent!).Option.Name} takes a number above zero, not {result.Tokens[0].Value}.");
    return null;
}
