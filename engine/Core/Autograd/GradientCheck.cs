using System.Globalization;

namespace KernelEngine;

/// <content>Gradients against finite differences.</content>
public static partial class Autograd
{
    /// <inheritdoc cref="GradCheck(Func{Tensor[], Tensor[]}, Tensor[], double, double, double)"/>
    public static bool GradCheck(
        Func<Tensor, Tensor> function, Tensor input, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3) =>
        GradCheck(x => [function(x[0])], [input], eps, atol, rtol);

    /// <summary>
    /// Compares the gradients that backward gives with differences of the function's values, in float64. As
    /// <c>torch.autograd.gradcheck</c>.
    /// </summary>
    /// <param name="function">The function; it must give the same for the same inputs.</param>
    /// <param name="inputs">The inputs; those that require a gradient are checked.</param>
    /// <param name="eps">How far inputs are moved.</param>
    /// <param name="atol">The absolute tolerance.</param>
    /// <param name="rtol">The relative tolerance.</param>
    /// <returns>True; a difference throws.</returns>
    /// <exception cref="TensorValueException">An input that requires a gradient is not float64.</exception>
    /// <exception cref="TensorRuntimeException">A gradient is not what the differences say.</exception>
    public static bool GradCheck(
        Func<Tensor[], Tensor[]> function, Tensor[] inputs, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3)
    {
        if (!Array.Exists(inputs, i => i.RequiresGrad))
        {
            throw new TensorValueException(
                "gradcheck expects at least one input tensor to require gradient, but none of the them have " +
                "requires_grad=True.");
        }

        foreach (var input in inputs)
        {
            if (input.RequiresGrad && input.DType != DType.Float64)
            {
                throw new TensorValueException(
                    $"gradcheck compares differences of {eps.ToString(CultureInfo.InvariantCulture)}, for which " +
                    $"{input.DType} is too coarse", "use DType.Float64");
            }
        }

        var outputs = function(inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!inputs[i].RequiresGrad)
                continue;
            var numerical = Differences(function, inputs, i, outputs, eps);
            for (var o = 0; o < outputs.Length; o++)
            {
                if (outputs[o].DType.IsFloatingPoint)
                    Compare(numerical[o], Jacobian(outputs[o], inputs[i]), inputs[i], o, i, atol, rtol);
            }
        }

        return true;
    }

    /// <inheritdoc cref="GradGradCheck(Func{Tensor[], Tensor[]}, Tensor[], double, double, double)"/>
    public static bool GradGradCheck(
        Func<Tensor, Tensor> function, Tensor input, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3) =>
        GradGradCheck(x => [function(x[0])], [input], eps, atol, rtol);

    /// <summary>
    /// Compares second derivatives with differences of gradients, in float64. As
    /// <c>torch.autograd.gradgradcheck</c>.
    /// </summary>
    /// <inheritdoc cref="GradCheck(Func{Tensor[], Tensor[]}, Tensor[], double, double, double)"/>
    public static bool GradGradCheck(
        Func<Tensor[], Tensor[]> function, Tensor[] inputs, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3)
    {
        // The gradients of the outputs are inputs as well; any numbers will do.
        var outputs = function(inputs);
        var gradients = new List<Tensor>();
        foreach (var output in outputs)
        {
            if (!output.RequiresGrad)
                continue;
            var numbers = new double[output.ElementCount];
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = Math.Sin((i * 1.7) + gradients.Count + 1);
            gradients.Add(Tensor.FromArray(numbers, output.Shape).To(output.Device).RequiresGrad_());
        }

        var count = inputs.Length;
        return GradCheck(
            all =>
            {
                var x = all[..count];
                var y = Array.FindAll(function(x), t => t.RequiresGrad);
                var wanted = Array.FindAll(x, t => t.RequiresGrad);
                var results = Grad(y, wanted, all[count..], createGraph: true, allowUnused: true);
                return [.. results.Where(r => r is { RequiresGrad: true }).Select(r => r!)];
            },
            [.. inputs, .. gradients], eps, atol, rtol);
    }

    /// <summary>For each output, by input element and output element: the change of the output.</summary>
    private static double[][,] Differences(
        Func<Tensor[], Tensor[]> function, Tensor[] inputs, int moved, Tensor[] outputs, double eps)
    {
        var count = (int)inputs[moved].ElementCount;
        var results = Array.ConvertAll(outputs, o => new double[count, o.ElementCount]);
        var values = inputs[moved].Detach().ToArray<double>();
        for (var i = 0; i < count; i++)
        {
            var high = Evaluate(i, eps);
            var low = Evaluate(i, -eps);
            for (var o = 0; o < outputs.Length; o++)
            {
                for (var e = 0; e < high[o].Length; e++)
                    results[o][i, e] = (high[o][e] - low[o][e]) / (2 * eps);
            }
        }

        return results;

        double[][] Evaluate(int place, double step)
        {
            var copy = (double[])values.Clone();
            copy[place] += step;
            var changed = (Tensor[])inputs.Clone();
            changed[moved] = Tensor.FromArray(copy, inputs[moved].Shape).To(inputs[moved].Device).RequiresGrad_();
            return Array.ConvertAll(
                function(changed), o => o.DType.IsFloatingPoint ? o.Detach().Double().ToArray<double>() : []);
        }
    }

    private static double[,] Jacobian(Tensor output, Tensor input)
    {
        var result = new double[input.ElementCount, output.ElementCount];
        if (!output.RequiresGrad)
            return result;
        for (var e = 0; e < output.ElementCount; e++)
        {
            var one = new double[output.ElementCount];
            one[e] = 1;
            var start = Tensor.FromArray(one, output.Shape).To(output.Device, output.DType);
            var gradient = Grad([output], [input], [start], retainGraph: true, allowUnused: true)[0];
            if (gradient is null)
                continue;
            if (gradient.Shape != input.Shape || gradient.DType != input.DType)
            {
                throw new TensorRuntimeException(
                    $"the gradient is a {gradient.DType} of shape {gradient.Shape.ToListText()}, the input a " +
                    $"{input.DType} of shape {input.Shape.ToListText()}");
            }

            var values = gradient.ToArray<double>();
            for (var i = 0; i < values.Length; i++)
                result[i, e] = values[i];
        }

        return result;
    }

    private static void Compare(
        double[,] numerical, double[,] analytical, Tensor input, int output, int place, double atol, double rtol)
    {
        for (var i = 0; i < numerical.GetLength(0); i++)
        {
            for (var e = 0; e < numerical.GetLength(1); e++)
            {
                var (n, a) = (numerical[i, e], analytical[i, e]);
                if (Math.Abs(n - a) <= atol + (rtol * Math.Abs(n)))
                    continue;
                var index = new long[input.Rank];
                for (long d = index.Length - 1, rest = i; d >= 0; d--)
                {
                    index[d] = rest % input.Shape[(int)d];
                    rest /= input.Shape[(int)d];
                }

                throw new TensorRuntimeException(
                    $"Jacobian mismatch for output {output} with respect to input {place},\n" +
                    $"numerical:{n.ToString("R", CultureInfo.InvariantCulture)}\n" +
                    $"analytical:{a.ToString("R", CultureInfo.InvariantCulture)}\n",
                    $"element {e} of the output, element [{string.Join(", ", index)}] of the input");
            }
        }
    }
}
