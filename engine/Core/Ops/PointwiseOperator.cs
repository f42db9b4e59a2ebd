using System.Collections.Concurrent;

namespace KernelEngine;

/// <summary>The gradients of an operator's arguments as expressions; null where there is none.</summary>
internal delegate Expr?[] PointwiseGradient(Expr gradient, Expr result, Expr[] arguments);

/// <summary>
/// An operator that computes each element from the elements at the same place of its arguments, which broadcast: an
/// expression, a dtype rule, and a gradient, derived from the expression unless given.
/// </summary>
public sealed partial class PointwiseOperator : Operator
{
    // What fits into a key; what has more arguments (derivatives of derivatives) is found by text.
    private const int MostKeyed = 11;
    private const int MostArguments = 32;

    private readonly ConcurrentDictionary<long, PointwiseInstance> instances = new();
    private readonly ConcurrentDictionary<string, PointwiseInstance> others = new();
    private PointwiseInstance? last;

    internal PointwiseOperator(
        string name, int arity, TypeRule rule, Func<Expr[], Expr[]> body, bool isDifferentiable = true,
        bool isListed = true)
        : base(name, OperatorKind.Pointwise, isDifferentiable, isListed)
    {
        if (arity > MostArguments)
        {
            throw new TensorRuntimeException(
                $"{name}: takes {arity} tensors, more than {MostArguments}", "make it of smaller operators");
        }

        (Arity, Rule, Body) = (arity, rule, body);
    }

    internal PointwiseOperator(string name, TypeRule rule, Func<Expr, Expr> body, bool isDifferentiable = true)
        : this(name, 1, rule, x => [body(x[0])], isDifferentiable)
    {
    }

    internal PointwiseOperator(string name, TypeRule rule, Func<Expr, Expr, Expr> body, bool isDifferentiable = true)
        : this(name, 2, rule, x => [body(x[0], x[1])], isDifferentiable)
    {
    }

    internal PointwiseOperator(
        string name, TypeRule rule, Func<Expr, Expr, Expr, Expr> body, bool isDifferentiable = true)
        : this(name, 3, rule, x => [body(x[0], x[1], x[2])], isDifferentiable)
    {
    }

    internal PointwiseOperator(
        string name, TypeRule rule, Func<Expr, Expr, Expr, Expr, Expr> body, bool isDifferentiable = true)
        : this(name, 4, rule, x => [body(x[0], x[1], x[2], x[3])], isDifferentiable)
    {
    }

    /// <summary>How many arguments it takes.</summary>
    public int Arity { get; }

    internal TypeRule Rule { get; }

    internal Func<Expr[], Expr[]> Body { get; }

    /// <summary>The gradient, where it is not derived from the expression.</summary>
    internal PointwiseGradient? Gradient { get; init; }

    /// <summary>Whether the derived gradient is written in terms of the result, which is saved then.</summary>
    internal bool SavesResult { get; init; }

    /// <summary>The name of its nodes where an argument is a number, if another.</summary>
    internal string? NumberNodeName { get; init; }

    /// <summary>Applies it.</summary>
    /// <param name="arguments">Tensors, which broadcast, and numbers.</param>
    /// <returns>The result, a new tensor.</returns>
    /// <exception cref="TensorException">Shapes, dtypes or devices do not go together.</exception>
    public Tensor Apply(params ReadOnlySpan<Argument> arguments)
    {
        var moved = default(Argument[]);
        var key = Key(arguments);
        var instance = Find(key, arguments);
        var (device, layout) = Place(ref arguments, ref moved);
        var result = Defer(instance, arguments, device, layout) is { } call ? Tensor.Of(call.Results[0])
            : Run(instance, arguments, device, layout);
        if (IsDifferentiable && Autograd.IsEnabled && NeededMask(instance, arguments) is var needed and not 0)
            result.SetHistory(new PointwiseNode(this, instance, needed, arguments, result), 0);
        return result;
    }

    /// <summary>Applies it and returns every result.</summary>
    internal Tensor[] ApplyAll(params ReadOnlySpan<Argument> arguments)
    {
        var moved = default(Argument[]);
        var instance = Find(Key(arguments), arguments);
        var (device, layout) = Place(ref arguments, ref moved);
        var results = new Tensor[instance.Results.Length];
        if (Defer(instance, arguments, device, layout) is { } call)
        {
            for (var i = 0; i < results.Length; i++)
                results[i] = Tensor.Of(call.Results[i]);
        }
        else
        {
            for (var i = 0; i < results.Length; i++)
                results[i] = Tensor.Allocate(device, layout, instance.Results[i]);
            Launch(instance, arguments, device, layout, results);
        }

        if (IsDifferentiable && Autograd.IsEnabled && NeededMask(instance, arguments) is var needed and not 0)
        {
            if (results.Length == 1)
                results[0].SetHistory(new PointwiseNode(this, instance, needed, arguments, results[0]), 0);
            else
            {
                var node = new PointwiseNode(this, instance, needed, arguments, null);
                for (var i = 0; i < results.Length; i++)
                    results[i].SetHistory(node, i);
            }
        }

        return results;
    }

    /// <summary>Applies it and writes the result over a tensor: the first argument, as a rule.</summary>
    /// <returns>The tensor written to.</returns>
    /// <exception cref="TensorException">
    /// The result has not the target's shape, or cannot be cast to its dtype; the target overlaps itself, or is a
    /// leaf that requires a gradient.
    /// </exception>
    internal Tensor ApplyInPlace(Tensor target, params ReadOnlySpan<Argument> arguments)
    {
        var moved = default(Argument[]);
        var instance = Find(Key(arguments), arguments);
        var dtype = instance.Results[0];
        if (dtype.Category > target.DType.Category)
        {
            throw new TensorRuntimeException(
                $"result type {dtype.LegacyName} can't be cast to the desired output type {target.DType.LegacyName}");
        }

        instance = instance.WithResult(target.DType);
        var (device, layout) = Place(ref arguments, ref moved);
        if (layout.Shape != target.Shape)
        {
            throw new TensorRuntimeException(
                $"output with shape {target.Shape.ToListText()} doesn't match the broadcast shape " +
                layout.Shape.ToListText());
        }

        if (!ReferenceEquals(device, target.Device))
            throw new DeviceMismatchException(target.Device, device);
        var needed = IsDifferentiable && Autograd.IsEnabled ? NeededMask(instance, arguments) : 0;
        InPlace.Check(target, needed != 0);
        InPlace.Separate(target, ref arguments, ref moved);
        var node = needed != 0 ? new PointwiseNode(this, instance, needed, arguments, null, target) : null;
        Overwrite(target, instance, arguments);
        target.Storage.Version++;
        if (node is not null)
        {
            InPlace.Record(target, node);
            node.SaveResult(target);
        }
        else if (!IsDifferentiable && Autograd.IsEnabled && target.RequiresGrad)
        {
            // What was written over has no influence any more.
            InPlace.Record(target, Tensor.Recorded(NodeName, g => [Tensor.ZerosLike(g[0]!)], target));
        }

        return target;
    }

    private static long Key(ReadOnlySpan<Argument> arguments)
    {
        var key = 1L;
        foreach (ref readonly var argument in arguments)
            key = (key << ArgumentType.KeyBits) | ArgumentType.KeyOf(argument);
        return (key << 4) | (long)DType.Default.Code;
    }

    private PointwiseInstance Find(long key, ReadOnlySpan<Argument> arguments)
    {
        if (arguments.Length > MostKeyed)
            return FindByText(arguments);
        if (last is { } recent && recent.Key == key)
            return recent;
        if (!instances.TryGetValue(key, out var instance))
            instance = instances.GetOrAdd(key, new PointwiseInstance(this, key, TypesOf(arguments)));
        return last = instance;
    }

    private PointwiseInstance FindByText(ReadOnlySpan<Argument> arguments)
    {
        Span<char> text = stackalloc char[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
            text[i] = (char)ArgumentType.KeyOf(arguments[i]);
        text[^1] = (char)DType.Default.Code;
        var key = text.ToString();
        return others.TryGetValue(key, out var instance) ? instance
            : others.GetOrAdd(key, new PointwiseInstance(this, 0, TypesOf(arguments)));
    }

    private static ArgumentType[] TypesOf(ReadOnlySpan<Argument> arguments)
    {
        var types = new ArgumentType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = ArgumentType.Of(arguments[i]);
        return types;
    }

    /// <summary>The device of the arguments, and the layout of a new result.</summary>
    private static (ComputeDevice Device, Layout Layout) Place(
        ref ReadOnlySpan<Argument> arguments, ref Argument[]? moved)
    {
        ComputeDevice? device = null;
        Layout? layout = null;
        var isUniform = true;
        var isMixed = false;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is not { } tensor)
                continue;
            if (device is null)
                (device, layout) = (tensor.Device, tensor.Layout);
            else
            {
                isMixed |= !ReferenceEquals(device, tensor.Device);
                isUniform &= ReferenceEquals(layout, tensor.Layout);
            }
        }

        if (isMixed)
            device = Gather(ref arguments, ref moved);
        if (isUniform)
            return (device!, layout!.DenseLike());
        return (device!, Broadcast(arguments));
    }

    /// <summary>A 0-dimensional CPU tensor goes with tensors of any device, as in PyTorch; nothing else does.</summary>
    private static ComputeDevice Gather(ref ReadOnlySpan<Argument> arguments, ref Argument[]? moved)
    {
        ComputeDevice? device = null;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is { } tensor && (tensor.Layout.Rank > 0 || tensor.Device.Type != DeviceType.Cpu))
            {
                device ??= tensor.Device;
                if (!ReferenceEquals(device, tensor.Device))
                    throw new DeviceMismatchException(device, tensor.Device);
            }
        }

        moved = arguments.ToArray();
        for (var i = 0; i < moved.Length; i++)
        {
            if (moved[i].Tensor is { } tensor && !ReferenceEquals(tensor.Device, device))
                moved[i] = tensor.To(device!);
        }

        arguments = moved;
        return device!;
    }

    private static Layout Broadcast(ReadOnlySpan<Argument> arguments)
    {
        Shape? common = null;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is { } tensor)
                common = common is { } known ? Shape.Broadcast(known, tensor.Shape) : tensor.Shape;
        }

        var shape = common!.Value;

        // The dimensions of the result lie in the order of the first argument that has its shape and no gaps.
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is { } tensor && tensor.Shape == shape)
            {
                var layout = tensor.Layout;
                return layout.IsContiguous && layout.Offset == 0 ? layout
                    : layout.IsDense ? layout.DenseLike() : Layout.Contiguous(shape);
            }
        }

        return Layout.Contiguous(shape);
    }

    private static PendingCall? Defer(
        PointwiseInstance instance, ReadOnlySpan<Argument> arguments, ComputeDevice device, Layout layout)
    {
        var program = instance.Forward;
        if (!device.Pending.Takes(program, layout))
            return null;
        Span<long> parameters = stackalloc long[program.Parameters.Length];
        instance.FillParameters(arguments, parameters);
        return device.Pending.TryDefer(program, layout, arguments, parameters);
    }

    private static Tensor Run(
        PointwiseInstance instance, ReadOnlySpan<Argument> arguments, ComputeDevice device, Layout layout)
    {
        var result = Tensor.Allocate(device, layout, instance.Results[0]);
        Launch(instance, arguments, device, layout, result);
        return result;
    }

    // Over a pending result: another one in its place. Over memory: at once, together with what the arguments wait for.
    private static void Overwrite(Tensor target, PointwiseInstance instance, ReadOnlySpan<Argument> arguments)
    {
        var (storage, layout, queue) = (target.Storage, target.Layout, target.Device.Pending);
        if (!HasPending(arguments) || !queue.Takes(instance.Forward, layout))
        {
            Launch(instance, arguments, target.Device, layout, target);
            return;
        }

        Span<long> parameters = stackalloc long[instance.Forward.Parameters.Length];
        instance.FillParameters(arguments, parameters);
        if (storage.Pending is { } replaced && layout.SameAs(replaced.Call.Layout) &&
            ReferenceEquals(replaced.DType, target.DType))
        {
            if (queue.TryDefer(instance.Forward, layout, arguments, parameters) is { } call)
            {
                storage.Become(call.Results[0]);
                return;
            }
        }
        else if (queue.TryCall(instance.Forward, layout, arguments, parameters) is { } call)
        {
            queue.RunInto(call, storage, layout, target.DType);
            return;
        }

        Launch(instance, arguments, target.Device, layout, target);
    }

    private static bool HasPending(ReadOnlySpan<Argument> arguments)
    {
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is { Storage.Pending: not null })
                return true;
        }

        return false;
    }

    private static void Launch(
        PointwiseInstance instance, ReadOnlySpan<Argument> arguments, ComputeDevice device, Layout layout,
        params ReadOnlySpan<Tensor> results)
    {
        if (layout.ElementCount == 0)
            return;
        var program = instance.Forward;
        var count = program.Inputs.Length + program.Outputs.Length;
        var inline = default(InlineOperands);
        var operands = count <= InlineOperands.Length ? inline.AsSpan(count) : new Operand[count];
        var next = 0;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is { } tensor)
                operands[next++] = tensor.Operand(layout.Shape);
        }

        foreach (var result in results)
            operands[next++] = new(result.Storage.ToWrite(layout, result.DType, 0), layout, result.DType);
        Span<long> parameters = stackalloc long[program.Parameters.Length];
        instance.FillParameters(arguments, parameters);
        try
        {
            device.Backend.Run(new PointwiseLaunch
            {
                Program = program,
                Operands = operands,
                Parameters = parameters,
            });
        }
        catch (DivideByZeroException)
        {
            throw new TensorRuntimeException("ZeroDivisionError");
        }

        // Not before: what was to be written over is there still if the launch went wrong.
        for (var i = 0; i < results.Length; i++)
            results[i].Storage.Take(operands[program.Inputs.Length + i].Buffer);
    }

    private static uint NeededMask(PointwiseInstance instance, ReadOnlySpan<Argument> arguments)
    {
        var mask = 0u;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Tensor is { RequiresGrad: true })
                mask |= 1u << i;
        }

        return mask == 0 || !instance.Results[0].IsFloatingPoint ? 0 : mask;
    }
}
