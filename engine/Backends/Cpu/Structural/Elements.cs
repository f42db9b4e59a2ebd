using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>How an element of a dtype is read and written in the type that it is computed in.</summary>
/// <typeparam name="T">The type that lies in memory.</typeparam>
/// <typeparam name="TWide">The type that is computed in.</typeparam>
internal interface IElement<T, TWide>
{
    /// <summary>The value of an element.</summary>
    static abstract TWide Load(T value);

    /// <summary>The element nearest to a value; of whole numbers the lower bits.</summary>
    static abstract T Store(TWide value);
}

/// <summary>A kernel over floating-point elements.</summary>
internal interface IRealKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T, TReal, TElement>(in StructuralLaunch launch)
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>;
}

/// <summary>A kernel over float32 or float64, which narrower types are converted to before.</summary>
internal interface IWideKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A kernel over floating-point elements that are all computed in float64.</summary>
internal interface IDoubleKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T, TElement>(in StructuralLaunch launch)
        where T : unmanaged where TElement : struct, IElement<T, double>;
}

/// <summary>A kernel over numbers of any kind.</summary>
internal interface INumberKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T, TWide, TElement>(in StructuralLaunch launch)
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
        where TElement : struct, IElement<T, TWide>;
}

/// <summary>A kernel that only moves elements.</summary>
internal interface IWordKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T>(in StructuralLaunch launch) where T : unmanaged;
}

/// <summary>
/// Finds the instance of a kernel's body for the dtype of one of its operands: the one place that knows which type of
/// C#'s each dtype is, and which one it is computed in.
/// </summary>
internal static class Elements
{
    /// <summary>Floating-point elements: float64 computed in itself, the others in float32.</summary>
    public static void Floating<TKernel>(in StructuralLaunch launch, int operand = 0) where TKernel : IRealKernel
    {
        switch (launch.Operands[operand].DType.Code)
        {
            case DTypeCode.Float32: TKernel.Run<float, float, Same<float>>(launch); break;
            case DTypeCode.Float64: TKernel.Run<double, double, Same<double>>(launch); break;
            case DTypeCode.Float16: TKernel.Run<Half, float, HalfElement>(launch); break;
            case DTypeCode.BFloat16: TKernel.Run<BFloat16, float, BFloat16Element>(launch); break;
            default: throw NoSuchInstance(launch, operand);
        }
    }

    /// <summary>Float32 and float64 only.</summary>
    public static void WideFloating<TKernel>(in StructuralLaunch launch, int operand = 0) where TKernel : IWideKernel
    {
        switch (launch.Operands[operand].DType.Code)
        {
            case DTypeCode.Float32: TKernel.Run<float>(launch); break;
            case DTypeCode.Float64: TKernel.Run<double>(launch); break;
            default: throw NoSuchInstance(launch, operand);
        }
    }

    /// <summary>Floating-point elements, all computed in float64: where sums are long, their order fixed.</summary>
    public static void FloatingInDouble<TKernel>(in StructuralLaunch launch, int operand = 0)
        where TKernel : IDoubleKernel
    {
        switch (launch.Operands[operand].DType.Code)
        {
            case DTypeCode.Float32: TKernel.Run<float, SingleElement>(launch); break;
            case DTypeCode.Float64: TKernel.Run<double, Same<double>>(launch); break;
            case DTypeCode.Float16: TKernel.Run<Half, HalfElement>(launch); break;
            case DTypeCode.BFloat16: TKernel.Run<BFloat16, BFloat16Element>(launch); break;
            default: throw NoSuchInstance(launch, operand);
        }
    }

    /// <summary>Numbers of any kind: floating-point ones computed in float64, whole ones and bool in int64.</summary>
    public static void Wide<TKernel>(in StructuralLaunch launch, int operand = 0) where TKernel : INumberKernel
    {
        switch (launch.Operands[operand].DType.Code)
        {
            case DTypeCode.Float32: TKernel.Run<float, double, SingleElement>(launch); break;
            case DTypeCode.Float64: TKernel.Run<double, double, Same<double>>(launch); break;
            case DTypeCode.Float16: TKernel.Run<Half, double, HalfElement>(launch); break;
            case DTypeCode.BFloat16: TKernel.Run<BFloat16, double, BFloat16Element>(launch); break;
            case DTypeCode.Int64: TKernel.Run<long, long, Same<long>>(launch); break;
            case DTypeCode.Int32: TKernel.Run<int, long, Int32Element>(launch); break;
            case DTypeCode.Int16: TKernel.Run<short, long, Int16Element>(launch); break;
            case DTypeCode.Int8: TKernel.Run<sbyte, long, Int8Element>(launch); break;
            case DTypeCode.UInt8: TKernel.Run<byte, long, UInt8Element>(launch); break;
            default: TKernel.Run<byte, long, BoolElement>(launch); break;
        }
    }

    /// <summary>Numbers of any kind in their own type, the two narrow floats in float32, bool as a byte.</summary>
    public static void Own<TKernel>(in StructuralLaunch launch, int operand = 0) where TKernel : INumberKernel
    {
        switch (launch.Operands[operand].DType.Code)
        {
            case DTypeCode.Float32: TKernel.Run<float, float, Same<float>>(launch); break;
            case DTypeCode.Float64: TKernel.Run<double, double, Same<double>>(launch); break;
            case DTypeCode.Float16: TKernel.Run<Half, float, HalfElement>(launch); break;
            case DTypeCode.BFloat16: TKernel.Run<BFloat16, float, BFloat16Element>(launch); break;
            case DTypeCode.Int64: TKernel.Run<long, long, Same<long>>(launch); break;
            case DTypeCode.Int32: TKernel.Run<int, int, Same<int>>(launch); break;
            case DTypeCode.Int16: TKernel.Run<short, short, Same<short>>(launch); break;
            case DTypeCode.Int8: TKernel.Run<sbyte, sbyte, Same<sbyte>>(launch); break;
            default: TKernel.Run<byte, byte, Same<byte>>(launch); break;
        }
    }

    /// <summary>Elements that are only moved, by their width.</summary>
    public static void Words<TKernel>(in StructuralLaunch launch, int operand = 0) where TKernel : IWordKernel
    {
        switch (launch.Operands[operand].DType.Size)
        {
            case 1: TKernel.Run<byte>(launch); break;
            case 2: TKernel.Run<ushort>(launch); break;
            case 4: TKernel.Run<uint>(launch); break;
            default: TKernel.Run<ulong>(launch); break;
        }
    }

    private static TensorNotImplementedException NoSuchInstance(in StructuralLaunch launch, int operand) => new(
        $"\"{launch.Kernel.Name}\" not implemented for '{launch.Operands[operand].DType.LegacyName}'",
        "convert it to a floating-point dtype first");

    private readonly struct Same<T> : IElement<T, T>
    {
        public static T Load(T value) => value;
        public static T Store(T value) => value;
    }

    private readonly struct SingleElement : IElement<float, double>
    {
        public static double Load(float value) => value;
        public static float Store(double value) => (float)value;
    }

    private readonly struct HalfElement : IElement<Half, float>, IElement<Half, double>
    {
        public static float Load(Half value) => (float)value;
        public static Half Store(float value) => (Half)value;
        static double IElement<Half, double>.Load(Half value) => (double)value;
        public static Half Store(double value) => (Half)value;
    }

    private readonly struct BFloat16Element : IElement<BFloat16, float>, IElement<BFloat16, double>
    {
        public static float Load(BFloat16 value) => value;
        public static BFloat16 Store(float value) => (BFloat16)value;
        static double IElement<BFloat16, double>.Load(BFloat16 value) => (float)value;
        public static BFloat16 Store(double value) => (BFloat16)value;
    }

    private readonly struct Int32Element : IElement<int, long>
    {
        public static long Load(int value) => value;
        public static int Store(long value) => (int)value;
    }

    private readonly struct Int16Element : IElement<short, long>
    {
        public static long Load(short value) => value;
        public static short Store(long value) => (short)value;
    }

    private readonly struct Int8Element : IElement<sbyte, long>
    {
        public static long Load(sbyte value) => value;
        public static sbyte Store(long value) => (sbyte)value;
    }

    private readonly struct UInt8Element : IElement<byte, long>
    {
        public static long Load(byte value) => value;
        public static byte Store(long value) => (byte)value;
    }

    // A byte of 0 or 1.
    private readonly struct BoolElement : IElement<byte, long>
    {
        public static long Load(byte value) => value;
        public static byte Store(long value) => value != 0 ? (byte)1 : (byte)0;
    }
}
