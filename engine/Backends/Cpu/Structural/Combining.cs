using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>How two values that go to the same place become one.</summary>
internal interface ICombining<T>
{
    /// <summary>The value that was there, with one more.</summary>
    static abstract T Combine(T old, T value);
}

/// <summary>Work over elements of a type that are combined somehow.</summary>
internal interface ICombiningJob
{
    /// <summary>Does it.</summary>
    void Run<T, TCombining>() where T : unmanaged where TCombining : struct, ICombining<T>;
}

/// <summary>Finds the combination for a dtype.</summary>
internal static class Combining
{
    /// <summary>Runs a job for a dtype and a <see cref="Gather.Combination"/>.</summary>
    public static void Dispatch<TJob>(DType dtype, Gather.Combination how, TJob job) where TJob : ICombiningJob
    {
        switch (dtype.Code)
        {
            case DTypeCode.Float32: Numbers<float, TJob>(how, job); break;
            case DTypeCode.Float64: Numbers<double, TJob>(how, job); break;
            case DTypeCode.Float16: Numbers<Half, TJob>(how, job); break;
            case DTypeCode.Int64: Numbers<long, TJob>(how, job); break;
            case DTypeCode.Int32: Numbers<int, TJob>(how, job); break;
            case DTypeCode.Int16: Numbers<short, TJob>(how, job); break;
            case DTypeCode.Int8: Numbers<sbyte, TJob>(how, job); break;
            case DTypeCode.UInt8: Numbers<byte, TJob>(how, job); break;
            case DTypeCode.BFloat16: Narrow(how, job); break;
            default: Truths(how, job); break;
        }
    }

    private static void Numbers<T, TJob>(Gather.Combination how, TJob job)
        where T : unmanaged, INumber<T> where TJob : ICombiningJob
    {
        switch (how)
        {
            case Gather.Combination.Sum: job.Run<T, Sum<T>>(); break;
            case Gather.Combination.Product: job.Run<T, Product<T>>(); break;
            case Gather.Combination.Smallest: job.Run<T, Smallest<T>>(); break;
            default: job.Run<T, Largest<T>>(); break;
        }
    }

    private static void Narrow<TJob>(Gather.Combination how, TJob job) where TJob : ICombiningJob
    {
        switch (how)
        {
            case Gather.Combination.Sum: job.Run<BFloat16, ThroughFloat<Sum<float>>>(); break;
            case Gather.Combination.Product: job.Run<BFloat16, ThroughFloat<Product<float>>>(); break;
            case Gather.Combination.Smallest: job.Run<BFloat16, ThroughFloat<Smallest<float>>>(); break;
            default: job.Run<BFloat16, ThroughFloat<Largest<float>>>(); break;
        }
    }

    // Truth values are bytes of 0 and 1.
    private static void Truths<TJob>(Gather.Combination how, TJob job) where TJob : ICombiningJob
    {
        if (how is Gather.Combination.Sum or Gather.Combination.Largest)
            job.Run<byte, Largest<byte>>();
        else
            job.Run<byte, Smallest<byte>>();
    }

    private readonly struct Sum<T> : ICombining<T> where T : INumber<T>
    {
        public static T Combine(T old, T value) => old + value;
    }

    private readonly struct Product<T> : ICombining<T> where T : INumber<T>
    {
        public static T Combine(T old, T value) => old * value;
    }

    private readonly struct Smallest<T> : ICombining<T> where T : INumber<T>
    {
        public static T Combine(T old, T value) => T.Min(old, value);
    }

    private readonly struct Largest<T> : ICombining<T> where T : INumber<T>
    {
        public static T Combine(T old, T value) => T.Max(old, value);
    }

    private readonly struct ThroughFloat<TCombining> : ICombining<BFloat16> where TCombining : struct, ICombining<float>
    {
        public static BFloat16 Combine(BFloat16 old, BFloat16 value) => (BFloat16)TCombining.Combine(old, value);
    }
}
