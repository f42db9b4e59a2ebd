using System.Globalization;
using KernelEngine;

namespace Training;

/// <summary>What to train and how; what a checkpoint remembers, so that resuming it needs no options.</summary>
public sealed record TrainingOptions
{
    /// <summary>What can be learnt; the first is the default, here and below.</summary>
    public static readonly string[] Datasets = ["digits", "spirals", "fashion-mnist"];

    public static readonly string[] Models = ["mlp", "cnn"];

    public static readonly string[] Optimizers = ["adam", "adamw", "sgd"];

    public required string Dataset { get; init; }

    public required string Model { get; init; }

    public required string Optimizer { get; init; }

    public required int BatchSize { get; init; }

    public required double Lr { get; init; }

    public required ulong Seed { get; init; }

    public required int Epochs { get; init; }

    /// <summary>
    /// By how much the learning rate shrinks with each epoch: not a function of how many there are, so that a training
    /// can be prolonged.
    /// </summary>
    public double Gamma => (Dataset, Model) switch
    {
        ("fashion-mnist", "cnn") => 0.65,
        ("fashion-mnist", _) => 0.75,
        ("spirals", _) => 0.985,
        _ => 0.93,
    };

    /// <summary>Options as far as they were given, the rest as a checkpoint says, or else by default.</summary>
    /// <exception cref="TensorValueException">A given one contradicts the checkpoint.</exception>
    public static TrainingOptions From(
        IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> saved)
    {
        foreach (var (name, value) in given)
        {
            if (name != "epochs" && saved.TryGetValue(name, out var before) && before != value)
            {
                throw new TensorValueException(
                    $"--{name} {value}: the training to resume has --{name} {before}; leave the option out");
            }
        }

        var dataset = Word("dataset", Datasets);
        var model = Word("model", Models);
        var optimizer = Word("optimizer", Optimizers);
        var isFashion = dataset == "fashion-mnist";
        var rate = optimizer == "sgd" ? (isFashion ? "0.05" : "0.1") : isFashion ? "0.002" : "0.005";
        var passes = isFashion ? (model == "cnn" ? "5" : "10") : dataset == "digits" ? "40" : "200";
        return new()
        {
            Dataset = dataset,
            Model = model,
            Optimizer = optimizer,
            BatchSize = Parsed<int>("batch-size", "64"),
            Lr = Parsed<double>("lr", rate),
            Seed = Parsed<ulong>("seed", "0"),
            Epochs = Parsed<int>("epochs", passes),
        };

        string Value(string name, string otherwise) =>
            given.GetValueOrDefault(name) ?? saved.GetValueOrDefault(name) ?? otherwise;

        string Word(string name, string[] known) => Value(name, known[0]) is var word && known.Contains(word)
            ? word
            : throw new TensorValueException($"the checkpoint has no {name} of this program: '{word}'");

        T Parsed<T>(string name, string otherwise) where T : IParsable<T> =>
            T.TryParse(Value(name, otherwise), CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new TensorValueException(
                    $"the checkpoint has no number for {name}: '{Value(name, otherwise)}'");
    }

    /// <summary>Writes them where a checkpoint keeps its texts.</summary>
    public void WriteTo(IDictionary<string, string> values)
    {
        values["dataset"] = Dataset;
        values["model"] = Model;
        values["optimizer"] = Optimizer;
        values["batch-size"] = BatchSize.ToString(CultureInfo.InvariantCulture);
        values["lr"] = Lr.ToString("R", CultureInfo.InvariantCulture);
        values["seed"] = Seed.ToString(CultureInfo.InvariantCulture);
        values["epochs"] = Epochs.ToString(CultureInfo.InvariantCulture);
    }
}
