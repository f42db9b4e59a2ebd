using System.Globalization;

namespace KernelEngine.Nn;

/// <content>What is saved, in PyTorch's form: what is kept for each parameter, by its number, and the groups.</content>
public partial class Optimizer
{
    /// <summary>
    /// What it has to remember, by name: <c>state.0.exp_avg</c> for the first parameter, <c>param_groups.0.lr</c>
    /// for an option, <c>param_groups.0.params</c> for the numbers of the group's parameters. Tensors are shared,
    /// numbers are tensors on the CPU: whole ones in int64, real ones in float64, so that they come back exactly.
    /// </summary>
    public OrderedDictionary<string, Tensor> StateDict()
    {
        var result = new OrderedDictionary<string, Tensor>();
        var number = 0;
        foreach (var state in states.SelectMany(s => s))
        {
            if (state.Step > 0)
            {
                result.Add($"state.{number}.step", SavedNumbers.Of(state.Step));
                for (var i = 0; i < NumberNames.Count; i++)
                    result.Add($"state.{number}.{NumberNames[i]}", SavedNumbers.Of(state.Number(i)));
            }

            for (var i = 0; i < StateNames.Count; i++)
            {
                if (state[i] is { } tensor)
                    result.Add($"state.{number}.{StateNames[i]}", tensor);
            }

            number++;
        }

        var first = 0L;
        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var name in groups[i].Options)
                result.Add($"param_groups.{i}.{name}", SavedNumbers.Of(groups[i].Get(name)));
            var count = groups[i].Parameters.Count;
            result.Add($"param_groups.{i}.params", SavedNumbers.Of(
                [.. Enumerable.Range(0, count).Select(p => (Scalar)(first + p))], asVector: true));
            first += count;
        }

        return result;
    }

    /// <summary>Takes over what <see cref="StateDict"/> gave; tensors are copied.</summary>
    /// <exception cref="TensorValueException">
    /// It is of an optimizer with other groups or parameters; nothing has been taken over.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var own = states.SelectMany(s => s).ToArray();
        CheckFits(state, own);
        foreach (var (key, value) in state)
        {
            if (key.Split('.', 3) is ["param_groups", var group, var option] && option != "params")
                groups[int.Parse(group, CultureInfo.InvariantCulture)].Set(option, SavedNumbers.Read(value));
        }

        for (var i = 0; i < own.Length; i++)
        {
            var (target, parameter) = (own[i], own[i].Parameter);
            target.Step = state.TryGetValue($"state.{i}.step", out var step) ? step.Item().ToInt64() : 0;
            for (var j = 0; j < NumberNames.Count; j++)
            {
                target.Number(j) = state.TryGetValue($"state.{i}.{NumberNames[j]}", out var saved)
                    ? saved.Item().ToDouble() : 0;
            }

            for (var j = 0; j < StateNames.Count; j++)
            {
                target[j] = state.TryGetValue($"state.{i}.{StateNames[j]}", out var saved)
                    ? TensorScope.Exempt(saved.Detach().To(parameter.Device, parameter.DType, copy: true)) : null;
            }
        }
    }

    private void CheckFits(IReadOnlyDictionary<string, Tensor> state, ParameterState[] own)
    {
        var entries = state.Select(e => (e.Key, Value: e.Value, Place: PlaceOf(e.Key))).ToArray();
        if (entries.Append(default).Max(e => e.Place.IsGroup ? e.Place.Index + 1 : 0) != groups.Count)
            throw new TensorValueException("loaded state dict has a different number of parameter groups");
        foreach (var (key, value, (isGroup, index, name)) in entries)
        {
            if (isGroup
                ? name == "params" && value.ElementCount != groups[index].Parameters.Count
                : index >= own.Length)
            {
                throw new TensorValueException(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
                    $"'{key}' has no place here");
            }

            if (!isGroup && StateNames.Contains(name) && value.Shape != own[index].Parameter.Shape)
            {
                throw new TensorValueException(
                    $"loaded state dict has a tensor '{key}' of shape {value.Shape.ToListText()} for a parameter of " +
                    $"shape {own[index].Parameter.Shape.ToListText()}");
            }
        }

        static (bool IsGroup, int Index, string Name) PlaceOf(string key) =>
            key.Split('.', 3) is [("state" or "param_groups") and var kind, var number, var name] &&
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? (kind == "param_groups", index, name)
                : throw new TensorValueException($"loaded state dict has an entry '{key}', which no optimizer has");
    }
}
