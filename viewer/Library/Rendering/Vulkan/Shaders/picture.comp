// Draws a rectangle of the window: what lies below, with the canvas over it. A thread is a pixel.
#version 460
#extension GL_EXT_buffer_reference : require

// What lies below: nothing (black), a heat map, or a histogram's bars.
const uint NOTHING = 0, MAP = 1, BARS = 2;
layout(constant_id = 0) const uint BELOW = NOTHING;

layout(local_size_x = 64, local_size_y = 4) in;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Pixels { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Values { float at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Places { ivec2 at[]; };

layout(push_constant, std430) uniform Parameters
{
    Words canvas;        // the window: red, green, blue and alpha, premultiplied
    Pixels screen;       // the window as it is shown
    uvec4 bounds;        // x, y, width, height
    uint pitch;          // pixels from one row of the window to the next
    uint isBlueFirst;    // how the screen wants it
    uint back;           // the colour of gaps, or behind bars
    uint bar;            // the colour of bars
    Places places;       // for each column, then for each row: what it adds to the tile and to the element, -1: a gap;
                         // or the bar of each column, then how high a bar must be to reach each row
    Values values;       // the elements
    Words colors;        // a colour map; or how high each bar is
    int tiles;           // how many tiles there are
    int channelStride;   // elements from red to green to blue; 0 where an element is a value
    float inverseScale;
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
uint mapColor(uvec2 at)
{
    ivec2 column = places.at[at.x], row = places.at[bounds.z + at.y];
    if (column.y < 0 || row.y < 0 || column.x + row.x >= tiles)
        return back;
    int element = column.y + row.y;
    float red = values.at[element];
    if (channelStride == 0)
        return isNotANumber(red) ? NOT_A_NUMBER : colors.at[indexOf(red)];
    float green = values.at[element + channelStride], blue = values.at[element + 2 * channelStride];
    return isNotANumber(red) || isNotANumber(green) || isNotANumber(blue)
        ? NOT_A_NUMBER
        : OPAQUE | indexOf(red) | indexOf(green) << 8 | indexOf(blue) << 16;
}

uint barColor(uvec2 at)
{
    uint height = colors.at[places.at[at.x].x];
    return height >= uint(places.at[bounds.z + at.y].x) ? bar : back;
}

// A premultiplied colour over an opaque one, each channel rounded exactly.
uint over(uint above, uint below)
{
    uint rest = 255u - (above >> 24);
    if (rest == 0u)
        return above;
    // Two channels at once, 16 bits each: t = c * rest + 128, then (t + t / 256) / 256.
    uint even = (below & 0x00FF00FFu) * rest + 0x00800080u;
    uint odd = (below >> 8 & 0x00FF00FFu) * rest + 0x00800080u;
    even = (even + (even >> 8 & 0x00FF00FFu)) >> 8 & 0x00FF00FFu;
    odd = (odd + (odd >> 8 & 0x00FF00FFu)) & 0xFF00FF00u;
    return above + (even | odd);
}

void main()
{
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= bounds.z || at.y >= bounds.w)
        return;
    uint pixel = (bounds.y + at.y) * pitch + bounds.x + at.x;
    uint below = BELOW == MAP ? mapColor(at) : BELOW == BARS ? barColor(at) : OPAQUE;
    uint color = over(canvas.at[pixel], below | OPAQUE);
    if (isBlueFirst != 0u)
        color = color & 0xFF00FF00u | (color & 0xFFu) << 16 | color >> 16 & 0xFFu;
    screen.at[pixel] = color;
}
