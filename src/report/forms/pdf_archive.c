#include "report/forms/pdf_archive.h"

#include "base/sha256.h"
#include "formats/html.h"
#include "report/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The objects that are added, numbered from the size of the file's table on. */
enum { METADATA = 0, PROFILE, ATTACHMENT, FILE_ROW, ADDED };
enum { CATALOG = ADDED, INFO, OBJECTS };

struct archive {
    struct buffer *out;
    size_t from;
    const struct form_input *in;
    long long size, root, info, xref; /* of Cairo's trailer */
    const char *catalog;              /* what stands in the catalog, without its brackets */
    size_t offsets[OBJECTS];
    char date[24]; /* "2026-01-31T00:00:00Z" */
};

static enum status fail(const char *what, struct error *e)
{
    error_zh(e, "Cairo 写出的 PDF 与预期不符（%s），没有写出报告；请报告所用的 libcairo 版本。", what);
    return error_fail(e, STATUS_INTERNAL, "pdf-form",
                      "The PDF that Cairo wrote is not as expected (%s), and no report was written; please "
                      "report the version of libcairo.",
                      what);
}

/* ---- Cairo's file ---- */

static bool number_behind(const char *text, const char *key, long long *out)
{
    const char *at = strstr(text, key);
    char *end;
    if (!at)
        return false;
    *out = strtoll(at + strlen(key), &end, 10);
    return end > at + strlen(key) && *out > 0;
}

/* The last trailer, in the arena: the bytes before it may have NULs. */
static bool read_trailer(struct archive *a)
{
    const char *file = a->out->data + a->from;
    size_t n = a->out->size - a->from, tail = n < 2000 ? n : 2000;
    const char *end = arena_strndup(a->in->arena, file + n - tail, tail), *trailer = NULL;
    for (const char *at = end ? end + tail : end; end && at-- > end && !trailer;)
        if (strncmp(at, "trailer", 7) == 0)
            trailer = at;
    return trailer && number_behind(trailer, "/Size ", &a->size) &&
           number_behind(trailer, "/Root ", &a->root) && number_behind(trailer, "/Info ", &a->info) &&
           number_behind(trailer, "startxref\n", &a->xref) && a->xref < (long long)n && a->root < a->size &&
           a->info < a->size;
}

/* Where the object stands, by the table of the file: rows of 20 bytes behind "xref\n0 SIZE\n". */
static const char *object_at(const struct archive *a, long long number)
{
    const char *file = a->out->data + a->from, *table = file + a->xref;
    char head[40];
    int n = snprintf(head, sizeof head, "xref\n0 %lld\n", a->size);
    size_t need = (size_t)a->xref + (size_t)n + 20 * (size_t)a->size;
    if (need > a->out->size - a->from || strncmp(table, head, (size_t)n) != 0)
        return NULL;
    long long at = strtoll(table + n + 20 * number, NULL, 10);
    return at > 0 && at < a->xref ? file + at : NULL;
}

static enum status read_catalog(struct archive *a, struct error *e)
{
    const char *at = object_at(a, a->root), *limit = a->out->data + a->from + a->xref;
    const char *open = at ? memmem(at, (size_t)(limit - at), "<<", 2) : NULL;
    const char *end = open ? memmem(open, (size_t)(limit - open), "endobj", 6) : NULL;
    while (end && end > open && end[-1] != '>')
        end--;
    if (!end || end - open < 4)
        return fail("catalog", e);
    a->catalog = arena_strndup(a->in->arena, open + 2, (size_t)(end - open) - 4);
    if (!a->catalog)
        return error_no_memory(e);
    return strstr(a->catalog, "/Names") || strstr(a->catalog, "/Metadata") || !strstr(a->catalog, "/Pages")
               ? fail("catalog", e)
               : STATUS_OK;
}

/* ---- what is added ---- */

static long long number_of(const struct archive *a, int which)
{
    return which == CATALOG ? a->root : which == INFO ? a->info : a->size + which;
}

static void begin(struct archive *a, int which)
{
    a->offsets[which] = a->out->size - a->from;
    buffer_printf(a->out, "%lld 0 obj\n", number_of(a, which));
}

static void stream(struct archive *a, int which, const char *entries, const struct buffer *bytes)
{
    begin(a, which);
    buffer_printf(a->out, "<< %s /Length %zu >>\nstream\n", entries, bytes->size);
    buffer_append(a->out, bytes->data, bytes->size);
    buffer_append_str(a->out, "\nendstream\nendobj\n");
    buffer_carry(a->out, bytes);
}

static void metadata(struct archive *a)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_append_str(&b,
                      "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                      "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
                      "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
                      "<pdfaid:part>3</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>\n"
                      "<dc:format>application/pdf</dc:format>\n"
                      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    html_text(&b, a->in->blocks->title);
    buffer_append_str(&b, "</rdf:li></rdf:Alt></dc:title>\n");
    if (a->in->proof) {
        buffer_append_str(&b, "<dc:identifier>");
        html_text(&b, a->in->proof->number);
        buffer_append_str(&b, "</dc:identifier>\n");
    }
    buffer_printf(&b,
                  "<xmp:CreatorTool>hongxian %s</xmp:CreatorTool>\n<xmp:CreateDate>%s</xmp:CreateDate>\n"
                  "<pdf:Producer>hongxian %s, Cairo</pdf:Producer>\n</rdf:Description>\n</rdf:RDF>\n"
                  "</x:xmpmeta>\n<?xpacket end=\"r\"?>",
                  report_engine_version(), a->date, report_engine_version());
    stream(a, METADATA, "/Type /Metadata /Subtype /XML", &b);
    buffer_release(&b);
}

static void profile(struct archive *a)
{
    struct buffer b;
    buffer_init(&b, 0);
    pdf_srgb_profile(&b);
    stream(a, PROFILE, "/N 3 /Alternate /DeviceRGB", &b);
    buffer_release(&b);
}

/* D:20260131000000Z */
static void date_text(const struct archive *a, char out[24])
{
    snprintf(out, 24, "D:%.4s%.2s%.2s000000Z", a->date, a->date + 5, a->date + 8);
}

static enum status attachment(struct archive *a, struct error *e)
{
    const struct report_proof *p = a->in->proof;
    char entries[200], day[24];
    uLongf n = compressBound(p->json_size);
    char *bytes = malloc(n);
    if (!bytes || compress2((Bytef *)bytes, &n, (const Bytef *)p->json, p->json_size, 6) != Z_OK) {
        free(bytes);
        return error_no_memory(e);
    }
    date_text(a, day);
    snprintf(entries, sizeof entries,
             "/Type /EmbeddedFile /Subtype /application#2Fjson /Filter /FlateDecode /Params << /Size %zu "
             "/ModDate (%s) >>",
             p->json_size, day);
    stream(a, ATTACHMENT, entries, &(const struct buffer){.data = bytes, .size = n});
    free(bytes);
    begin(a, FILE_ROW);
    buffer_printf(a->out,
                  "<< /Type /Filespec /F (" PDF_ATTACHMENT ") /UF (" PDF_ATTACHMENT
                  ") /AFRelationship /Source "
                  "/Desc (The report for programs) /EF << /F %lld 0 R /UF %lld 0 R >> >>\nendobj\n",
                  number_of(a, ATTACHMENT), number_of(a, ATTACHMENT));
    return STATUS_OK;
}

static void catalog(struct archive *a)
{
    begin(a, CATALOG);
    buffer_printf(
        a->out,
        "<<%s/Version /1.7 /Lang (zh-CN) /Metadata %lld 0 R\n/OutputIntents [ << /Type /OutputIntent /S "
        "/GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) "
        "/DestOutputProfile %lld 0 R >> ]\n",
        a->catalog, number_of(a, METADATA), number_of(a, PROFILE));
    if (a->in->proof)
        buffer_printf(a->out,
                      "/AF [ %lld 0 R ] /Names << /EmbeddedFiles << /Names [ (" PDF_ATTACHMENT
                      ") %lld 0 R ] >> >>\n",
                      number_of(a, FILE_ROW), number_of(a, FILE_ROW));
    buffer_append_str(a->out, ">>\nendobj\n");
}

/* The title in UTF-16, as text in a PDF is written. */
static void title(struct buffer *o, const char *utf8)
{
    buffer_append_str(o, "<FEFF");
    for (const unsigned char *s = (const unsigned char *)utf8; *s;) {
        int more = *s < 0x80 ? 0 : *s < 0xe0 ? 1 : *s < 0xf0 ? 2 : 3;
        unsigned c = more == 0 ? *s : *s & (0x3fu >> more);
        for (s++; more > 0 && (*s & 0xc0) == 0x80; more--, s++)
            c = c << 6 | (*s & 0x3f);
        if (c >= 0x10000)
            buffer_printf(o, "%04X%04X", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
        else
            buffer_printf(o, "%04X", c);
    }
    buffer_append_str(o, ">");
}

/* The same as the metadata says. */
static void info(struct archive *a)
{
    char day[24];
    date_text(a, day);
    begin(a, INFO);
    buffer_append_str(a->out, "<< /Title ");
    title(a->out, a->in->blocks->title);
    buffer_printf(a->out,
                  " /Creator (hongxian %s) /Producer (hongxian %s, Cairo) /CreationDate (%s) >>\nendobj\n",
                  report_engine_version(), report_engine_version(), day);
}

static void table_row(const struct archive *a, int which)
{
    buffer_printf(a->out, "%lld 1\n%010zu 00000 n \n", number_of(a, which), a->offsets[which]);
}

/* The table of what was added, and a trailer that leads back to Cairo's. */
static void end(struct archive *a)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    int first = a->root < a->info ? CATALOG : INFO;
    bool attached = a->in->proof != NULL;
    sha256_of_bytes(a->out->data + a->from, a->out->failed ? 0 : a->out->size - a->from, digest);
    sha256_to_hex(digest, hex);
    size_t at = a->out->size - a->from;
    buffer_append_str(a->out, "xref\n0 1\n0000000000 65535 f \n");
    table_row(a, first);
    table_row(a, first == CATALOG ? INFO : CATALOG);
    for (int i = 0; i < (attached ? (int)ADDED : (int)ATTACHMENT); i++)
        table_row(a, i);
    buffer_printf(
        a->out,
        "trailer\n<< /Size %lld /Root %lld 0 R /Info %lld 0 R /Prev %lld /ID [ <%.32s> <%.32s> ] >>\n"
        "startxref\n%zu\n%%%%EOF\n",
        a->size + (attached ? (int)ADDED : (int)ATTACHMENT), a->root, a->info, a->xref, hex, hex, at);
}

static enum status add_all(struct archive *a, struct error *e)
{
    const struct report_proof *p = a->in->proof;
    bool is_sealed = p && p->key;
    const char *seal = is_sealed ? proof_file_text(p, a->in->arena) : NULL;
    if (is_sealed && !seal)
        return error_no_memory(e);
    if (a->out->data[a->out->size - 1] != '\n')
        buffer_append_char(a->out, '\n');
    if (seal)
        buffer_printf(a->out, "%%%s\n", seal);
    metadata(a);
    profile(a);
    enum status s = p ? attachment(a, e) : STATUS_OK;
    if (s)
        return s;
    catalog(a);
    info(a);
    end(a);
    return is_sealed ? proof_file_sign(a->out, a->from, p, e) : buffer_status(a->out, e);
}

enum status pdf_archive(const struct form_input *in, struct buffer *out, size_t from, struct error *e)
{
    const char *date = in->blocks->date;
    struct archive a = {.out = out, .from = from, .in = in};
    snprintf(a.date, sizeof a.date, "%.10sT00:00:00Z", strlen(date) == 10 ? date : "2000-01-01");
    if (!read_trailer(&a))
        return fail("trailer", e);
    enum status s = read_catalog(&a, e);
    return s ? s : add_all(&a, e);
}
