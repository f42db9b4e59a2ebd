namespace KernelEngine;

/// <summary>
/// Which instructions are needed only by the rare side of a branch, so that they can be left out where no element
/// wants it. Regions nest: an instruction lies in the innermost one that holds all its uses.
/// </summary>
internal static class Regions
{
    /// <summary>The region of each instruction: -1 for the whole program, else the branch it belongs to.</summary>
    public static int[] Of(PointwiseProgram program)
    {
        var code = program.Code;
        const int unused = -2;
        var home = new int[code.Length];
        Array.Fill(home, unused);
        foreach (var result in program.Results)
            home[result] = -1;
        for (var i = code.Length - 1; i >= 0; i--)
        {
            var step = code[i];
            if (step.Primitive.Arity == 0)
                home[i] = -1;
            Use(step.A, home[i]);
            Use(step.B, step.Primitive == Primitive.Branch ? i : home[i]);
            Use(step.C, home[i]);
        }

        return home;

        void Use(int argument, int region)
        {
            if (argument < 0)
                return;
            home[argument] = home[argument] == unused ? region : Common(home[argument], region);
        }

        // A branch lies before what encloses it, so the walk goes up from the smaller index.
        int Common(int a, int b)
        {
            while (a != b)
            {
                if (a == -1 || b == -1)
                    return -1;
                if (a < b)
                    a = home[a];
                else
                    b = home[b];
            }

            return a;
        }
    }

    /// <summary>The instructions in the order in which to run them: a branch's rare side right before it.</summary>
    /// <returns>Instructions; before a rare side, the complement of the branch's index.</returns>
    public static List<int> Order(PointwiseProgram program, int[] home)
    {
        var members = new Dictionary<int, List<int>>();
        for (var i = 0; i < home.Length; i++)
        {
            if (!members.TryGetValue(home[i], out var list))
                members[home[i]] = list = [];
            list.Add(i);
        }

        var order = new List<int>(home.Length);
        var stack = new Stack<(List<int> List, int Next)>();
        stack.Push((members.GetValueOrDefault(-1, []), 0));
        while (stack.TryPop(out var top))
        {
            var (list, next) = top;
            if (next == list.Count)
                continue;
            var i = list[next];
            if (members.Remove(i, out var rare))
            {
                // The rare side first, then this branch again.
                order.Add(~i);
                stack.Push(top);
                stack.Push((rare, 0));
                continue;
            }

            order.Add(i);
            stack.Push((list, next + 1));
        }

        return order;
    }
}
