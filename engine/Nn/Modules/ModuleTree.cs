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
            ModuleMember[] members = [.. module.Members().Where(m => m.Value is Tensor)];
            foreach (var member in members.OrderBy(m => m.Value is Parameter ? 0 : 1))
            {
                if (seen.Add(member.Value))
                    yield return member with { Name = start + member.Name };
            }

            if (!recurse)
                yield break;
        }
    }
}
