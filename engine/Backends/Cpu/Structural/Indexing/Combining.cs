using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>How two values that go to the same place become one.</summary>
internal interface ICombining
{
    /// <summary>The value that was there, with one more.</summary>
    static abstract T Combine<T>(T old, T value) where T : INumber<T>;
}

/// <summary>A kernel over elements that are combined somehow.</summary>
internal interface ICombiningKernel
{
    /// <summary>Runs it.</summary>
    static abstract void Run<T, TWide, TElement, TCombining>(in StructuralLaunch launch)
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>
        where TElement : struct, IElement<T, TWide>
        where TCombining : struct, ICombining;
}

/// <summary>Finds the instance of a kernel for a dtype and a <see cref="Gather.Combination"/>.</summary>
internal static class Combining
{
    /// <summary>Runs a kernel for the dtype of one of its operands.</summary>
    public static void Run<TKernel>(in StructuralLaunch launch, int operand, Gather.Combination how)
        where TKernel : ICombiningKernel
    {
        // Truth values are bytes of 0 and 1.
        var isTruth = launch.Operands[operand].DType == DType.Bool;
        switch (how)
        {
            case Gather.Combination.Sum when !isTruth: Elements.Own<With<TKernel, Sum>>(launch, operand); break;
            case Gather.Combination.Product when !isTruth:
                Elements.Own<With<TKernel, Product>>(launch, operand);
                break;
            case Gather.Combination.Product or Gather.Combination.Smallest:
                Elements.Own<With<TKernel, Smallest>>(launch, operand);
                break;
            default: Elements.Own<With<TKernel, Largest>>(launch, operand); break;
        }
    }

    private readonly struct With<TKernel, TCombining> : INumberKernel
        where TKernel : ICombiningKernel where TCombining : struct, ICombining
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide> => TKernel.Run<T, TWide, TElement, TCombining>(launch);
    }

    private readonly struct Sum : ICombining
    {
        public static T Combine<T>(T old, T value) where T : INumber<T> => old + value;
    }

    private readonly struct Product : ICombining
    {
        public static T Combine<T>(T old, T value) where T : INumber<T> => old * value;
    }

    private readonly struct Smallest : ICombining
    {
        public static T Combine<T>(T old, T value) where T : INumber<T> => T.Min(old, value);
    }

    private readonly struct Largest : ICombining
    {
        public static T Combine<T>(T old, T value) where T : INumber<T> => T.Max(old, value);
    }
}
