namespace KernelEngine;

/// <content>More or fewer elements in the place of those that are there; channels and places exchanged.</content>
public partial class Tensor
{
    /// <summary>
    /// Resampled to other sizes, which are given, or computed of factors. As
    /// <c>torch.nn.functional.interpolate</c>.
    /// </summary>
    /// <param name="size">The new sizes of the dimensions behind the first two: one for all, or one for each.</param>
    /// <param name="scaleFactor">Factors instead of sizes: one for all, or one for each.</param>
    /// <param name="mode">
    /// <c>nearest</c>, <c>nearest-exact</c>, <c>linear</c> (of 3 dimensions), <c>bilinear</c> and <c>bicubic</c> (4),
    /// <c>trilinear</c> (5) or <c>area</c>.
    /// </param>
    /// <param name="alignCorners">Whether the outermost elements stay where they are; for the linear modes and
    /// bicubic.</param>
    /// <param name="recomputeScaleFactor">Whether only the sizes computed of the factors count.</param>
    /// <param name="antialias">Whether filters are widened where there is less than before; bilinear and bicubic.
    /// </param>
    /// <exception cref="TensorException">
    /// Sizes and factors do not go with the tensor or each other, or the mode not with its dimensions or dtype.
    /// </exception>
    public Tensor Interpolate(
        Shape size = default, ReadOnlySpan<double> scaleFactor = default, string mode = "nearest",
        bool? alignCorners = null, bool? recomputeScaleFactor = null, bool antialias = false)
    {
        if (mode is "nearest" or "area" or "nearest-exact" && alignCorners is not null)
        {
            throw new TensorValueException(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | " +
                "trilinear");
        }

        var spatial = Math.Max(0, Rank - 2);
        if (size.Rank > 0 && scaleFactor.Length > 0)
            throw new TensorValueException("only one of size or scale_factor should be defined");
        if (size.Rank == 0 && scaleFactor.Length == 0)
            throw new TensorValueException("either size or scale_factor should be defined");
        if (size.Rank > 1 && size.Rank != spatial)
        {
            throw new TensorValueException(
                "Input and output must have the same number of spatial dimensions, but got input with spatial " +
                $"dimensions of {new Shape(Shape.ToArray()[Math.Min(2, Rank)..]).ToListText()} and output size of " +
                $"{size.ToListText()}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size " +
                "in (o1, o2, ...,oK) format.");
        }

        if (scaleFactor.Length > 1 && scaleFactor.Length != spatial)
        {
            throw new TensorValueException(
                "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial " +
                $"dimensions of {new Shape(Shape.ToArray()[Math.Min(2, Rank)..]).ToListText()} and scale_factor of " +
                $"shape {Interpolation.ListText(scaleFactor)}. Please provide input tensor in (N, C, d1, d2, " +
                "...,dK) format and scale_factor in (s1, s2, ...,sK) format.");
        }

        if (recomputeScaleFactor == true && size.Rank > 0)
            throw new TensorValueException("recompute_scale_factor is not meaningful with an explicit size.");
        var sizes = new long[spatial];
        var scales = scaleFactor.Length == 0 ? null : new double[spatial];
        for (var i = 0; i < spatial; i++)
        {
            if (scales is null)
                sizes[i] = size[size.Rank == 1 ? 0 : i];
            else
            {
                scales[i] = scaleFactor[scaleFactor.Length == 1 ? 0 : i];
                sizes[i] = (long)Math.Floor(Shape[i + 2] * scales[i]);
            }
        }

        if (antialias && !(mode is "bilinear" or "bicubic" && Rank == 4))
            throw new TensorValueException("Anti-alias option is only supported for bilinear and bicubic modes");
        Interpolation.CheckMode(mode, Rank);
        return Interpolation.Apply(
            this, sizes, recomputeScaleFactor == true ? null : scales, mode, alignCorners == true, antialias);
    }

    /// <summary>
    /// [*, C r², H, W] as [*, C, H r, W r]: channels become places. As <c>torch.pixel_shuffle</c>.
    /// </summary>
    /// <param name="upscaleFactor">r.</param>
    /// <exception cref="TensorRuntimeException">The channels cannot be divided so.</exception>
    public Tensor PixelShuffle(long upscaleFactor)
    {
        var r = upscaleFactor;
        if (Rank < 3)
        {
            throw new TensorRuntimeException(
                $"pixel_shuffle expects input to have at least 3 dimensions, but got input with {Rank} dimension(s)");
        }

        if (r <= 0)
            throw new TensorRuntimeException($"pixel_shuffle expects a positive upscale_factor, but got {r}");
        var (c, h, w) = (Shape[Rank - 3], Shape[Rank - 2], Shape[Rank - 1]);
        if (c % r != 0 || c / r % r != 0)
        {
            throw new TensorRuntimeException(
                "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of " +
                $"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}");
        }

        Shape own = Shape;
        long[] lead = Shape.AsSpan()[..^3].ToArray();
        var n = lead.Length;
        return Arranged("PixelShuffleBackward0", () => Detach()
            .Reshape([.. lead, c / r / r, r, r, h, w])
            .Permute([.. Enumerable.Range(0, n + 1), n + 3, n + 1, n + 4, n + 2])
            .Reshape([.. lead, c / r / r, h * r, w * r]), g => g.PixelUnshuffle(r).Reshape(own));
    }

    /// <summary>
    /// [*, C, H r, W r] as [*, C r², H, W]: places become channels. As <c>torch.pixel_unshuffle</c>.
    /// </summary>
    /// <param name="downscaleFactor">r.</param>
    /// <exception cref="TensorRuntimeException">Height or width cannot be divided so.</exception>
    public Tensor PixelUnshuffle(long downscaleFactor)
    {
        var r = downscaleFactor;
        if (Rank < 3)
        {
            throw new TensorRuntimeException(
                $"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {Rank} " +
                "dimension(s)");
        }

        if (r <= 0)
            throw new TensorRuntimeException($"pixel_unshuffle expects a positive downscale_factor, but got {r}");
        var (c, h, w) = (Shape[Rank - 3], Shape[Rank - 2], Shape[Rank - 1]);
        if (h % r != 0 || w % r != 0)
        {
            throw new TensorRuntimeException(
                $"pixel_unshuffle expects {(h % r != 0 ? "height" : "width")} to be divisible by downscale_factor, " +
                $"but input.size({(h % r != 0 ? -2 : -1)})={(h % r != 0 ? h : w)} is not divisible by {r}");
        }

        Shape own = Shape;
        long[] lead = Shape.AsSpan()[..^3].ToArray();
        var n = lead.Length;
        return Arranged("PixelUnshuffleBackward0", () => Detach()
            .Reshape([.. lead, c, h / r, r, w / r, r])
            .Permute([.. Enumerable.Range(0, n + 1), n + 2, n + 4, n + 1, n + 3])
            .Reshape([.. lead, c * r * r, h / r, w / r]), g => g.PixelShuffle(r).Reshape(own));
    }

    /// <summary>
    /// The channels of groups interleaved: those of place 0 of each group, those of place 1, and so on. As
    /// <c>torch.channel_shuffle</c>.
    /// </summary>
    /// <param name="groups">How many groups the channels, dimension 1, are divided into.</param>
    /// <exception cref="TensorRuntimeException">They cannot be divided so.</exception>
    public Tensor ChannelShuffle(long groups)
    {
        if (Rank <= 2)
        {
            throw new TensorRuntimeException(
                $"channel_shuffle expects input with > 2 dims, but got input with sizes {Shape.ToListText()}");
        }

        if (groups <= 0)
        {
            throw new TensorRuntimeException(
                $"Number of groups to divide channels in must be positive. Value of groups:{groups}");
        }

        var c = Shape[1];
        if (c % groups != 0)
        {
            throw new TensorRuntimeException(
                $"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.");
        }

        long[] rest = Shape.AsSpan()[2..].ToArray();
        return Arranged("NativeChannelShuffleBackward0", () => Detach()
            .Reshape([Shape[0], groups, c / groups, .. rest]).Transpose(1, 2)
            .Reshape([Shape[0], c, .. rest]), g => g.ChannelShuffle(c == 0 ? 1 : c / groups));
    }
}
