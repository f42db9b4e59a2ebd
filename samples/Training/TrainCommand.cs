using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using KernelEngine;
using KernelEngine.Nn;

namespace Training;

/// <summary>
/// A program that trains a small network on a device, and says how well it does on examples that it has not seen.
/// </summary>
public sealed class TrainCommand
{
    private readonly Option<string?> dataset = new("--dataset")
    {
        Description = "What to learn: handwritten digits, which arm of a spiral a point lies on, or pictures of " +
            "clothes [default: digits].",
    };

    private readonly Option<string?> data = new("--data")
    {
        Description = "The folder with the four files of Fashion-MNIST [default: where Debian's package " +
            "dataset-fashion-mnist puts them, or data/fashion-mnist].",
    };

    private readonly Option<string?> model = new("--model")
    {
        Description = "The network: mlp has two hidden layers, cnn two convolutions [default: mlp].",
    };

    private readonly Option<string?> device = new("--device");

    private readonly Option<int?> epochs = new("--epochs")
    {
        Description = "Passes over the examples, those before it was resumed counted [default: 40; spirals: 200; " +
            "fashion-mnist: 10; with cnn: 5].",
        CustomParser = WholeNumber,
    };

    private readonly Option<int?> batchSize = new("--batch-size")
    {
        Description = "Examples per step [default: 64].",
        CustomParser = WholeNumber,
    };

    private readonly Option<double?> lr = new("--lr")
    {
        Description =
            "Learning rate of the first epoch [default: 0.005; sgd: 0.1; fashion-mnist: 0.002; sgd: 0.05].",
        CustomParser = RealNumber,
    };

    private readonly Option<string?> optimizer = new("--optimizer")
    {
        Description = "How parameters follow their gradients [default: adam].",
    };

    private readonly Option<ulong?> seed = new("--seed")
    {
        Description = "Seed of first values and of the order of examples [default: 0].",
        CustomParser = Seed,
    };

    private readonly Option<string?> save = new("--save")
    {
        Description = "The file to save to, after each epoch and on Ctrl-C [default: the file of --resume].",
    };

    private readonly Option<string?> resume = new("--resume")
    {
        Description = "A saved file to go on with; its options need not be given again.",
    };

    private readonly RootCommand root;
    private readonly Func<ComputeDevice> defaultDevice;

    /// <param name="description">What the program does, for its help.</param>
    /// <param name="defaultDevice">Where it computes, unless it is told.</param>
    /// <param name="defaultDeviceName">What help calls that.</param>
    public TrainCommand(string description, Func<ComputeDevice> defaultDevice, string defaultDeviceName)
    {
        this.defaultDevice = defaultDevice;
        dataset.AcceptOnlyFromAmong(TrainingOptions.Datasets);
        model.AcceptOnlyFromAmong(TrainingOptions.Models);
        optimizer.AcceptOnlyFromAmong(TrainingOptions.Optimizers);
        var devices = string.Join(", ", ComputeDevice.All.Where(d => d.Type != DeviceType.Meta));
        device.Description = $"Where to compute: {devices} [default: {defaultDeviceName}].";
        device.Validators.Add(CheckDevice);
        save.Validators.Add(CheckFile);
        root = new(description)
        {
            dataset, data, model, device, epochs, batchSize, lr, optimizer, seed, save, resume,
        };
        root.SetAction(Run);
    }

    /// <summary>Makes who looks on, from what the program was told; nobody does where null.</summary>
    public Func<ParseResult, TrainingScene, ITrainingObserver>? Observe { get; init; }

    /// <summary>Adds an option of the program's own.</summary>
    public void Add(Option option) => root.Add(option);

    /// <summary>Does what the command line says.</summary>
    /// <returns>The exit code: 0; 1 where something is wrong with what was asked for; 130 if it was stopped.</returns>
    public int Invoke(string[] arguments)
    {
        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction complaint)
            complaint.ShowHelp = false;
        return parsed.Invoke();
    }

    private int Run(ParseResult parsed)
    {
        var given = new Dictionary<string, string>();
        foreach (var option in (Option[])[dataset, model, epochs, batchSize, lr, optimizer, seed])
        {
            if (parsed.GetResult(option) is { } result && result.GetValueOrDefault<object?>() is { } value)
                given.Add(option.Name[2..], Convert.ToString(value, CultureInfo.InvariantCulture)!);
        }

        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var resumed = parsed.GetValue(resume);
            var options = TrainingOptions.From(
                given, resumed is null ? new Dictionary<string, string>() : Checkpoint.ReadValues(resumed));
            if (parsed.GetValue(data) is { } folder && options.Dataset != "fashion-mnist")
            {
                throw new TensorValueException(
                    $"--data {folder}: {options.Dataset} needs no files; leave the option out");
            }

            var run = new TrainingRun
            {
                Options = options,
                Device = parsed.GetValue(device) is { } name ? ComputeDevice.Parse(name) : defaultDevice(),
                Data = parsed.GetValue(data),
                SavePath = parsed.GetValue(save) ?? resumed,
                ResumePath = resumed,
                Observe = Observe is null ? null : scene => Observe(parsed, scene),
            };
            return run.Execute(stop.Token);
        }
        catch (Exception e) when (e is TensorException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }

        // The first Ctrl-C ends the training after the step that it is in, and saves it; a second one ends the program.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    private static void CheckDevice(OptionResult result)
    {
        try
        {
            if (result.GetValueOrDefault<string?>() is { } name &&
                ComputeDevice.Parse(name).Type == DeviceType.Meta)
            {
                result.AddError("--device meta: it has shapes but no data, so nothing can be learned there.");
            }
        }
        catch (TensorException e)
        {
            result.AddError($"--device: {e.Message}");
        }
    }

    private static void CheckFile(OptionResult result)
    {
        var path = result.GetValueOrDefault<string?>();
        if (string.IsNullOrEmpty(path) || Directory.Exists(path))
            result.AddError($"--save {path}: this is a folder; name a file.");
        else if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            result.AddError($"--save {path}: there is no such folder.");
    }

    private static int? WholeNumber(ArgumentResult result)
    {
        if (int.TryParse(TextOf(result), CultureInfo.InvariantCulture, out var value) && value > 0)
            return value;
        result.AddError($"{NameOf(result)} takes a whole number above zero, not {TextOf(result)}.");
        return null;
    }

    private static double? RealNumber(ArgumentResult result)
    {
        if (double.TryParse(TextOf(result), CultureInfo.InvariantCulture, out var value) && value > 0 &&
            double.IsFinite(value))
        {
            return value;
        }

        result.AddError($"{NameOf(result)} takes a number above zero, not {TextOf(result)}.");
        return null;
    }

    private static ulong? Seed(ArgumentResult result)
    {
        if (ulong.TryParse(TextOf(result), CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"{NameOf(result)} takes a whole number from 0 on, not {TextOf(result)}.");
        return null;
    }

    private static string TextOf(ArgumentResult result) => result.Tokens[0].Value;

    private static string NameOf(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;
}
