using KernelEngine.Bench.Protocol;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelEngine.Bench.Peers;

/// <summary>A job over tensors of TorchSharp's.</summary>
internal abstract class TorchJob(Tensor[] inputs) : PeerJob
{
    protected Tensor[] Inputs => inputs;

    public override void Dispose()
    {
        foreach (var tensor in inputs)
            tensor.Dispose();
    }

    protected static float[] Values(Tensor tensor)
    {
        using var plain = tensor.detach().contiguous();
        return plain.data<float>().ToArray();
    }

    protected static void Copy(IEnumerable<Parameter> parameters, IEnumerable<Tensor> values)
    {
        using var scope = no_grad();
        foreach (var (parameter, value) in parameters.Zip(values))
        {
            // In place: a tensor of another shape would be expanded in silence.
            if (!parameter.shape.SequenceEqual(value.shape))
                throw new InvalidOperationException("a parameter has another shape here");
            parameter.copy_(value);
        }
    }
}

/// <summary>A function, and its gradients where they are wanted.</summary>
internal sealed class TorchFunction : TorchJob
{
    private readonly Func<Tensor[], long[], Tensor> function;
    private readonly long[] numbers;
    private readonly Tensor[] learning;
    private readonly Tensor? ones;

    public TorchFunction(Job job, Tensor[] inputs, Func<Tensor[], long[], Tensor> function)
        : base(inputs)
    {
        (this.function, numbers) = (function, job.Numbers);
        learning = job.Pass == Pass.Forward ? [] : [.. inputs.Where((_, i) => job.Inputs[i].Learns)];
        if (job.Pass == Pass.Forward)
            return;
        foreach (var tensor in learning)
            tensor.requires_grad = true;
        using var result = function(inputs, numbers);
        ones = ones_like(result.detach());
    }

    public override void Call()
    {
        using var scope = NewDisposeScope();
        Compute();
    }

    public override float[][] Check()
    {
        using var scope = NewDisposeScope();
        var result = Compute();
        return [Values(result), .. learning.Select(t => Values(t.grad!))];
    }

    public override void Dispose()
    {
        foreach (var tensor in learning)
            Clear(tensor);
        ones?.Dispose();
        base.Dispose();
    }

    private Tensor Compute()
    {
        if (ones is null)
        {
            using var mode = no_grad();
            return function(Inputs, numbers);
        }

        foreach (var tensor in learning)
            Clear(tensor);
        var result = function(Inputs, numbers);
        result.backward([ones]);
        return result;
    }

    private static void Clear(Tensor tensor)
    {
        if (tensor.grad is { } gradient)
        {
            tensor.grad = null;
            gradient.Dispose();
        }
    }
}

/// <summary>A step of training a network, or its result alone.</summary>
internal sealed class TorchTraining : TorchJob
{
    private readonly Job job;
    private readonly TorchNetwork network;
    private readonly Tensor[] values;
    private readonly Parameter[] parameters;
    private optim.Optimizer? optimizer;

    public TorchTraining(Job job, Tensor[] inputs, TorchNetwork network)
        : base(inputs)
    {
        (this.job, this.network) = (job, network);
        parameters = [.. network.Module.parameters()];
        values = [.. inputs.Where((_, i) => job.Inputs[i].Learns)];
        Reset();
        network.Module.train(job.Pass == Pass.Training);
    }

    public override void Call()
    {
        using var scope = NewDisposeScope();
        Compute();
    }

    public override float[][] Check()
    {
        using var scope = NewDisposeScope();
        Reset();
        return
        [
            .. Enumerable.Range(0, job.Pass == Pass.Training ? Job.CheckedSteps : 1).Select(_ => Values(Compute())),
        ];
    }

    public override void Dispose()
    {
        optimizer?.Dispose();
        network.Module.Dispose();
        base.Dispose();
    }

    private Tensor Compute()
    {
        if (optimizer is null)
        {
            using var mode = no_grad();
            return network.Call(Inputs[0]);
        }

        optimizer.zero_grad();
        var loss = network.Loss(network.Call(Inputs[0]), Inputs[1]);
        loss.backward();
        optimizer.step();
        return loss;
    }

    private void Reset()
    {
        Copy(parameters, values);
        optimizer?.Dispose();
        optimizer = job.Pass == Pass.Training ? TorchPeer.Optimizer(job, parameters) : null;
    }
}

/// <summary>A step of an optimizer whose gradients are there.</summary>
internal sealed class TorchUpdate : TorchJob
{
    private readonly Job job;
    private readonly Parameter[] parameters;
    private optim.Optimizer optimizer;

    public TorchUpdate(Job job, Tensor[] inputs)
        : base(inputs)
    {
        this.job = job;
        var half = inputs.Length / 2;
        parameters = [.. inputs[..half].Select(t => new Parameter(t.clone()))];
        for (var i = 0; i < half; i++)
            parameters[i].grad = inputs[half + i];
        optimizer = TorchPeer.Optimizer(job, parameters);
    }

    public override void Call()
    {
        using var scope = NewDisposeScope();
        optimizer.step();
    }

    public override float[][] Check()
    {
        Copy(parameters, Inputs);
        optimizer.Dispose();
        optimizer = TorchPeer.Optimizer(job, parameters);
        optimizer.step();
        return [.. parameters.Select(Values)];
    }

    public override void Dispose()
    {
        optimizer.Dispose();
        foreach (var parameter in parameters)
            parameter.Dispose();
        base.Dispose();
    }
}

/// <summary>A whole fit of single samples.</summary>
internal sealed class TorchFit(Job job, Tensor[] inputs) : TorchJob(inputs)
{
    public override void Call() => Fit();

    public override float[][] Check() => Fit();

    private float[][] Fit()
    {
        using var model = nn.Linear(1, 1);
        Parameter[] parameters = [.. model.parameters()];
        Copy(parameters, Inputs[2..]);
        using var optimizer = TorchPeer.Optimizer(job, parameters);
        using var criterion = nn.MSELoss();
        for (var step = 0; step < job.Numbers[0]; step++)
        {
            using var scope = NewDisposeScope();
            var i = step % 3;
            var loss = criterion.call(model.call(Inputs[0][i]), Inputs[1][i]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        return [.. parameters.Select(Values)];
    }
}
