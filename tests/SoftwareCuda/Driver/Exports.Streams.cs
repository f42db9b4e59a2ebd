using System.Runtime.InteropServices;
using static KernelEngine.SoftwareCuda.SoftwareDriver;

namespace KernelEngine.SoftwareCuda;

/// <content>Modules, launches, streams, events, graphs.</content>
internal static unsafe partial class Exports
{
    [UnmanagedCallersOnly(EntryPoint = "cuModuleLoadDataEx")]
    private static int ModuleLoad(nint* module, nint image, uint optionCount, int* options, nint* values) =>
        CallIn(_ =>
        {
            nint log = 0, room = 0;
            for (var i = 0; i < optionCount; i++)
            {
                // CU_JIT_ERROR_LOG_BUFFER and its size.
                (log, room) = options[i] switch
                {
                    5 => (values[i], room),
                    6 => (log, values[i]),
                    _ => throw new SoftwareErrorException(SoftwareError.InvalidValue),
                };
            }

            try
            {
                var text = Marshal.PtrToStringUTF8(image)!;
                PtxTexts.Keep(text);
                var read = new PtxModule(text);
                var wanted = int.Parse(read.Target.AsSpan(3), null);
                if (wanted > (Capability.Major * 10) + Capability.Minor)
                    throw new PtxException($"it is for {read.Target}");
                *module = SoftwareObjects.Add(read);
            }
            catch (PtxException e)
            {
                if (log != 0)
                    Write(e.Message, log, (int)room);
                throw new SoftwareErrorException(SoftwareError.InvalidPtx);
            }
        });

    [UnmanagedCallersOnly(EntryPoint = "cuModuleUnload")]
    private static int ModuleUnload(nint module) => CallIn(_ =>
    {
        SoftwareObjects.Get<PtxModule>(module).Unload();
        SoftwareObjects.Remove(module);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuModuleGetFunction")]
    private static int ModuleGetFunction(nint* function, nint module, nint name) => CallIn(_ =>
    {
        var kernels = SoftwareObjects.Get<PtxModule>(module).Kernels;
        Expect(
            kernels.TryGetValue(Marshal.PtrToStringUTF8(name)!, out var kernel), SoftwareError.NotFound);
        *function = SoftwareObjects.Add(new SoftwareFunction(kernel!));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuLaunchKernel")]
    private static int LaunchKernel(
        nint function, uint groupsX, uint groupsY, uint groupsZ, uint threadsX, uint threadsY, uint threadsZ,
        uint sharedBytes, nint stream, nint* parameters, nint extra) => CallIn(context =>
    {
        var kernel = SoftwareObjects.Get<SoftwareFunction>(function).Kernel;
        var (groups, threads) =
            (((int)groupsX, (int)groupsY, (int)groupsZ), ((int)threadsX, (int)threadsY, (int)threadsZ));
        Expect(groupsX is > 0 and <= int.MaxValue && groupsY is > 0 and <= 65535 && groupsZ is > 0 and <= 65535);
        Expect(threadsX > 0 && threadsY > 0 && threadsZ > 0 && threadsX * threadsY * threadsZ <= 1024);
        Expect(extra == 0 && sharedBytes == 0);
        var (x, y, z) = kernel.MostThreads;
        Expect(
            x == 0 || threadsX * threadsY * threadsZ <= x * Math.Max(y, 1) * Math.Max(z, 1),
            SoftwareError.LaunchOutOfResources);

        // The arguments are taken now, not when it runs.
        var bytes = new byte[kernel.Parameters[^1].Offset + kernel.Parameters[^1].Size];
        for (var i = 0; i < kernel.Parameters.Length; i++)
        {
            var (offset, size) = kernel.Parameters[i];
            new ReadOnlySpan<byte>((void*)parameters[i], size).CopyTo(bytes.AsSpan(offset));
        }

        StreamOf(stream, context).Add(() =>
        {
            Launches++;
            var block = PtxMemory.Allocate((ulong)bytes.Length);
            try
            {
                bytes.CopyTo(new Span<byte>((void*)block, bytes.Length));
                PtxMachine.Run(kernel, groups, threads, block);
            }
            finally
            {
                PtxMemory.Free(block);
            }
        });
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamCreate")]
    private static int StreamCreate(nint* stream, uint flags) => CallIn(context =>
    {
        Expect(flags <= 1);
        *stream = SoftwareObjects.Add(new SoftwareStream(context));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamDestroy_v2")]
    private static int StreamDestroy(nint stream) => CallIn(context =>
    {
        var destroyed = StreamOf(stream, context);
        destroyed.RunTo(destroyed.End);
        SoftwareObjects.Remove(stream);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamGetCtx")]
    private static int StreamGetContext(nint stream, nint* context) => CallIn(current =>
        *context = SoftwareObjects.Get<SoftwareStream>(stream).Context == current ? Current.Peek() : 0);

    [UnmanagedCallersOnly(EntryPoint = "cuStreamSynchronize")]
    private static int StreamSynchronize(nint stream) => CallIn(context =>
    {
        var awaited = StreamOf(stream, context);
        Expect(awaited.Captured is null, SoftwareError.StreamCaptureUnsupported);
        awaited.RunTo(awaited.End);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamWaitEvent")]
    private static int StreamWaitEvent(nint stream, nint awaited, uint flags) => CallIn(_ =>
    {
        // The stream may be another device's.
        Expect(flags == 0);
        SoftwareObjects.Get<SoftwareEvent>(awaited).HaveWait(SoftwareObjects.Get<SoftwareStream>(stream));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamBeginCapture_v2")]
    private static int BeginCapture(nint stream, int mode) => CallIn(context =>
    {
        var captured = StreamOf(stream, context);
        Expect(!RefusesCapture, SoftwareError.StreamCaptureUnsupported);
        Expect(mode is >= 0 and <= 2 && captured.Captured is null);
        captured.Captured = [];
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamEndCapture")]
    private static int EndCapture(nint stream, nint* graph) => CallIn(context =>
    {
        var captured = StreamOf(stream, context);
        Expect(captured.Captured is not null);
        *graph = SoftwareObjects.Add(new SoftwareGraph(captured.Captured!));
        captured.Captured = null;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuGraphInstantiateWithFlags")]
    private static int GraphInstantiate(nint* executable, nint graph, ulong flags) => CallIn(_ =>
    {
        Expect(flags == 0);
        *executable = SoftwareObjects.Add(new SoftwareExecutable(SoftwareObjects.Get<SoftwareGraph>(graph).Nodes));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuGraphLaunch")]
    private static int GraphLaunch(nint executable, nint stream) => CallIn(context =>
    {
        var target = StreamOf(stream, context);
        GraphLaunches++;
        foreach (var node in SoftwareObjects.Get<SoftwareExecutable>(executable).Nodes)
            target.Add(node);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuGraphExecDestroy")]
    private static int ExecutableDestroy(nint executable) => CallIn(_ => SoftwareObjects.Remove(executable));

    [UnmanagedCallersOnly(EntryPoint = "cuGraphDestroy")]
    private static int GraphDestroy(nint graph) => CallIn(_ => SoftwareObjects.Remove(graph));

    [UnmanagedCallersOnly(EntryPoint = "cuEventCreate")]
    private static int EventCreate(nint* created, uint flags) => CallIn(_ =>
    {
        Expect(flags <= 3);
        *created = SoftwareObjects.Add(new SoftwareEvent(hasTime: (flags & 2) == 0));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventDestroy_v2")]
    private static int EventDestroy(nint destroyed) => CallIn(_ => SoftwareObjects.Remove(destroyed));

    [UnmanagedCallersOnly(EntryPoint = "cuEventRecord")]
    private static int EventRecord(nint recorded, nint stream) => CallIn(context =>
        SoftwareObjects.Get<SoftwareEvent>(recorded).Record(StreamOf(stream, context)));

    [UnmanagedCallersOnly(EntryPoint = "cuEventQuery")]
    private static int EventQuery(nint asked) => CallIn(context =>
    {
        var one = SoftwareObjects.Get<SoftwareEvent>(asked);
        if (one.IsDone)
            return;
        one.Stream!.Step();
        Expect(context.Error != 0 || one.IsDone, SoftwareError.NotReady);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventSynchronize")]
    private static int EventSynchronize(nint awaited) => CallIn(_ =>
    {
        var one = SoftwareObjects.Get<SoftwareEvent>(awaited);
        one.Stream?.RunTo(one.Place);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventElapsedTime")]
    private static int EventElapsedTime(float* milliseconds, nint start, nint end) => CallIn(_ =>
    {
        var (first, second) = (SoftwareObjects.Get<SoftwareEvent>(start), SoftwareObjects.Get<SoftwareEvent>(end));
        Expect(first.HasTime && second.HasTime && second.Place > first.Place, SoftwareError.InvalidHandle);
        Expect(first.IsDone && second.IsDone, SoftwareError.NotReady);
        *milliseconds = 1e-3f * (second.Place - first.Place);
    });
}
