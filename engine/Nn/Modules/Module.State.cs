namespace KernelEngine.Nn;

/// <content>Saved values.</content>
public abstract partial class Module
{
    /// <summary>Copies saved values into parameters and persistent buffers.</summary>
    /// <param name="state">The values by name.</param>
    /// <param name="strict">Whether every name must be there, and no other.</param>
    /// <returns>The names that are not in both; none where strict.</returns>
    /// <exception cref="TensorRuntimeException">
    /// Names are missing or unexpected, or a shape differs; the message lists them all, and nothing has been copied.
    /// </exception>
    public IncompatibleKeys LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        return LoadState(SavedTensors.Of(state), strict);
    }

    /// <summary>A module in it, by dotted name; itself for an empty one. As <c>get_submodule</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Module GetSubmodule(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var module = this;
        foreach (var name in target.Length == 0 ? [] : PartsOf(module, target))
        {
            module = module.NamedChildren.FirstOrDefault(c => c.Name == name).Module ?? throw (
                module.Members().Any(m => m.Name == name)
                    ? new KeyNotFoundException($"`{name}` is not an nn.Module")
                    : module.NoAttribute(name));
        }

        return module;
    }

    /// <summary>A parameter by dotted name. As <c>get_parameter</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Parameter GetParameter(string target) =>
        NamedParameters().FirstOrDefault(p => p.Name == target).Parameter ?? throw Missing(target);

    /// <summary>A buffer by dotted name. As <c>get_buffer</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Tensor GetBuffer(string target) =>
        NamedBuffers().FirstOrDefault(b => b.Name == target).Buffer ?? throw Missing(target);

    /// <summary>Does what <see cref="LoadStateDict"/> promises.</summary>
    internal IncompatibleKeys LoadState(SavedTensors saved, bool strict)
    {
        var own = StateDict();
        var complaints = new List<string>();
        string[] unexpected = [.. saved.Names.Where(k => !own.ContainsKey(k))];
        // What has several names need not be given under each.
        var given = ModuleTree.Saved(this).Where(m => saved.Contains(m.Name)).Select(m => m.Value)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        string[] missing = [.. ModuleTree.Saved(this).Where(m => !given.Contains(m.Value)).Select(m => m.Name)];
        if (strict && missing.Length > 0)
            complaints.Add($"Missing key(s) in state_dict: {Quoted(missing)}. ");
        if (strict && unexpected.Length > 0)
            complaints.Add($"Unexpected key(s) in state_dict: {Quoted(unexpected)}. ");
        foreach (var (name, target) in own)
        {
            if (saved.Contains(name) && saved.ShapeOf(name) is var shape && shape != target.Shape)
            {
                complaints.Add(
                    $"size mismatch for {name}: copying a param with shape {shape} from checkpoint, the shape " +
                    $"in current model is {target.Shape}.");
            }
        }

        if (complaints.Count > 0)
        {
            throw new TensorRuntimeException(
                $"Error(s) in loading state_dict for {TypeName}:\n\t{string.Join("\n\t", complaints)}");
        }

        using (Autograd.NoGrad())
        {
            foreach (var (name, target) in own)
            {
                if (saved.Contains(name))
                    target.Copy_(saved.Read(name));
            }
        }

        return new(missing, unexpected);

        static string Quoted(string[] names) => string.Join(", ", names.Select(n => $"\"{n}\""));
    }

    private KeyNotFoundException Missing(string target)
    {
        var dot = target.LastIndexOf('.');
        return (dot < 0 ? this : GetSubmodule(target[..dot])).NoAttribute(target[(dot + 1)..]);
    }

    private KeyNotFoundException NoAttribute(string name) => new($"{TypeName} has no attribute `{name}`");

    // The parts of lists and dictionaries have names with dots.
    private static IEnumerable<string> PartsOf(Module module, string target)
    {
        while (target.Length > 0)
        {
            var child = module.NamedChildren.FirstOrDefault(c =>
                target == c.Name || target.StartsWith(c.Name + ".", StringComparison.Ordinal));
            var name = child.Name ?? (target.IndexOf('.') is var dot and >= 0 ? target[..dot] : target);
            yield return name;
            if (child.Module is null)
                yield break;
            module = child.Module;
            target = target.Length > name.Length ? target[(name.Length + 1)..] : "";
        }
    }
}

/// <summary>The names that a module and what it was loaded from do not share.</summary>
/// <param name="MissingKeys">Names of the module that were not given.</param>
/// <param name="UnexpectedKeys">Names that were given and are not the module's.</param>
public sealed record IncompatibleKeys(IReadOnlyList<string> MissingKeys, IReadOnlyList<string> UnexpectedKeys)
{
    /// <summary>PyTorch's text.</summary>
    public override string ToString() => MissingKeys.Count + UnexpectedKeys.Count == 0
        ? "<All keys matched successfully>"
        : $"_IncompatibleKeys(missing_keys=[{Quoted(MissingKeys)}], unexpected_keys=[{Quoted(UnexpectedKeys)}])";

    private static string Quoted(IReadOnlyList<string> names) => string.Join(", ", names.Select(n => $"'{n}'"));
}
