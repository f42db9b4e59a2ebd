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
    private readonly TReal* band;
    private readonly nint* offsets;
    private readonly nint* columns;
    private readonly BandPiece* pieces;
    private PatchTile tile;
    private nint pieceCount;

    /// <summary>Takes its memory from a workspace.</summary>
    /// <param name="plan">The convolution, cut into tiles.</param>
    /// <param name="depth">The most rows that will be packed at a time.</param>
    /// <param name="workspace">Where memory comes from; the caller gives it back.</param>
    public Patches(ConvolutionPlan* plan, nint depth, Workspace workspace)
    {
        this.plan = plan;
        var lanes = plan->W.InStep;
        laneWidth = plan->TileColumns + (plan->W.Span / lanes);
        rowStride = checked(laneWidth * lanes);
        bandRows = (plan->TileRows - 1) * plan->H.InStep + plan->H.Span + 1;
        planeStride = checked(bandRows * rowStride);
        var mostChannels = Math.Min(plan->Channels, (depth + plan->Taps - 2) / plan->Taps + 1);
        band = (TReal*)workspace.Take(checked(
            (mostChannels * plan->D.Taps * planeStride + 2 * TSimd.Count) * sizeof(TReal)));
        offsets = (nint*)workspace.Take(depth * sizeof(nint));
        columns = (nint*)workspace.Take(plan->W.Taps * sizeof(nint));
        for (nint w = 0; w < plan->W.Taps; w++)
        {
            var (index, lane) = Math.DivRem(plan->W.Offset(w), lanes);
            columns[w] = lane * laneWidth + index;
        }
        var most = plan->TileRows * ((plan->TileColumns + TSimd.Count - 1) / TSimd.Count + 2)
            + plan->TileRows * plan->TileColumns / TSimd.Count + 2;
        pieces = (BandPiece*)workspace.Take(most * sizeof(BandPiece));
    }

    /// <summary>The band: what was staged last.</summary>
    public readonly TReal* Band => band;

    /// <summary>Where in the band each row begins that was staged last.</summary>
    public readonly nint* Offsets => offsets;

    /// <summary>The tile's places, a vector or less at a time.</summary>
    public readonly BandPiece* Pieces => pieces;

    /// <summary>How many pieces there are.</summary>
    public readonly nint PieceCount => pieceCount;

    /// <summary>From one row of places to the next in the band.</summary>
    public readonly nint RowStep => plan->H.InStep * rowStride;

    /// <summary>Goes to a tile whose rows are to be packed.</summary>
    /// <param name="to">The tile.</param>
    /// <param name="panel">Columns of a panel, whole vectors.</param>
    public void Move(in PatchTile to, nint panel)
    {
        tile = to;
        pieceCount = 0;
        nint place = 0;
        for (nint r = 0; r < tile.Rows; r++)
        {
            for (nint x = 0; x < tile.Columns;)
            {
                var count = Math.Min(Math.Min(TSimd.Count, tile.Columns - x), panel - place % panel);
                pieces[pieceCount++] = new() { From = r * RowStep + x, To = place, Count = count };
                x += count;
                place += count;
            }
        }
    }

    /// <summary>Goes to a tile whose rows are to be read from the band.</summary>
    /// <param name="to">The tile.</param>
    /// <param name="row">Elements of the result from one row of places to the next.</param>
    public void MoveInBand(in PatchTile to, nint row)
    {
        tile = to;
        pieceCount = 0;
        for (nint r = 0; r < tile.Rows; r++)
        {
            for (nint x = 0; x < tile.Columns; x += TSimd.Count)
            {
                pieces[pieceCount++] = new()
                {
                    From = r * RowStep + x,
                    To = r * row + x,
                    Count = Math.Min(TSimd.Count, tile.Columns - x),
                };
            }
        }
    }

    /// <summary>Makes the band of some rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    public readonly void Stage(nint first, nint count)
    {
        var taps = plan->Taps;
        var channel = first / taps;
        FillBand(channel, (first + count - 1) / taps + 1);
        FindOffsets(first - channel * taps, count);
    }

    /// <summary>
    /// Packs the rows that were staged, as panels of columns, each row after row; beyond the last column undefined.
    /// </summary>
    /// <param name="count">How many rows.</param>
    /// <param name="panel">Columns of a panel.</param>
    /// <param name="to">The panels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Pack(nint count, nint panel, TReal* to)
    {
        for (nint i = 0; i < pieceCount; i++)
        {
            var from = band + pieces[i].From;
            var at = pieces[i].To % panel;
            var target = to + (pieces[i].To / panel * panel * count + at);
            if (at + TSimd.Count <= panel)
            {
                // What is written beyond the piece is the next one's.
                for (nint k = 0; k < count; k++, target += panel) TSimd.Store(target, TSimd.Load(from + offsets[k]));
            }
            else
            {
                var mask = TSimd.Mask(panel - at);
                for (nint k = 0; k < count; k++, target += panel)
                    TSimd.Store(target, mask, TSimd.Load(from + offsets[k]));
            }
        }
    }

    // Where in the band each row begins.
    private readonly void FindOffsets(nint first, nint count)
    {
        nint w = first % plan->W.Taps, rest = first / plan->W.Taps;
        nint h = rest % plan->H.Taps, plane = rest / plan->H.Taps;
        var end = offsets + count;
        for (var to = offsets; to < end; plane++)
        {
            for (; to < end && h < plan->H.Taps; h++)
            {
                var start = plane * planeStride + plan->H.Offset(h) * rowStride;
                for (; to < end && w < plan->W.Taps; w++) *to++ = start + columns[w];
                w = 0;
            }
            h = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FillBand(nint from, nint to)
    {
        var input = (T*)plan->In + tile.Image * plan->InBatch;
        var target = band;
        var rows = (tile.Rows - 1) * plan->H.InStep + plan->H.Span + 1;
        var top = tile.Row * plan->H.InStep + plan->H.Least;
        var left = tile.Column * plan->W.InStep + plan->W.Least;
        var isDense = typeof(T) == typeof(TReal) && plan->W.InStep * plan->InW == 1;
        var begin = Math.Clamp(-left, 0, laneWidth);
        var end = Math.Clamp(plan->W.InSize - left, begin, laneWidth);
        var (whole, rest) = Math.DivRem(end - begin, TSimd.Count);
        var mask = TSimd.Mask(rest);
        for (var c = from; c < to; c++)
        {
            var channel = input + (tile.Group * plan->Channels + c) * plan->InChannel;
            for (nint d = 0; d < plan->D.Taps; d++, target += planeStride)
            {
                var depth = tile.Depth * plan->D.InStep + plan->D.OffsetFirst + d * plan->D.OffsetStep;
                var plane = (nuint)depth < (nuint)plan->D.InSize ? channel + depth * plan->InD : null;
                var row = target;
                for (nint r = 0; r < rows; r++, row += rowStride)
                {
                    // What is written beyond a row is the next one's.
                    var y = top + r;
                    nint i = 0;
                    if (plane == null || (nuint)y >= (nuint)plan->H.InSize)
                    {
                        for (; i < rowStride; i += TSimd.Count) TSimd.Store(row + i, default);
                    }
                    else if (isDense)
                    {
                        for (; i < begin; i += TSimd.Count) TSimd.Store(row + i, default);
                        var source = (TReal*)(plane + (y * plan->InH + left)) + begin;
                        i = begin;
                        for (var n = whole; n > 0; n--, i += TSimd.Count, source += TSimd.Count)
                            TSimd.Store(row + i, TSimd.Load(source));
                        if (rest > 0)
                        {
                            // The last vector brings zeros along.
                            TSimd.Store(row + i, TSimd.Load(source, mask));
                            i += TSimd.Count;
                        }
                        for (; i < laneWidth; i += TSimd.Count) TSimd.Store(row + i, default);
                    }
                    else
                    {
                        Row(plane + y * plan->InH, left, row);
                    }
                }
            }
        }
    }

    // A row with its padding, in lanes.
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
            for (; i < end; i++, from += step * stride) to[i] = TElement.Load(*from);
            for (; i < laneWidth; i++) to[i] = default;
        }
    }
}
