namespace KernelEngine.Nn;

/// <summary>Walks through the modules in a module.</summary>
internal static class ModuleTree
{
    /// <summary>The module and all in it, each once, with dotted names.</summary>
    public static IEnumerable<(string Name, Module Module)> Of(Module root, string prefix = "")
    {
        var seen = new HashSet<Module>(ReferenceEqualityComparer.Instance) { root };
        var stack = new Stack<(string Name, Module Module)>();
        stack.Push((prefix, root));
        while (stack.TryPop(out var top))
        {
            yield return top;
            var path = top.Name.Length == 0 ? "" : top.Name + ".";
            foreach (var (name, child) in top.Module.NamedChildren.Reverse())
                stack.Push((path + name, child));
            while (stack.TryPeek(out var next) && !seen.Add(next.Module))
                stack.Pop();
        }
    }

    /// <summary>
    /// The parameters and buffers, each once, with dotted names: module by module, parameters before buffers, as
    /// PyTorch lists them.
    /// </summary>
    public static IEnumerable<ModuleMember> Tensors(Module root, string prefix = "", bool recurse = true)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var (path, module) in Of(root, prefix))
        {
            var start = path.Length == 0 ? "" : path + ".";
            foreach (var member in TensorsOf(module))
            {
                if (seen.Add(member.Value))
                    yield return member with { Name = start + member.Name };
            }

            if (!recurse)
                yield break;
        }
    }

    /// <summary>
    /// What is saved, under every name that it has: what modules share is listed for each of them, as PyTorch's
    /// <c>state_dict</c> does.
    /// </summary>
    public static IEnumerable<ModuleMember> Saved(Module root)
    {
        // A module may know the one that it is in.
        var above = new HashSet<Module>(ReferenceEqualityComparer.Instance);
        return Below(root, "");

        IEnumerable<ModuleMember> Below(Module module, string start)
        {
            if (!above.Add(module))
                yield break;
            foreach (var member in TensorsOf(module).Where(t => t.IsSaved))
                yield return member with { Name = start + member.Name };
            foreach (var (name, child) in module.NamedChildren)
            {
                foreach (var member in Below(child, $"{start}{name}."))
                    yield return member;
            }

            above.Remove(module);
        }
    }

    private static IEnumerable<ModuleMember> TensorsOf(Module module) =>
        module.Members().Where(m => m.Value is Tensor).OrderBy(m => m.Value is Parameter ? 0 : 1);
}
