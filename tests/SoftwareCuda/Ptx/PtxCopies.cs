using System.Globalization;

namespace KernelEngine.SoftwareCuda;

/// <summary>
/// Copies into shared memory that a thread does not wait for (PTX ISA, cp.async): made as late as they may, when they
/// are waited for, so that what is read too early is something else.
/// </summary>
internal static unsafe class PtxCopies
{
    private const int Bytes = 16;

    // For each thread, by its registers, what was committed, and last what was not.
    [ThreadStatic]
    private static Dictionary<nint, List<List<Copy>>>? open;

    private static Dictionary<nint, List<List<Copy>>> Open => open ??= [];

    /// <summary>Forgets what was not waited for.</summary>
    public static void Clear() => Open.Clear();

    /// <summary>Reads an instruction.</summary>
    public static void Read(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, List<string> operands)
    {
        switch (operation)
        {
            case "cp.async.cg.shared.global" when operands.Count == 4 && operands[2] == "16":
                var (to, beyond) = kernel.Address(operands[0], instruction, isShared: true);
                var (from, offset) = kernel.Address(operands[1], instruction);
                if (beyond != 0)
                    throw new PtxException($"not known: {instruction.Text}");
                instruction.Offset = offset;
                instruction.SetOperands(
                    [to, from, kernel.Operand(operands[3], new(PtxClass.Unsigned, 4), instruction)]);
                instruction.Step = Begin;
                break;
            case "cp.async.commit_group" when operands.Count == 0:
                instruction.Step = (r, _) => Of(r).Add([]);
                break;
            case "cp.async.wait_group" when operands.Count == 1:
                var left = int.Parse(operands[0], CultureInfo.InvariantCulture);
                instruction.Step = (r, _) => Wait(Of(r), left);
                break;
            default:
                throw new PtxException($"not known: {instruction.Text}");
        }
    }

    private static List<List<Copy>> Of(ulong* r)
    {
        if (!Open.TryGetValue((nint)r, out var groups))
            Open.Add((nint)r, groups = [[]]);
        return groups;
    }

    private static void Begin(ulong* r, PtxInstruction i)
    {
        var count = (uint)r[i.B];
        if (count > Bytes)
            throw new PtxFaultException(719, $"{count} bytes of {Bytes}: {i.Text}");
        var to = PtxAccess.SharedPlace(r, i, r[i.Operands[0]], Bytes);
        var address = r[i.A] + (ulong)i.Offset;
        if ((address & (Bytes - 1)) != 0)
            throw new PtxFaultException(716, $"0x{address:X} is not aligned: {i.Text}");
        Of(r)[^1].Add(new((nint)to, address, (int)count, i));
    }

    private static void Wait(List<List<Copy>> groups, int left)
    {
        while (groups.Count - 1 > left)
        {
            foreach (var (to, from, count, instruction) in groups[0])
            {
                var target = new Span<byte>((void*)to, Bytes);
                target.Clear();
                if (count > 0 && !PtxMemory.Holds(from, (ulong)count))
                    throw new PtxFaultException(700, $"nothing was allocated at 0x{from:X}: {instruction.Text}");
                new ReadOnlySpan<byte>((void*)from, count).CopyTo(target);
            }

            groups.RemoveAt(0);
        }
    }

    private sealed record Copy(nint To, ulong From, int Count, PtxInstruction Instruction);
}
