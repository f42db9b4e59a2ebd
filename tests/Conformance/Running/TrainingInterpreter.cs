using System.Globalization;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Cases of training: losses and parameters, step by step.</summary>
internal static class TrainingInterpreter
{
    /// <summary>A line fitted sample by sample.</summary>
    public static CaseOutcome RunToy(ConformanceCase current, CaseContext context)
    {
        if (current.String("order") is not "per-sample")
            throw new CannotBindException("the order of samples is not 'per-sample'");
        var model = ModuleInterpreter.Make(current);
        var dtype = model.Parameters()[0].DType;
        using (Autograd.NoGrad())
        {
            foreach (var (name, parameter) in model.NamedParameters())
                parameter.Fill_(Real(current.Keywords("init").GetValueOrDefault(name), name));
        }

        var optimizer = Optimizer(current, model);
        var criterion = Loss(current);
        var inputs = Array.ConvertAll(current.List("x"), row => CreationBindings.Of(row, dtype, context.Device));
        var targets = Array.ConvertAll(current.List("y"), row => CreationBindings.Of(row, dtype, context.Device));
        var check = new ValueCheck(current.Tolerance("tol"));
        var log = current.Json("log");
        var epochs = current.Value("epochs") as long? ?? throw new CannotBindException("the case has no epochs");
        for (var epoch = 1L; epoch <= epochs && check.Difference is null; epoch++)
        {
            var losses = new double[inputs.Length];
            for (var i = 0; i < losses.Length; i++)
            {
                optimizer.ZeroGrad();
                var loss = criterion.Call(model.Call(inputs[i]), targets[i]);
                losses[i] = loss.Item<double>();
                loss.Backward();
                optimizer.Step();
            }

            if (!log.TryGetProperty(epoch.ToString(CultureInfo.InvariantCulture), out var entry))
                continue;
            var want = ValueReader.ReadKeywords(entry);
            var each = Array.ConvertAll(losses, l => (object?)l);
            check.Same($"losses of epoch {epoch}", each, want["sample_losses"]);
            check.Same($"loss of epoch {epoch}", losses.Sum(), want["epoch_loss_sum"]);
            CheckParameters($"epoch {epoch}", model, want, check);
        }

        CheckParameters("the end", model, current.Keywords("final"), check);
        foreach (var (at, want) in current.Keywords("predict"))
        {
            var input = Tensor.Of([double.Parse(at, CultureInfo.InvariantCulture)], dtype, context.Device);
            check.Same($"prediction at {at}", model.Call(input).Item<double>(), want);
        }

        NoteParameters(model, context, "end");
        return CaseOutcome.Of(check.Difference);
    }

    /// <summary>Some steps of an optimizer on a full batch.</summary>
    public static CaseOutcome RunOptimizer(ConformanceCase current, CaseContext context)
    {
        var tensors = new CaseTensors(current, context);
        var model = ModuleInterpreter.Make(current);
        ModuleInterpreter.Load(model, current.Names("init"), tensors);
        var optimizer = Optimizer(current, model);
        var scheduler = current.Has("scheduler")
            ? SchedulerBindings.Construct(optimizer, current.Json("scheduler"))
            : null;
        var criterion = Loss(current);
        var (x, target) = (Input("x"), Input("target"));
        var tolerance = current.Tolerance("tol");
        var check = new ValueCheck(tolerance);
        var (losses, norms) = (current.List("losses"), current.List("grad_norms"));
        var steps = current.Value("steps") as long? ?? throw new CannotBindException("the case has no steps");
        var after = current.Json("params_after");
        for (var step = 1; step <= steps && check.Difference is null; step++)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Call(model.Call(x), target);
            check.Same($"loss {step}", loss.Item<double>(), losses[step - 1]);
            loss.Backward();
            if (current.Has("clip_grad_norm"))
            {
                var norm = Gradients.ClipNorm_(model.Parameters(), Real(current.Value("clip_grad_norm"), "norm"));
                if (norms.Length > 0)
                    check.Same($"gradient norm {step}", norm.Item<double>(), norms[step - 1]);
            }

            if (current.Has("clip_grad_value"))
                Gradients.ClipValue_(model.Parameters(), Real(current.Value("clip_grad_value"), "value"));
            optimizer.Step();
            if (scheduler is not null)
            {
                SchedulerInterpreter.Step(
                    scheduler, scheduler is ReduceLROnPlateau ? (object)loss.Item<double>() : null);
            }

            if (!after.TryGetProperty(step.ToString(CultureInfo.InvariantCulture), out var entry))
                continue;
            var parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Parameter);
            foreach (var (name, want) in ValueReader.ReadKeywords(entry))
            {
                var where = $"{name} after step {step}";
                check.Add(want is string stored && parameters.TryGetValue(name, out var parameter)
                    ? tensors.Compare(parameter, new TensorName(stored), tolerance, where)
                    : $"no parameter {name}");
            }
        }

        return CaseOutcome.Of(check.Difference);

        Tensor Input(string name) => tensors.Resolve(current.Value(name)) as Tensor
            ?? throw new CannotBindException($"'{name}' is no tensor");
    }

    private static Optimizer Optimizer(ConformanceCase current, Module model)
    {
        var (name, kwargs) = current.Call("optimizer");
        return OptimizerBindings.Construct(name, Groups(current, model), new("optim." + name, [], kwargs));
    }

    private static ParamGroup[] Groups(ConformanceCase current, Module model)
    {
        if (!current.Has("param_groups"))
            return [new(model.Parameters())];
        var parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Parameter);
        return [.. current.Json("param_groups").EnumerateArray().Select(group =>
        {
            var options = ValueReader.ReadKeywords(group);
            var a = new Arguments("param_groups", [], options);
            var members = a.Items(-1, "params").Select(n => n is string name && parameters.TryGetValue(name, out var p)
                ? p
                : throw new CannotBindException($"no parameter {Comparison.Text(n)}"));
            return OptimizerBindings.With(new(members), options);
        })];
    }

    private static Loss Loss(ConformanceCase current) =>
        ModuleBindings.Construct(current.String("loss") ?? "", [], current.Keywords("loss_kwargs")) as Loss
            ?? throw new CannotBindException("the loss is none");

    private static void CheckParameters(
        string when, Module model, Dictionary<string, object?> want, ValueCheck check)
    {
        foreach (var (name, parameter) in model.NamedParameters())
            check.Same($"{name} at {when}", parameter.Item<double>(), want.GetValueOrDefault(name));
    }

    private static void NoteParameters(Module model, CaseContext context, string when)
    {
        foreach (var (name, parameter) in model.NamedParameters())
            context.NoteHash($"{name} at the {when}", HostTensors.Download(parameter));
    }

    private static double Real(object? value, string name) => value switch
    {
        double real => real,
        long whole => whole,
        _ => throw new CannotBindException($"'{name}' is no number"),
    };
}
