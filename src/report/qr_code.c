#include "report/qr_code.h"

#include "base/late_library.h"

#include <qrencode.h>
#include <string.h>

static struct {
    __typeof__(QRcode_encodeString8bit) *encode;
    __typeof__(QRcode_free) *release;
} functions;
static const char *const names[] = {"QRcode_encodeString8bit", "QRcode_free"};

static enum status load(struct error *e)
{
    static struct late_library library = {"libqrencode", HX_QRENCODE_FILE,          names, 2,
                                          &functions,    PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

enum status qr_code_make(const char *text, struct arena *a, struct qr_code *out, struct error *e)
{
    enum status s = load(e);
    QRcode *code = s ? NULL : functions.encode(text, 0, QR_ECLEVEL_M);
    if (s)
        return s;
    size_t n = code ? (size_t)code->width * (size_t)code->width : 0;
    uint8_t *dark = code ? arena_alloc(a, n) : NULL;
    for (size_t i = 0; dark && i < n; i++)
        dark[i] = code->data[i] & 1;
    *out = (struct qr_code){code ? code->width : 0, dark};
    bool failed = !code;
    functions.release(code);
    if (!failed)
        return dark ? STATUS_OK : error_no_memory(e);
    error_zh(e, "二维码生成失败：文字有 %zu 字节，放不下。", strlen(text));
    return error_fail(e, STATUS_INTERNAL, "qr-failed",
                      "The QR code could not be made of a text of %zu bytes.", strlen(text));
}

int qr_code_run(const struct qr_code *q, int y, int *x)
{
    const uint8_t *row = q->dark + (size_t)y * (size_t)q->size;
    int n = 0;
    while (*x < q->size && !row[*x])
        ++*x;
    while (*x + n < q->size && row[*x + n])
        n++;
    return n;
}

void qr_code_svg_path(const struct qr_code *q, struct buffer *out)
{
    for (int y = 0; y < q->size; y++)
        for (int x = 0, n; (n = qr_code_run(q, y, &x)) > 0; x += n)
            buffer_printf(out, "M%d %dh%dv1h-%dz", x + QR_MARGIN, y + QR_MARGIN, n, n);
}
