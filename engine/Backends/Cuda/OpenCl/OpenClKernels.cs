using System.Text;
using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>Makes kernels of sources, or of what the driver's compiler made of them on an earlier run.</summary>
internal sealed unsafe class OpenClKernels(OpenClApi api, nint context, OpenClAdapter device)
{
    // PoCL keeps what it compiles in one folder for all processes of a user, and two that compile at once take each
    // other's temporary files away. The same text compiles when it is given again.
    private const int MostBuilds = 5;

    // No option that lets the compiler be less exact. That products and sums are not contracted, the source says.
    private readonly string options = device.HasExactDivision
        ? "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt"
        : "-cl-std=CL1.2";

    /// <summary>Makes a kernel.</summary>
    /// <exception cref="TensorRuntimeException">The compiler refuses it, or the device cannot run it.</exception>
    public OpenClKernel Make(KernelCode code)
    {
        var source = code.Source!;
        var file = DiskCache.NameOf("opencl", source, options, device.Limits.Identity);
        nint kernel = 0;
        if (DiskCache.Read(file, device.Limits.Identity) is { } binary && FromBinary(binary) is var loaded and not 0)
        {
            kernel = CreateKernel(loaded, out _);
            api.ReleaseProgram(loaded);
        }

        var isCached = kernel != 0;
        if (!isCached)
        {
            var program = FromSource(code.Name, source);
            kernel = CreateKernel(program, out var error);
            if (kernel != 0 && DiskCache.Folder is not null && BinaryOf(program) is { Length: > 0 } bytes)
                DiskCache.Write(file, device.Limits.Identity, bytes);
            api.ReleaseProgram(program);
            OpenClErrors.Check(error, $"clCreateKernel(k_main) for {code.Name}");
        }

        CheckGroup(code, kernel);
        return new(api, code, kernel) { WasCached = isCached };
    }

    private void CheckGroup(KernelCode code, nint kernel)
    {
        nuint most = 0;
        var threads = code.Threads.X * code.Threads.Y * code.Threads.Z;
        var error = api.GetKernelWorkGroupInfo(
            kernel, device.Id, KernelWorkGroupInfo.WorkGroupSize, (nuint)sizeof(nuint), &most, null);
        if (error == 0 && most < (nuint)threads)
        {
            api.ReleaseKernel(kernel);
            throw new TensorRuntimeException(
                $"the kernel {code.Name} has groups of {threads} threads, and {device.Name} runs at most {most}");
        }
    }

    private nint CreateKernel(nint program, out int error)
    {
        int code;
        fixed (byte* name = "k_main\0"u8)
        {
            var kernel = api.CreateKernel(program, name, &code);
            error = code;
            return code == 0 ? kernel : 0;
        }
    }

    private nint FromBinary(byte[] binary)
    {
        var id = device.Id;
        var length = (nuint)binary.Length;
        int status, code;
        nint program;
        fixed (byte* first = binary)
        {
            var start = first;
            program = api.CreateProgramWithBinary(context, 1, &id, &length, &start, &status, &code);
        }

        if (code != 0)
            return 0;
        if (status == 0 && BuildProgram(program) == 0)
            return program;
        api.ReleaseProgram(program);
        return 0;
    }

    /// <summary>Whether a compiler's log says that another process got in its way, not that the source is wrong.
    /// </summary>
    internal static bool IsDisturbed(string log) =>
        log.Contains("unable to rename temporary", StringComparison.Ordinal) &&
        log.Contains("tempfile", StringComparison.Ordinal);

    private nint FromSource(string name, string source)
    {
        var text = Encoding.UTF8.GetBytes(source);
        for (var left = MostBuilds - 1; ; left--)
        {
            var program = CreateProgram(name, text);
            var code = BuildProgram(program);
            if (code == 0)
                return program;
            var log = LogOf(program);
            api.ReleaseProgram(program);
            if (left == 0 || !IsDisturbed(log))
                throw Refused(name, code, log, source);
        }
    }

    private nint CreateProgram(string name, byte[] text)
    {
        var length = (nuint)text.Length;
        int code;
        fixed (byte* first = text)
        {
            var start = first;
            var program = api.CreateProgramWithSource(context, 1, &start, &length, &code);
            OpenClErrors.Check(code, $"clCreateProgramWithSource for {name}");
            return program;
        }
    }

    private int BuildProgram(nint program)
    {
        var id = device.Id;
        fixed (byte* text = Encoding.UTF8.GetBytes(options + '\0'))
            return api.BuildProgram(program, 1, &id, text, 0, 0);
    }

    private string LogOf(nint program)
    {
        nuint size = 0;
        if (api.GetProgramBuildInfo(program, device.Id, ProgramBuildInfo.BuildLog, 0, null, &size) != 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* first = bytes)
            api.GetProgramBuildInfo(program, device.Id, ProgramBuildInfo.BuildLog, size, first, null);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0', '\n', '\r', ' ');
    }

    /// <summary>What the driver would be given to build the same program again; empty where it does not say.</summary>
    private byte[] BinaryOf(nint program)
    {
        // A host's context may have several devices, and the program then has room for a binary of each.
        uint count = 0;
        if (api.GetProgramInfo(program, ProgramInfo.NumDevices, sizeof(uint), &count, null) != 0 || count == 0)
            return [];
        var devices = new nint[count];
        var sizes = new nuint[count];
        fixed (nint* firstDevice = devices)
        {
            fixed (nuint* firstSize = sizes)
            {
                if (api.GetProgramInfo(
                        program, ProgramInfo.Devices, count * (nuint)sizeof(nint), firstDevice, null) != 0
                    || api.GetProgramInfo(
                        program, ProgramInfo.BinarySizes, count * (nuint)sizeof(nuint), firstSize, null) != 0)
                    return [];
            }
        }

        var place = Array.IndexOf(devices, device.Id);
        if (place < 0 || sizes[place] == 0)
            return [];
        var binary = new byte[sizes[place]];
        var pointers = stackalloc byte*[(int)count];
        new Span<nint>(pointers, (int)count).Clear();
        fixed (byte* first = binary)
        {
            pointers[place] = first;
            var code = api.GetProgramInfo(
                program, ProgramInfo.Binaries, count * (nuint)sizeof(byte*), pointers, null);
            return code == 0 ? binary : [];
        }
    }

    private TensorRuntimeException Refused(string name, int code, string log, string source)
    {
        var compiler = $"the OpenCL compiler of {device.Name} ({device.Driver})";
        return new(CompilerComplaint.Of(
            $"{compiler} refuses the kernel {name}: {OpenClErrors.NameOf(code)}", log, source));
    }
}
