namespace KernelEngine;

/// <content>Launching it.</content>
public sealed partial class ComputeKernel
{
    /// <summary>
    /// Runs it over tensors that exist; nothing is recorded. <see cref="Apply"/> makes the tensors that it writes, and
    /// records its gradient.
    /// </summary>
    /// <param name="elements">How often the body must run at least: once for each of so many elements.</param>
    /// <param name="operands">
    /// A tensor for each operand in order: contiguous, of the operand's dtype, all on one device; none that is written
    /// shares memory with another.
    /// </param>
    /// <param name="parameters">A number for each parameter in order.</param>
    /// <exception cref="TensorException">
    /// The operands are not as above, or one that is written is part of a graph.
    /// </exception>
    /// <exception cref="TensorNotImplementedException">The device cannot run it; the message says what would make it.
    /// </exception>
    public void Run(long elements, ReadOnlySpan<Tensor> operands, params ReadOnlySpan<Scalar> parameters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        CheckCounts(operands.Length, Operands.Length, "operands", parameters.Length);
        if (Operands.Length == 0)
            throw new TensorRuntimeException($"{Name}: a kernel without operands does nothing");
        for (var i = 0; i < operands.Length; i++)
            CheckOperand(operands[0].Device, Operands[i], operands[i]);
        for (var i = 0; i < operands.Length; i++)
        {
            if (Operands[i].Access == Access.Read)
                continue;
            InPlace.Check(operands[i], recording: false);
            if (Autograd.IsEnabled && operands[i].RequiresGrad)
            {
                throw new TensorRuntimeException(
                    $"{Name}: '{Operands[i].Name}' is part of a graph, and Run records nothing",
                    "use Apply, or run it within Autograd.NoGrad()");
            }

            for (var j = 0; j < operands.Length; j++)
            {
                if (i != j && ShareMemory(operands[i], operands[j]))
                {
                    throw new TensorRuntimeException(
                        $"{Name}: '{Operands[i].Name}' is written and shares memory with '{Operands[j].Name}'",
                        "Clone() one of them, or declare a single operand with Updates");
                }
            }
        }

        Launch(elements, operands, parameters);
    }

    /// <summary>
    /// Runs it over tensors, and makes the one that it writes: of the first input's shape, once for each of its
    /// elements. Recorded where a gradient is wanted.
    /// </summary>
    /// <param name="inputs">A tensor for each operand that is read, on one device and of the operand's dtype.</param>
    /// <param name="parameters">A number for each parameter in order.</param>
    /// <returns>The result; the first, where there are several.</returns>
    /// <inheritdoc cref="ApplyAll"/>
    public Tensor Apply(ReadOnlySpan<Tensor> inputs, params ReadOnlySpan<Scalar> parameters)
    {
        if (inputs.Length == 0)
        {
            throw new TensorRuntimeException(
                $"{Name}: without an input nothing says what shape the result has", "use ApplyAll, which takes shapes");
        }

        var shapes = new Shape[Operands.Count(o => o.Access == Access.Write)];
        Array.Fill(shapes, inputs[0].Shape);
        return ApplyAll(inputs[0].ElementCount, shapes, inputs, parameters)[0];
    }

    /// <summary>
    /// Runs it over tensors, and makes those that it writes. Recorded where a gradient is wanted.
    /// </summary>
    /// <param name="elements">How often the body must run at least: once for each of so many elements.</param>
    /// <param name="results">A shape for each operand that is written, in order.</param>
    /// <param name="inputs">A tensor for each operand that is read, on one device and of the operand's dtype.</param>
    /// <param name="parameters">A number for each parameter in order.</param>
    /// <returns>The results in order.</returns>
    /// <exception cref="TensorException">
    /// Tensors or numbers do not fit the interface, or the kernel updates an operand.
    /// </exception>
    /// <exception cref="TensorNotImplementedException">The device cannot run it; the message says what would make it.
    /// </exception>
    public Tensor[] ApplyAll(
        long elements, ReadOnlySpan<Shape> results, ReadOnlySpan<Tensor> inputs, params ReadOnlySpan<Scalar> parameters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        var written = Operands.Count(o => o.Access == Access.Write);
        foreach (var operand in Operands)
        {
            if (operand.Access == Access.ReadWrite)
            {
                throw new TensorRuntimeException(
                    $"{Name}: '{operand.Name}' is updated, and Apply makes what is written",
                    "use Run, or an operand that is read and another one that is written");
            }
        }

        CheckCounts(inputs.Length, Operands.Length - written, "inputs", parameters.Length);
        if (written == 0 || results.Length != written)
        {
            throw new TensorRuntimeException(
                $"{Name}: writes {written} operands, and {results.Length} shapes are given", ToString());
        }

        return new Application(this, elements, results.ToArray(), parameters.ToArray()).ApplyAll(inputs);
    }

    private static bool ShareMemory(Tensor a, Tensor b)
    {
        if (!ReferenceEquals(a.Storage, b.Storage))
            return false;
        var (first, second) = (a.Layout.Offset * a.DType.Size, b.Layout.Offset * b.DType.Size);
        return first < second + (b.ElementCount * b.DType.Size) && second < first + (a.ElementCount * a.DType.Size);
    }

    private void CheckCounts(int operands, int wanted, string what, int parameters)
    {
        if (operands != wanted)
            throw new TensorRuntimeException($"{Name}: takes {wanted} {what}, not {operands}", ToString());
        if (parameters != Parameters.Length)
        {
            throw new TensorRuntimeException(
                $"{Name}: takes {Parameters.Length} parameters, not {parameters}", ToString());
        }
    }

    private void CheckOperand(ComputeDevice device, ComputeOperand declared, Tensor tensor)
    {
        if (!ReferenceEquals(tensor.Device, device))
            throw new DeviceMismatchException(device, tensor.Device);
        if (tensor.DType != declared.DType)
        {
            throw new TensorTypeException(
                $"{Name}: '{declared.Name}' has the dtype {declared.DType}, and the tensor is of {tensor.DType}",
                $"convert it first, as in x.To(DType.{declared.DType.Code})");
        }

        if (!tensor.IsContiguous)
        {
            throw new TensorRuntimeException(
                $"{Name}: '{declared.Name}' must be contiguous; the tensor has shape {tensor.Shape.ToListText()}, " +
                $"strides [{string.Join(", ", tensor.Strides.ToArray())}]",
                "call Contiguous() for a copy that is");
        }
    }

    private void Launch(long elements, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Scalar> parameters)
    {
        Span<long> words = stackalloc long[parameters.Length];
        for (var i = 0; i < words.Length; i++)
            words[i] = Register(Parameters[i], parameters[i]);
        if (elements == 0)
            return;
        var operands = new Operand[tensors.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            if (Operands[i].Access != Access.Read)
                tensors[i].Storage.ResolveForWriting();
        }

        for (var i = 0; i < operands.Length; i++)
            operands[i] = tensors[i].Operand();
        tensors[0].Device.Backend.Run(new ComputeLaunch
        {
            Kernel = this,
            Operands = operands,
            Parameters = words,
            Elements = elements,
        });
        for (var i = 0; i < operands.Length; i++)
        {
            if (Operands[i].Access != Access.Read)
                tensors[i].Storage.Version++;
        }
    }

    private long Register(ComputeParameter parameter, Scalar value)
    {
        if (parameter.Type == typeof(float))
            return value.ToRegister(ValueKind.Float32);
        if (parameter.Type == typeof(double))
            return value.ToRegister(ValueKind.Float64);
        var isSigned = parameter.Type == typeof(int);
        var whole = value.ToInt64();
        return !value.IsReal && whole >= (isSigned ? int.MinValue : 0) && whole <= (isSigned ? int.MaxValue : uint.MaxValue)
            ? (uint)whole
            : throw new TensorValueException(
                $"{Name}: the parameter {parameter.Name} is {WordOf(parameter.Type)}, which cannot hold {value}");
    }

    /// <summary>One call of <see cref="ApplyAll"/>, as autograd records it.</summary>
    private sealed class Application(ComputeKernel kernel, long elements, Shape[] shapes, Scalar[] parameters)
        : AutogradFunction
    {
        private protected override string NodeName => kernel.Name + "Backward";

        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
        {
            var device = inputs.Length > 0 ? inputs[0].Device : ComputeDevice.Default;
            var results = new Tensor[shapes.Length];
            var operands = new Tensor[kernel.Operands.Length];
            var (read, written) = (0, 0);
            for (var i = 0; i < operands.Length; i++)
            {
                var declared = kernel.Operands[i];
                operands[i] = declared.Access == Access.Read
                    ? inputs[read++].Contiguous()
                    : results[written] = Tensor.Empty(shapes[written++], declared.DType, device);
                kernel.CheckOperand(device, declared, operands[i]);
            }

            kernel.Launch(elements, operands, parameters);
            if (kernel.gradient is not null)
                context.SaveForBackward([.. inputs, .. results]);
            return results;
        }

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients)
        {
            if (kernel.gradient is null)
            {
                throw new TensorNotImplementedException(
                    $"the derivative for '{kernel.Name}' is not implemented",
                    "give one with ComputeKernel.Gradient, or apply it within Autograd.NoGrad()");
            }

            var saved = context.Saved;
            var inputs = saved.Count - shapes.Length;
            return kernel.gradient(new(
                Array.ConvertAll(gradients, g => g!), [.. saved.Take(inputs)], [.. saved.Skip(inputs)], parameters,
                elements));
        }
    }
}

/// <summary>What the gradient of a <see cref="ComputeKernel"/> is made of.</summary>
public sealed class KernelGradient
{
    internal KernelGradient(
        IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> results,
        IReadOnlyList<Scalar> parameters, long elements) =>
        (Gradients, Inputs, Results, Parameters, Elements) = (gradients, inputs, results, parameters, elements);

    /// <summary>The gradients of the results; zeros where there is none.</summary>
    public IReadOnlyList<Tensor> Gradients { get; }

    /// <summary>The tensors that were read.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The tensors that were written.</summary>
    public IReadOnlyList<Tensor> Results { get; }

    /// <summary>The numbers of the launch.</summary>
    public IReadOnlyList<Scalar> Parameters { get; }

    /// <summary>How many elements the launch was over.</summary>
    public long Elements { get; }
}
