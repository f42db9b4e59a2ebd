using KernelEngine.Bench.Protocol;
using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>A job that is ready on a device of Kernel's.</summary>
/// <param name="Call">Does it once.</param>
/// <param name="Check">Does it from the start, and returns what is to be compared.</param>
/// <param name="IsRecorded">Whether autograd records.</param>
internal sealed record ReadyJob(Action Call, Func<IReadOnlyList<Tensor>> Check, bool IsRecorded);

/// <summary>How Kernel does something, on every device alike.</summary>
/// <param name="name">Its name, by which peers know it.</param>
internal abstract class Operation(string name)
{
    /// <summary>Its name, by which peers know it.</summary>
    public string Name => name;

    /// <summary>Makes a job ready.</summary>
    /// <param name="job">The job.</param>
    /// <param name="inputs">Its inputs, on the device.</param>
    public abstract ReadyJob Prepare(Job job, Tensor[] inputs);

    /// <summary>The inputs of a job on a device.</summary>
    public static Tensor[] InputsOf(Job job, ComputeDevice device) =>
    [
        .. job.Inputs.Select((input, i) => input.Fill == Fill.Index
            ? Tensor.FromSpan<long>(input.Wholes(i), input.Shape, device: device)
            : Tensor.FromSpan<float>(input.Reals(i), input.Shape, device: device)),
    ];
}

/// <summary>A function of tensors.</summary>
internal sealed class FunctionOperation(string name, Func<Tensor[], long[], Tensor> function) : Operation(name)
{
    /// <inheritdoc/>
    public override ReadyJob Prepare(Job job, Tensor[] inputs)
    {
        var numbers = job.Numbers;
        if (job.Pass == Pass.Forward)
            return new(() => function(inputs, numbers), () => [function(inputs, numbers)], false);

        Tensor[] learning = [.. inputs.Where((_, i) => job.Inputs[i].Learns)];
        foreach (var tensor in learning)
            tensor.RequiresGrad_();
        var ones = Tensor.OnesLike(function(inputs, numbers).Detach());
        return new(() => Differentiate(), () => [Differentiate().Detach(), .. learning.Select(t => t.Grad!)], true);

        Tensor Differentiate()
        {
            foreach (var tensor in learning)
                tensor.Grad = null;
            var result = function(inputs, numbers);
            result.Backward(ones);
            return result;
        }
    }
}

/// <summary>A network: what it is given, and what it is trained for.</summary>
/// <param name="Module">It, with parameters.</param>
/// <param name="Call">Its result for an input.</param>
/// <param name="Loss">What result and target come to.</param>
internal sealed record Network(Module Module, Func<Tensor, Tensor> Call, Func<Tensor, Tensor, Tensor> Loss);

/// <summary>A step of training a network, or its result alone.</summary>
internal sealed class NetworkOperation(string name, Func<long[], ComputeDevice, Network> build) : Operation(name)
{
    /// <inheritdoc/>
    public override ReadyJob Prepare(Job job, Tensor[] inputs)
    {
        var (input, target) = (inputs[0], inputs[1]);
        var network = build(job.Numbers, input.Device);
        Tensor[] values = [.. inputs.Where((_, i) => job.Inputs[i].Learns)];
        var parameters = network.Module.Parameters();
        Reset();
        if (job.Pass == Pass.Forward)
        {
            network.Module.Eval();
            return new(() => network.Call(input), () => [network.Call(input)], false);
        }

        var optimizer = Optimizer();
        return new(
            () => Step(),
            () =>
            {
                Reset();
                optimizer = Optimizer();
                return [.. Enumerable.Range(0, Job.CheckedSteps).Select(_ => Step().Detach())];
            },
            true);

        Tensor Step()
        {
            optimizer.ZeroGrad();
            var loss = network.Loss(network.Call(input), target);
            loss.Backward();
            optimizer.Step();
            return loss;
        }

        Optimizer Optimizer() => OptimizerOperation.Make(job, parameters);

        void Reset()
        {
            using var scope = Autograd.NoGrad();
            foreach (var (parameter, value) in parameters.Zip(values))
                parameter.Copy_(value);
        }
    }
}

/// <summary>A step of an optimizer over parameters whose gradients are there: inputs, half of them gradients.</summary>
internal sealed class OptimizerOperation(string name) : Operation(name)
{
    /// <summary>The optimizer that a job wants.</summary>
    public static Optimizer Make(Job job, IReadOnlyList<Tensor> parameters) => job.Optimizer == "adam"
        ? new Adam(parameters, job.Rate)
        : new SGD(parameters, job.Rate);

    /// <inheritdoc/>
    public override ReadyJob Prepare(Job job, Tensor[] inputs)
    {
        var half = inputs.Length / 2;
        Parameter[] parameters = [.. inputs[..half].Select(t => new Parameter(t.Clone()))];
        for (var i = 0; i < half; i++)
            parameters[i].Grad = inputs[half + i];
        var optimizer = Make(job, parameters);
        return new(
            optimizer.Step,
            () =>
            {
                using (Autograd.NoGrad())
                {
                    for (var i = 0; i < half; i++)
                        parameters[i].Copy_(inputs[i]);
                }

                optimizer = Make(job, parameters);
                optimizer.Step();
                return [.. parameters.Select(p => p.Detach())];
            },
            false);
    }
}

/// <summary>The tutorial's fit from a fixed start: a whole training by single samples in each call.</summary>
internal sealed class FitOperation(string name) : Operation(name)
{
    /// <inheritdoc/>
    public override ReadyJob Prepare(Job job, Tensor[] inputs)
    {
        var (samples, targets) = (inputs[0], inputs[1]);
        return new(() => Fit(), () => [.. Fit().Select(p => p.Detach())], true);

        IReadOnlyList<Parameter> Fit()
        {
            var model = new Linear(1, 1, device: samples.Device);
            var parameters = model.Parameters();
            using (Autograd.NoGrad())
            {
                foreach (var (parameter, value) in parameters.Zip(inputs[2..]))
                    parameter.Copy_(value);
            }

            var optimizer = OptimizerOperation.Make(job, parameters);
            var criterion = new MSELoss();
            for (var step = 0; step < job.Numbers[0]; step++)
            {
                var i = step % 3;
                var loss = criterion.Call(model.Call(samples[i]), targets[i]);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }

            return parameters;
        }
    }
}
