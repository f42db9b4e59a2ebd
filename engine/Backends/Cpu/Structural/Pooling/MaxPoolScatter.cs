using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// The gradient of maxima, plane by plane: each window adds its gradient where its maximum was. Windows from the last
/// to the first add up in the same order as elements that gather by the places in the window, so the bits are the
/// same.
/// </summary>
internal unsafe struct MaxPoolScatter<T, TPlace> : IJob
    where T : unmanaged, INumberBase<T>
    where TPlace : unmanaged, IBinaryInteger<TPlace>
{
    // Elements of the result that make a block.
    private const long Block = 32768;

    private Planes<T> gradient;
    private Planes<TPlace> places;
    private Planes<T> result;
    private Windows depth, height, width;
    private long* offsets; // from the first place of a window to each
    private long planesPerBlock;

    private readonly long PlaneSize => result.Depth * result.Height * result.Width;

    /// <summary>Computes it where planes lie in one piece each, and there are enough of them.</summary>
    public static bool Run(
        in Planes<T> gradient, in Planes<TPlace> places, in Planes<T> result, Layout layout, in Windows depth,
        in Windows height, in Windows width)
    {
        var shape = layout.Shape;
        var strides = layout.Strides;
        if (result.Count * 4 < WorkerPool.Threads || (shape[4] != 1 && strides[4] != 1) ||
            (shape[3] != 1 && strides[3] != shape[4]) || (shape[2] != 1 && strides[2] != shape[3] * shape[4]))
        {
            return false;
        }

        var isNumber = sizeof(TPlace) == 1;
        var volume = isNumber ? (int)(depth.Kernel * height.Kernel * width.Kernel) : 0;
        var offsets = stackalloc long[volume];
        for (var i = 0; i < volume; i++)
        {
            var (row, k) = (i / width.Kernel, i % width.Kernel);
            offsets[i] = (((row / height.Kernel * depth.Dilation * shape[3]) +
                (row % height.Kernel * height.Dilation)) * shape[4]) + (k * width.Dilation);
        }

        var job = new MaxPoolScatter<T, TPlace>
        {
            gradient = gradient,
            places = places,
            result = result,
            depth = depth,
            height = height,
            width = width,
            offsets = offsets,
        };
        job.planesPerBlock = Math.Max(1, Block / Math.Max(1, job.PlaneSize));
        WorkerPool.Run(
            job, checked((int)((result.Count + job.planesPerBlock - 1) / job.planesPerBlock)),
            (result.Count * job.PlaneSize / 8) + (gradient.Rows * gradient.Width));
        return true;
    }

    public readonly void Invoke(int block)
    {
        var last = Math.Min(result.Count, (block + 1) * planesPerBlock);
        for (var plane = block * planesPerBlock; plane < last; plane++)
        {
            var to = result.Row(plane, 0, 0);
            for (var row = 0L; row < result.Depth * result.Height; row++)
                new Span<T>(to + (row * result.Width), checked((int)result.Width)).Clear();
            for (var d = gradient.Depth - 1; d >= 0; d--)
            {
                for (var h = gradient.Height - 1; h >= 0; h--)
                {
                    var first = (((depth.At(d, 0) * result.Height) + height.At(h, 0)) * result.Width) + width.At(0, 0);
                    Add(gradient.Row(plane, d, h), places.Row(plane, d, h), to, first);
                }
            }
        }
    }

    private readonly void Add(T* from, TPlace* at, T* to, long first)
    {
        var (size, step, across, stride) = (PlaneSize, gradient.Step, places.Step, width.Stride);
        for (var x = gradient.Width - 1; x >= 0; x--)
        {
            var place = long.CreateTruncating(at[x * across]);
            if (sizeof(TPlace) == 1)
                place = first + (x * stride) + offsets[place];

            // Indices have been in a user's hands.
            if ((ulong)place < (ulong)size)
                to[place] += from[x * step];
        }
    }
}
