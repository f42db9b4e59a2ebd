using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Convolutions of whole numbers, which wrap around in their own type: term by term.</content>
internal static unsafe partial class CpuKernels
{
    private readonly struct WholeConvolution : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (x, w, y) = (launch.Operands[0].Layout, launch.Operands[1].Layout, launch.Operands[2].Layout);
            var job = new WholeJob<T, TWide, TElement>
            {
                InputShape = x.Shape,
                WeightShape = w.Shape,
                OutShape = y.Shape,
                InputStrides = x.Strides.ToArray(),
                WeightStrides = w.Strides.ToArray(),
                Numbers = launch.Integers.ToArray(),
            };
            fixed (byte* input = &FirstOf(launch.Operands[0]), weight = &FirstOf(launch.Operands[1]),
                output = &FirstOf(launch.Operands[2]), bias = &FirstOf(launch.Operands[^1]))
            {
                job.Input = (T*)input;
                job.Weight = (T*)weight;
                job.Out = (T*)output;
                if (launch.Operands.Length > 3)
                {
                    job.Bias = (T*)bias;
                    job.BiasStep = launch.Operands[3].Layout.Strides[0];
                }

                var blocks = checked((int)(y.Shape[0] * y.Shape[1]));
                var terms = y.ElementCount * (w.ElementCount / Math.Max(1, w.Shape[launch.Integers[0] != 0 ? 1 : 0]));
                WorkerPool.Run(job, blocks, terms);
            }
        }
    }

    // Each block is a channel of the result in one image.
    private struct WholeJob<T, TWide, TElement> : IJob
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>
        where TElement : struct, IElement<T, TWide>
    {
        public Shape InputShape;
        public Shape WeightShape;
        public Shape OutShape;
        public long[] InputStrides;
        public long[] WeightStrides;
        public long[] Numbers; // transposed, groups, then stride, padding and dilation of three dimensions
        public T* Input;
        public T* Weight;
        public T* Out;
        public T* Bias;
        public long BiasStep;

        public readonly void Invoke(int block)
        {
            var transposed = Numbers[0] != 0;
            var (image, channel) = (block / OutShape[1], block % OutShape[1]);
            var (rows, channels) = (OutShape[1] / Numbers[1], InputShape[1] / Numbers[1]);
            var (group, row) = (channel / rows, channel % rows);
            var to = Out + (block * OutShape[2] * OutShape[3] * OutShape[4]);
            var first = Bias == null ? TWide.Zero : TElement.Load(Bias[channel * BiasStep]);
            for (var d = 0L; d < OutShape[2]; d++)
            {
                for (var h = 0L; h < OutShape[3]; h++)
                {
                    for (var v = 0L; v < OutShape[4]; v++)
                    {
                        var sum = first;
                        for (var c = 0L; c < channels; c++)
                        {
                            var input = Input + (image * InputStrides[0]) +
                                (((group * channels) + c) * InputStrides[1]);
                            var weight = Weight + (transposed
                                ? (((group * channels) + c) * WeightStrides[0]) + (row * WeightStrides[1])
                                : (channel * WeightStrides[0]) + (c * WeightStrides[1]));
                            sum += Sum(input, weight, d, h, v);
                        }

                        *to++ = TElement.Store(sum);
                    }
                }
            }
        }

        private readonly TWide Sum(T* input, T* weight, long d, long h, long v)
        {
            var sum = TWide.Zero;
            for (var i = 0L; i < WeightShape[2]; i++)
            {
                if (!Place(0, d, i, out var z))
                    continue;
                for (var j = 0L; j < WeightShape[3]; j++)
                {
                    if (!Place(1, h, j, out var y))
                        continue;
                    for (var k = 0L; k < WeightShape[4]; k++)
                    {
                        if (!Place(2, v, k, out var x))
                            continue;
                        sum += TElement.Load(input[z + y + x]) * TElement.Load(weight[
                            (i * WeightStrides[2]) + (j * WeightStrides[3]) + (k * WeightStrides[4])]);
                    }
                }
            }

            return sum;
        }

        // Where in the input a place of the result and a tap meet, in elements.
        private readonly bool Place(int dimension, long place, long tap, out long offset)
        {
            var (stride, padding, dilation) = (Numbers[2 + dimension], Numbers[5 + dimension], Numbers[8 + dimension]);
            offset = Numbers[0] == 0 ? (place * stride) - padding + (tap * dilation)
                : place + padding - (tap * dilation);
            if (Numbers[0] != 0)
            {
                if (offset % stride != 0)
                    return false;
                offset /= stride;
            }

            var isInside = (ulong)offset < (ulong)InputShape[2 + dimension];
            offset *= InputStrides[2 + dimension];
            return isInside;
        }
    }
}
