using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using KernelEngine;
using Train;

// Trains a small network on the CPU or another device, and says how well it does on examples it has not seen.
var dataset = new Option<string>("--dataset")
{
    Description = "What to learn: handwritten digits, or which arm of a spiral a point lies on.",
    DefaultValueFactory = _ => "digits",
};
dataset.AcceptOnlyFromAmong("digits", "spirals");
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
    Description = "Passes over the examples [default: 40; spirals: 200].",
    CustomParser = WholeNumber,
};
var batchSize = new Option<int?>("--batch-size")
{
    Description = "Examples per step [default: 64].",
    CustomParser = WholeNumber,
};
var lr = new Option<double?>("--lr")
{
    Description = "Learning rate [default: 0.005; sgd: 0.1].",
    CustomParser = RealNumber,
};
var optimizer = new Option<string>("--optimizer")
{
    Description = "How parameters follow their gradients.",
    DefaultValueFactory = _ => "adam",
};
optimizer.AcceptOnlyFromAmong("sgd", "adam", "adamw");
var seed = new Option<ulong>("--seed")
{
    Description = "Seed of first values and of the order of examples.",
    DefaultValueFactory = _ => 0,
    CustomParser = result =>
    {
        if (ulong.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"--seed takes a whole number from 0 on, not {result.Tokens[0].Value}.");
        return 0;
    },
};

var command = new RootCommand("Trains a network and tests it.")
{
    dataset, device, epochs, batchSize, lr, optimizer, seed,
};
command.SetAction(parsed =>
{
    var choice = parsed.GetRequiredValue(dataset);
    var method = parsed.GetRequiredValue(optimizer);
    var run = new TrainingRun
    {
        Dataset = choice,
        Device = ComputeDevice.Parse(parsed.GetRequiredValue(device)),
        Epochs = parsed.GetValue(epochs) ?? (choice == "digits" ? 40 : 200),
        BatchSize = parsed.GetValue(batchSize) ?? 64,
        Lr = parsed.GetValue(lr) ?? (method == "sgd" ? 0.1 : 0.005),
        Optimizer = method,
        Seed = parsed.GetRequiredValue(seed),
    };
    using var stop = new CancellationTokenSource();
    ConsoleCancelEventHandler onCancel = (_, e) =>
    {
        // The first Ctrl-C ends the training after the step that it is in; a second one ends the program.
        e.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };
    Console.CancelKeyPress += onCancel;
    try
    {
        return run.Execute(stop.Token);
    }
    catch (TensorException e)
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
