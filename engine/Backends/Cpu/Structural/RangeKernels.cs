using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Numbered elements.</content>
internal static partial class CpuKernels
{
    private static void AddRanges(Adding add)
    {
        add("arange", Arange);
        add("linspace", Linspace);
    }

    private static void Arange(in StructuralLaunch launch)
    {
        var (start, step) = (launch.Integers[0], launch.Integers[1]);
        var (first, by) = (launch.Reals[0], launch.Reals[1]);
        var output = launch.Operands[0];
        if (output.DType.IsFloatingPoint)
            WriteReals(output, i => first + (i * by));
        else
            WriteWholes(output, i => start + (i * step));
    }

    private static void Linspace(in StructuralLaunch launch)
    {
        var (start, end, powerBase) = (launch.Reals[0], launch.Reals[1], launch.Reals[2]);
        var output = launch.Operands[0];
        var steps = output.Layout.ElementCount;
        var step = steps > 1 ? (end - start) / (steps - 1) : 0;
        Func<long, double> at = i => i < steps / 2 || steps == 1 ? start + (step * i) : end - (step * (steps - i - 1));
        Func<long, double> value = powerBase == 0 ? at : i => Math.Pow(powerBase, at(i));
        if (output.DType.IsFloatingPoint)
            WriteReals(output, value);
        else
            WriteWholes(output, i => (long)value(i));
    }

    private static void WriteReals(in Operand output, Func<long, double> value)
    {
        switch (output.DType.Code)
        {
            case DTypeCode.Float32: Write(output, i => (float)value(i)); break;
            case DTypeCode.Float64: Write(output, value); break;
            case DTypeCode.Float16: Write(output, i => (Half)(float)value(i)); break;
            default: Write(output, i => (BFloat16)(float)value(i)); break;
        }
    }

    private static void WriteWholes(in Operand output, Func<long, long> value)
    {
        switch (output.DType.Code)
        {
            case DTypeCode.Int64: Write(output, value); break;
            case DTypeCode.Int32: Write(output, i => (int)value(i)); break;
            case DTypeCode.Int16: Write(output, i => (short)value(i)); break;
            case DTypeCode.Bool: Write(output, i => value(i) != 0); break;
            default: Write(output, i => (byte)value(i)); break;
        }
    }

    private static void Write<T>(in Operand output, Func<long, T> value) where T : unmanaged
    {
        ref var data = ref First<T>(output);
        for (nint i = 0; i < (nint)output.Layout.ElementCount; i++)
            Unsafe.Add(ref data, i) = value(i);
    }
}
