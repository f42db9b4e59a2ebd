// Draws a rectangle of the window: a heat map or a histogram's bars, with the canvas over it. A thread draws every 32nd
// pixel of a row, so that it takes what the row has in common once.
//
// What every pixel takes is read through texel buffers: processors that stand in for GPUs (llvmpipe) do so for many
// pixels at once, and read by address one after the other.
#version 460
#extension GL_EXT_buffer_reference : require

// A map alone is one over which the canvas is transparent.
const uint MAP = 0, MAP_ALONE = 1, BARS = 2;
layout(constant_id = 0) const uint KIND = MAP;

const int WIDTH = 32;
layout(local_size_x = WIDTH, local_size_y = 8) in;

layout(binding = 0) uniform samplerBuffer values;        // the elements
layout(binding = 1) uniform isamplerBuffer tables;       // for each column and row, and the colours
layout(binding = 2) uniform usamplerBuffer canvas;       // the window, premultiplied, in the order of the screen
layout(binding = 3, r32ui) uniform writeonly uimageBuffer screen;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Words { uint at[]; };

layout(push_constant, std430) uniform Parameters
{
    ivec4 bounds;        // x, y, width, and how many rows are drawn
    Words heights;       // how high each bar is
    int pitch;           // pixels from one row of the window to the next
    int columns;         // where tables have for each column: what it adds to the element, -1 for a gap; or its bar
    int rows;            // where they have for each row: what it adds, or the least height of a bar that reaches it;
                         // how many columns of it are no gap; and which it is
    int colors;          // where they have the colours of a map
    int start;           // where the elements begin
    int channelStride;   // elements from red to green to blue; 0 where an element is a value
    int redShift;        // where red is in a pixel: 0, or 16 where blue comes first
    float inverseScale;
    uint back;           // the colour of gaps, or behind bars
    uint bar;            // the colour of bars
};

const uint OPAQUE = 0xFF000000u, NOT_A_NUMBER = 0xFFFF00FFu;

bool isNotANumber(float value)
{
    return (floatBitsToUint(value) & 0x7FFFFFFFu) > 0x7F800000u;
}

// ColorMap.IndexOf
uint indexOf(float value)
{
    float scaled = value * inverseScale;
    return isNotANumber(scaled) ? 0 : min(uint(clamp(scaled, -1.0, 1.0) * 127.5 + 128.0), 255u);
}

// HeatMap.ColorAt
uint mapColor(int x, int row, int columnCount)
{
    int column = texelFetch(tables, columns + x).x;
    if (column < 0 || x >= columnCount)
        return back;
    int element = row + column;
    float red = texelFetch(values, element).x;
    if (channelStride == 0)
        return isNotANumber(red) ? NOT_A_NUMBER : uint(texelFetch(tables, colors + int(indexOf(red))).x);
    float green = texelFetch(values, element + channelStride).x;
    float blue = texelFetch(values, element + 2 * channelStride).x;
    return isNotANumber(red) || isNotANumber(green) || isNotANumber(blue)
        ? NOT_A_NUMBER
        : OPAQUE | indexOf(red) << redShift | indexOf(green) << 8 | indexOf(blue) << (16 - redShift);
}

uint barColor(int x, uint least)
{
    return heights.at[texelFetch(tables, columns + x).x] >= least ? bar : back;
}

// A premultiplied colour over an opaque one, each channel rounded exactly.
uint over(uint above, uint below)
{
    uint rest = 255u - (above >> 24);
    // Two channels at once, 16 bits each: t = c * rest + 128, then (t + t / 256) / 256.
    uint even = (below & 0x00FF00FFu) * rest + 0x00800080u;
    uint odd = (below >> 8 & 0x00FF00FFu) * rest + 0x00800080u;
    even = (even + (even >> 8 & 0x00FF00FFu)) >> 8 & 0x00FF00FFu;
    odd = (odd + (odd >> 8 & 0x00FF00FFu)) & 0xFF00FF00u;
    return above + (even | odd);
}

void main()
{
    if (gl_GlobalInvocationID.y >= bounds.w)
        return;
    int at = rows + 3 * int(gl_GlobalInvocationID.y);
    int row = texelFetch(tables, at).x, columnCount = texelFetch(tables, at + 1).x;
    int pixel = (bounds.y + texelFetch(tables, at + 2).x) * pitch + bounds.x;
    for (int x = int(gl_LocalInvocationID.x); x < bounds.z; x += WIDTH)
    {
        uint color = KIND == BARS ? barColor(x, uint(row)) : mapColor(x, start + row, columnCount);
        if (KIND != MAP_ALONE)
            color = over(texelFetch(canvas, pixel + x).x, color | OPAQUE);
        imageStore(screen, pixel + x, uvec4(color));
    }
}
