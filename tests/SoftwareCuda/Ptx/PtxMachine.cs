using System.Runtime.InteropServices;

namespace KernelEngine.SoftwareCuda;

/// <summary>Runs launches: groups one after the other, the threads of a group in turns from barrier to barrier.</summary>
internal static unsafe class PtxMachine
{
    private const int WarpSize = 32;

    /// <summary>Runs a launch.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="groups">Groups along each axis.</param>
    /// <param name="threads">Threads of a group along each axis.</param>
    /// <param name="parameters">The bytes of its parameters.</param>
    public static void Run(
        PtxKernel kernel, (int X, int Y, int Z) groups, (int X, int Y, int Z) threads, ulong parameters)
    {
        var count = threads.X * threads.Y * threads.Z;
        var files = kernel.HasBarriers ? count : 1;
        var size = kernel.Registers.Length;
        var memory = (ulong*)NativeMemory.Alloc((nuint)(files * size * sizeof(ulong)));
        var shared = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(kernel.SharedBytes, 16), 256);
        try
        {
            var places = new int[count];
            for (var z = 0; z < groups.Z; z++)
            {
                for (var y = 0; y < groups.Y; y++)
                {
                    for (var x = 0; x < groups.X; x++)
                    {
                        new Span<byte>(shared, kernel.SharedBytes).Fill(0xDB);
                        RunGroup(kernel, (x, y, z), groups, threads, parameters, memory, shared, places);
                    }
                }
            }
        }
        finally
        {
            NativeMemory.Free(memory);
            NativeMemory.AlignedFree(shared);
        }
    }

    private static void RunGroup(
        PtxKernel kernel, (int X, int Y, int Z) group, (int X, int Y, int Z) groups, (int X, int Y, int Z) threads,
        ulong parameters, ulong* memory, byte* shared, int[] places)
    {
        var size = kernel.Registers.Length;
        Array.Clear(places);
        PtxCopies.Clear();
        for (var thread = 0; thread < places.Length; thread++)
        {
            var r = memory + (kernel.HasBarriers ? thread * size : 0);
            kernel.Registers.CopyTo(new Span<ulong>(r, size));
            r[PtxRegisters.Shared] = (ulong)shared;
            r[PtxRegisters.SharedBytes] = (ulong)kernel.SharedBytes;
            r[PtxRegisters.Parameters] = parameters;
            ReadOnlySpan<int> special =
            [
                thread % threads.X, thread / threads.X % threads.Y, thread / threads.X / threads.Y,
                group.X, group.Y, group.Z, threads.X, threads.Y, threads.Z, groups.X, groups.Y, groups.Z,
                thread % WarpSize,
            ];
            for (var k = 0; k < special.Length; k++)
                r[PtxRegisters.Special + k] = (uint)special[k];
            if (!kernel.HasBarriers)
                RunThread(kernel, r, 0);
        }

        if (!kernel.HasBarriers)
            return;

        // In turns: each thread to the next place where others are waited for.
        bool isRunning;
        do
        {
            isRunning = false;
            for (var first = 0; first < places.Length; first += WarpSize)
                isRunning |= RunWarp(kernel, memory, places.AsSpan(first, Math.Min(WarpSize, places.Length - first)), first);
        }
        while (isRunning);
    }

    // Until all of a warp's threads are at a barrier or have returned (-1).
    private static bool RunWarp(PtxKernel kernel, ulong* memory, Span<int> places, int first)
    {
        var size = kernel.Registers.Length;
        Span<nint> together = stackalloc nint[places.Length];
        while (true)
        {
            var isRunning = false;
            PtxInstruction? warp = null;
            for (var lane = 0; lane < places.Length; lane++)
            {
                var r = memory + ((first + lane) * size);
                together[lane] = (nint)r;
                if (places[lane] < 0)
                    continue;
                places[lane] = RunThread(kernel, r, places[lane]);
                if (places[lane] < 0)
                    continue;
                isRunning = true;
                if (kernel.Code[places[lane] - 1] is { Flow: PtxFlow.Warp } instruction)
                    warp = instruction;
            }

            if (warp is null)
                return isRunning;
            foreach (var place in places)
            {
                if (place < 0 || kernel.Code[place - 1] != warp)
                    throw new PtxFaultException(719, $"not all threads of a warp are at: {warp.Text}");
            }

            warp.WarpStep!(together, warp);
        }
    }

    // Returns the place behind the barrier at which it waits; -1 where it is done.
    private static int RunThread(PtxKernel kernel, ulong* r, int place)
    {
        var code = kernel.Code;
        while (true)
        {
            var instruction = code[place++];
            if (instruction.Guard >= 0 && (r[instruction.Guard] != 0) == instruction.IsNegated)
                continue;
            switch (instruction.Flow)
            {
                case PtxFlow.Next:
                    instruction.Step!(r, instruction);
                    break;
                case PtxFlow.Branch:
                    place = instruction.Target;
                    break;
                case PtxFlow.Return:
                    return -1;
                default:
                    return place;
            }
        }
    }
}
