// Where the i-th of the elements of planes of this depth, height and width lies: its place in the plane, x, y, z, and
// the plane's number, w.
FUNCTION int4 place_of(int i, int depth, int height, int width)
{
    int row = i / width;
    int layer = row / height;
    int plane = layer / depth;
    return INT4(i - row * width, row - layer * height, layer - plane * depth, plane);
}

// Of an array [N, channels, D, H, W], by the layout of this name.
#define PLACE_IN(array, i) place_of(i, SIZE(array, 2), SIZE(array, 3), SIZE(array, 4))

// Where plane w of one with so many channels begins in an array of the same.
#define PLANE_OF(array, w, channels) \
    ((w) / (channels) * STRIDE(array, 0) + (w) % (channels) * STRIDE(array, 1))
