// Windows of a plane, along one of its dimensions.

// The first place of a window that lies in the plane, and the one behind the last: windows may be far larger.
FUNCTION int first_inside(int start, int dilation)
{
    return start < 0 ? (dilation - 1 - start) / dilation : 0;
}

FUNCTION int end_inside(int start, int dilation, int extent, int size)
{
    int end = start < size ? (size - 1 - start) / dilation + 1 : 0;
    return end < extent ? end : extent;
}

// The first place in its windows that an element can have, and the one behind the last: the others would be those of
// windows that there are not. "at" is its distance from the first window's beginning.
FUNCTION int first_among(int at, int stride, int dilation, int windows)
{
    int far = at - (windows - 1) * stride;
    return far > 0 ? (far + dilation - 1) / dilation : 0;
}

FUNCTION int end_among(int at, int dilation, int extent)
{
    int end = at / dilation + 1;
    return end < extent ? end : extent;
}

// How many elements a mean is taken of, with the padding or without.
FUNCTION int elements(int start, int size, int extent, int padding, int includes)
{
    int last = start + extent;
    int end = size + padding;
    last = last < end ? last : end;
    int whole = last - start;
    int first = start < 0 ? 0 : start;
    last = last < size ? last : size;
    return includes != 0 ? whole : last - first;
}
