using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>
/// What the places of a tile read of the input, as the right side of a matrix product: a row for each channel and tap,
/// a column for each place. Only the part that is multiplied next exists.
/// </summary>
/// <remarks>
/// The input's rows that a tile reads are first copied side by side with their padding (the band): converted to the
/// type that is computed in, and with a stride along the row, in as many lanes as the stride, so that places that
/// follow each other read adjacent elements whatever the operand looked like. A row of patches is then made of pieces
/// of the band a vector long.
/// </remarks>
internal unsafe ref struct Patches<T, TReal, TElement, TVector, TSimd>
    where T : unmanaged
    where TReal : unmanaged
    where TElement : struct, IElement<T, TReal>
    where TVector : struct
    where TSimd : struct, ISimd<TReal, TVector>
{
    private readonly ConvolutionPlan* plan;
    private readonly nint laneWidth;
    private readonly nint rowStride;
    private readonly nint bandRows;
    private readonly nint planeStride;
    private readonly nint mostChannels;
    private readonly TReal* band;
    private readonly nint* offsets;
    private readonly Piece* pieces;
    private PatchTile tile;
    private nint pieceCount;

    private struct Piece
    {
        public nint From;
        public nint To;
        public nint Panel;
    }

    /// <summary>Takes its memory from a workspace.</summary>
    /// <param name="plan">The convolution, cut into tiles.</param>
    /// <param name="depth">The most rows that will be packed at a time.</param>
    /// <param name="workspace">Where memory comes from; the caller gives it back.</param>
    public Patches(ConvolutionPlan* plan, nint depth, Workspace workspace)
    {
        this.plan = plan;
        var lanes = plan->W.InStep;
        laneWidth = plan->TileColumns + (plan->W.Span / lanes);
        rowStride = laneWidth * lanes;
        bandRows = (plan->TileRows - 1) * plan->H.InStep + plan->H.Span + 1;
        planeStride = bandRows * rowStride;
        mostChannels = Math.Min(plan->Channels, (depth + plan->Taps - 2) / plan->Taps + 1);
        band = (TReal*)workspace.Take(
            (mostChannels * plan->D.Taps * planeStride + 2 * TSimd.Count) * sizeof(TReal));
        offsets = (nint*)workspace.Take(depth * sizeof(nint));
        var most = plan->TileRows * ((plan->TileColumns + TSimd.Count - 1) / TSimd.Count + 2)
            + plan->TileRows * plan->TileColumns / TSimd.Count + 2;
        pieces = (Piece*)workspace.Take(most * sizeof(Piece));
    }

    /// <summary>Goes to a tile.</summary>
    /// <param name="to">The tile.</param>
    /// <param name="panel">Columns of a panel, whole vectors.</param>
    public void Move(in PatchTile to, nint panel)
    {
        tile = to;
        pieceCount = 0;
        nint place = 0;
        for (nint r = 0; r < tile.Rows; r++)
        {
            var from = r * plan->H.InStep * rowStride;
            for (nint x = 0; x < tile.Columns;)
            {
                var at = place % panel;
                var count = Math.Min(Math.Min(TSimd.Count, tile.Columns - x), panel - at);
                pieces[pieceCount++] = new() { From = from + x, To = at, Panel = place / panel };
                x += count;
                place += count;
            }
        }
    }

    /// <summary>Packs some rows, as panels of columns, each row after row; beyond the last column undefined.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="panel">Columns of a panel.</param>
    /// <param name="to">The panels, with room for a vector behind them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Pack(nint first, nint count, nint panel, TReal* to)
    {
        var taps = plan->Taps;
        var channel = first / taps;
        Stage(channel, (first + count - 1) / taps + 1);
        FindOffsets(first - channel * taps, count);
        for (nint i = 0; i < pieceCount; i++)
        {
            var from = band + pieces[i].From;
            var target = to + (pieces[i].Panel * panel * count + pieces[i].To);
            if (pieces[i].To + TSimd.Count <= panel)
            {
                // What is written beyond the piece is the next one's.
                for (nint k = 0; k < count; k++, target += panel) TSimd.Store(target, TSimd.Load(from + offsets[k]));
            }
            else
            {
                var mask = TSimd.Mask(panel - pieces[i].To);
                for (nint k = 0; k < count; k++, target += panel)
                    TSimd.Store(target, mask, TSimd.Load(from + offsets[k]));
            }
        }
    }

    // Where in the band each row begins.
    private readonly void FindOffsets(nint first, nint count)
    {
        var lanes = plan->W.InStep;
        nint w = first % plan->W.Taps, rest = first / plan->W.Taps;
        nint h = rest % plan->H.Taps;
        rest /= plan->H.Taps;
        nint d = rest % plan->D.Taps, c = rest / plan->D.Taps;
        for (nint k = 0; k < count; k++)
        {
            var column = plan->W.Offset(w);
            offsets[k] = (c * plan->D.Taps + d) * planeStride + plan->H.Offset(h) * rowStride
                + column % lanes * laneWidth + column / lanes;
            if (++w < plan->W.Taps) continue;
            w = 0;
            if (++h < plan->H.Taps) continue;
            h = 0;
            if (++d < plan->D.Taps) continue;
            d = 0;
            c++;
        }
    }

    private readonly void Stage(nint from, nint to)
    {
        var input = (T*)plan->In + tile.Image * plan->InBatch;
        var target = band;
        var rows = (tile.Rows - 1) * plan->H.InStep + plan->H.Span + 1;
        var top = tile.Row * plan->H.InStep + plan->H.Least;
        var left = tile.Column * plan->W.InStep + plan->W.Least;
        for (var c = from; c < to; c++)
        {
            var channel = input + (tile.Group * plan->Channels + c) * plan->InChannel;
            for (nint d = 0; d < plan->D.Taps; d++, target += planeStride)
            {
                var depth = tile.Depth * plan->D.InStep + plan->D.OffsetFirst + d * plan->D.OffsetStep;
                if ((nuint)depth >= (nuint)plan->D.InSize)
                {
                    new Span<TReal>(target, (int)(rows * rowStride)).Clear();
                    continue;
                }
                var plane = channel + depth * plan->InD;
                for (nint r = 0; r < rows; r++)
                {
                    var y = top + r;
                    if ((nuint)y >= (nuint)plan->H.InSize)
                        new Span<TReal>(target + r * rowStride, (int)rowStride).Clear();
                    else Row(plane + y * plan->InH, left, target + r * rowStride);
                }
            }
        }
    }

    // A row with its padding. What is written beyond it is the next one's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Row(T* row, nint left, TReal* to)
    {
        var (step, stride, size) = (plan->W.InStep, plan->InW, plan->W.InSize);
        for (nint lane = 0; lane < step; lane++, to += laneWidth)
        {
            // Elements left + lane + i · step, for i below laneWidth; those from begin to end lie in the input.
            var start = left + lane;
            var begin = start >= 0 ? 0 : Math.Min(laneWidth, (-start + step - 1) / step);
            var end = start >= size ? 0 : Math.Min(laneWidth, (size - start + step - 1) / step);
            end = Math.Max(begin, end);
            nint i = 0;
            for (; i < begin; i++) to[i] = default;
            var from = row + (start + i * step) * stride;
            if (typeof(T) == typeof(TReal) && step * stride == 1)
            {
                for (; i + TSimd.Count <= end; i += TSimd.Count, from += TSimd.Count)
                    TSimd.Store(to + i, TSimd.Load((TReal*)from));
                // The last vector brings zeros along.
                if (i < end) TSimd.Store(to + i, TSimd.Load((TReal*)from, TSimd.Mask(end - i)));
            }
            else
            {
                for (; i < end; i++, from += step * stride) to[i] = TElement.Load(*from);
            }
            for (i = end; i < laneWidth; i++) to[i] = default;
        }
    }
}
