/* The sRGB profile of an output intent: the primaries of IEC 61966-2-1 adapted to D50, and its curve by its
 * five numbers, all as ICC's fixed-point numbers (16.16). */
#include "report/forms/pdf_archive.h"

#include <string.h>

enum { HEADER = 128, TAGS = 10, DATA = HEADER + 4 + 12 * TAGS, TEXT_SIZE = 40, XYZ_SIZE = 20 };
enum { CHAD_SIZE = 44, CURVE_SIZE = 32 };

static void put(struct buffer *o, uint32_t v)
{
    const uint8_t bytes[] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    buffer_append(o, bytes, sizeof bytes);
}

static void put_all(struct buffer *o, const uint32_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(o, values[i]);
}

static void sign(struct buffer *o, const char name[5])
{
    buffer_append(o, name, 4);
}

static void header(struct buffer *o, uint32_t size)
{
    static const uint32_t white[] = {0x0000f6d6, 0x00010000, 0x0000d32d};
    static const uint32_t made[] = {0x07ea0001, 0x00010000, 0x00000000}; /* 2026-01-01, whichever day it is */
    static const uint32_t nothing[11] = {0};
    put(o, size);
    put(o, 0);
    put(o, 0x04200000);
    sign(o, "mntr");
    sign(o, "RGB ");
    sign(o, "XYZ ");
    put_all(o, made, 3);
    sign(o, "acsp");
    put_all(o, nothing, 7); /* platform, flags, maker, model, attributes, intent */
    put_all(o, white, 3);
    put_all(o, nothing, 11); /* maker, number, reserved */
    put_all(o, nothing, 1);
}

/* "sRGB" or "CC0 " as text in one language. */
static void text(struct buffer *o, const char word[5])
{
    sign(o, "mluc");
    put(o, 0);
    put(o, 1);
    put(o, 12);
    sign(o, "enUS");
    put(o, 8);
    put(o, 28);
    for (int i = 0; i < 4; i++) {
        buffer_append_char(o, '\0');
        buffer_append_char(o, word[i]);
    }
    put(o, 0);
}

static void xyz(struct buffer *o, uint32_t x, uint32_t y, uint32_t z)
{
    sign(o, "XYZ ");
    put_all(o, (const uint32_t[]){0, x, y, z}, 4);
}

static void tags(struct buffer *o)
{
    static const struct {
        const char *name;
        uint32_t at, size;
    } table[TAGS] = {{"desc", 0, TEXT_SIZE},
                     {"cprt", TEXT_SIZE, TEXT_SIZE},
                     {"wtpt", 2 * TEXT_SIZE, XYZ_SIZE},
                     {"rXYZ", 2 * TEXT_SIZE + XYZ_SIZE, XYZ_SIZE},
                     {"gXYZ", 2 * TEXT_SIZE + 2 * XYZ_SIZE, XYZ_SIZE},
                     {"bXYZ", 2 * TEXT_SIZE + 3 * XYZ_SIZE, XYZ_SIZE},
                     {"chad", 2 * TEXT_SIZE + 4 * XYZ_SIZE, CHAD_SIZE},
                     {"rTRC", 2 * TEXT_SIZE + 4 * XYZ_SIZE + CHAD_SIZE, CURVE_SIZE},
                     {"gTRC", 2 * TEXT_SIZE + 4 * XYZ_SIZE + CHAD_SIZE, CURVE_SIZE},
                     {"bTRC", 2 * TEXT_SIZE + 4 * XYZ_SIZE + CHAD_SIZE, CURVE_SIZE}};
    put(o, TAGS);
    for (int i = 0; i < TAGS; i++) {
        sign(o, table[i].name);
        put(o, DATA + table[i].at);
        put(o, table[i].size);
    }
}

void pdf_srgb_profile(struct buffer *out)
{
    static const uint32_t chad[] = {0,          0x00010c42, 0x000005de, 0xfffff325, 0x00000793,
                                    0x0000fd90, 0xfffffba1, 0xfffffda2, 0x000003dc, 0x0000c06e};
    static const uint32_t curve[] = {0,          0x00030000, 0x00026666, 0x0000f2a7,
                                     0x00000d59, 0x000013d0, 0x00000a5b};
    header(out, DATA + 2 * TEXT_SIZE + 4 * XYZ_SIZE + CHAD_SIZE + CURVE_SIZE);
    tags(out);
    text(out, "sRGB");
    text(out, "CC0 ");
    xyz(out, 0x0000f6d6, 0x00010000, 0x0000d32d);
    xyz(out, 0x00006fa2, 0x000038f5, 0x00000390);
    xyz(out, 0x00006299, 0x0000b785, 0x000018da);
    xyz(out, 0x000024a0, 0x00000f84, 0x0000b6cf);
    sign(out, "sf32");
    put_all(out, chad, 10);
    sign(out, "para");
    put_all(out, curve, 7);
}
